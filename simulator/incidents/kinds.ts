import type { BankContext } from '../bank/context.js';
import { seedKey } from '../bank/context.js';
import { ControlError } from '../control/control-error.js';
import { describeParams, readParams, type ParamRules } from '../faults/params.js';
import type { Item } from '../model/item.js';
import { createRandom } from '../model/random.js';
import type { Json } from '../plaid-api/fields.js';
import { ACCOUNT_KINDS } from './account-kinds.js';
import type { IncidentKind } from './incident.js';
import { ITEM_KINDS } from './item-kinds.js';
import { STRANGE_KIND } from './strange-kind.js';
import { TRANSACTION_KINDS } from './transaction-kinds.js';

/** Every kind of incident, by name. */
export const INCIDENT_KINDS: ReadonlyMap<string, IncidentKind> = new Map(
  [...TRANSACTION_KINDS, STRANGE_KIND, ...ACCOUNT_KINDS, ...ITEM_KINDS].map((kind) => [kind.kind, kind]),
);

/** What every incident can be given besides the parameters of its kind. */
const INCIDENT_PARAMS: ParamRules = {
  kind: { kind: 'string', required: true, meaning: 'the kind' },
  silent: { kind: 'boolean', otherwise: false, meaning: 'without telling by webhook' },
};

/** The kinds of incidents as data. */
export const describeIncidentKinds = () =>
  [...INCIDENT_KINDS.values()].map(({ kind, summary, params }) => ({
    kind,
    acts_as: 'incident' as const,
    summary,
    params: describeParams({ ...params, ...INCIDENT_PARAMS }),
  }));

/**
 * Makes an incident happen to an Item, all of it or nothing, and counts it among the faults.
 * @returns the kind and what is worth knowing about it
 * @throws PlaidApiError naming the field that is wrong; ControlError when this Item cannot have it
 */
export const makeHappen = (context: BankContext, item: Item, given: Json): Json => {
  const kind = INCIDENT_KINDS.get(String(given['kind']));
  if (kind === undefined) throw new ControlError(400, `kind ${String(given['kind'])} is no kind of incident`);
  const params = readParams(given, { ...kind.params, ...INCIDENT_PARAMS });
  if (item.updateStatus === 'NOT_READY' && kind.early !== true)
    throw new ControlError(409, `item ${item.itemId} has no history yet`);
  const { store, faults } = context;
  const number = store.settings.nextIncidentNumber++;
  return store.atomically(() => {
    store.saveSettings();
    const random = createRandom(seedKey(context, item.itemId, `incident/${number}`));
    const told = kind.act({ context, item, params, random, silent: params['silent'] === true });
    faults.count(kind.kind);
    return { kind: kind.kind, ...told };
  });
};
