import { ANSWER_KINDS } from './answer-kinds.js';
import type { FaultKind } from './fault.js';
import { describeParams, type ParamRules } from './params.js';
import { REQUEST_KINDS } from './request-kinds.js';
import { WEBHOOK_KINDS } from './webhook-kinds.js';

/** Every kind of fault, by name. */
export const FAULT_KINDS: ReadonlyMap<string, FaultKind> = new Map(
  [...REQUEST_KINDS, ...ANSWER_KINDS, ...WEBHOOK_KINDS].map((kind) => [kind.kind, kind]),
);

/** What every fault can be given besides the parameters of its kind. */
export const FAULT_PARAMS: ParamRules = {
  kind: { kind: 'string', required: true, meaning: 'the kind' },
  item_id: { kind: 'string', nullable: true, meaning: 'only this Item' },
  client_id: { kind: 'string', nullable: true, meaning: 'only this client; neither: everybody' },
  endpoint: {
    kind: 'string',
    nullable: true,
    meaning: 'only this endpoint, like /item/get; faults of webhooks have none',
  },
  after: {
    kind: 'integer',
    min: 0,
    otherwise: 0,
    meaning: 'so many matching occasions are let through first',
  },
  times: {
    kind: 'integer',
    nullable: true,
    min: 1,
    meaning: 'ends by itself after so many; null: lasts until it is removed',
  },
  probability: { kind: 'number', min: 0, max: 1, otherwise: 1, meaning: 'of firing, drawn from the seed' },
};

/** The kinds of faults as data. */
export const describeFaultKinds = () =>
  [...FAULT_KINDS.values()].map(({ kind, summary, params, times, endpoint }) => ({
    kind,
    acts_as: 'fault' as const,
    summary,
    default_times: times,
    ...(endpoint === null ? {} : { endpoint }),
    params: describeParams(params),
  }));
