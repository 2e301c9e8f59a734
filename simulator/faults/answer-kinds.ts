import type { Fault, FaultKind } from './fault.js';
import { numberOf, type ParamRule } from './params.js';

const AT = {
  kind: 'number',
  min: 0,
  max: 0.99,
  otherwise: 0.5,
  meaning: 'how much of the body is sent, from 0 to 0.99',
} as const satisfies ParamRule;

/** Where the body is cut. */
const cutAt = ({ params }: Fault, text: string): number =>
  Math.floor(text.length * (numberOf(params, 'at') ?? AT.otherwise));

const cutBody: FaultKind = {
  kind: 'cut_body',
  summary: 'does what was asked, and cuts the connection in the middle of the answer',
  params: { at: AT },
  times: 1,
  endpoint: null,
  answer: (fault) => ({ cutAfter: (text) => cutAt(fault, text) }),
};

const truncatedJson: FaultKind = {
  kind: 'truncated_json',
  summary: 'does what was asked, and answers 200 with JSON that breaks off',
  params: { at: AT },
  times: 1,
  endpoint: null,
  answer: (fault) => ({ rewrite: (text) => text.slice(0, cutAt(fault, text)) }),
};

const newFields: FaultKind = {
  kind: 'new_fields',
  summary: 'answers right, with fields that Plaid does not have yet',
  params: {},
  times: 1,
  endpoint: null,
  answer: () => ({
    rewrite: (text) => `{"flux_level":{"unit":"GW","value":1.21},"flux_notes":[null,"new"],${text.slice(1)}`,
  }),
};

/** Faults of an answer on its way back: what was asked has been done. */
export const ANSWER_KINDS: readonly FaultKind[] = [cutBody, truncatedJson, newFields];
