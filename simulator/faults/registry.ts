import { createRandom, type Random } from '../model/random.js';
import type { Store } from '../model/store.js';
import type { Json } from '../plaid-api/fields.js';
import { PlaidApiError } from '../plaid-api/plaid-error.js';
import type { Fault, FaultKind, Hook } from './fault.js';
import { FAULT_KINDS, FAULT_PARAMS } from './kinds.js';
import { numberOf, readParams, textOf } from './params.js';

/** Faults that have ended and are still shown. */
const ENDED_KEPT = 1000;

type Effect<H extends Hook> = NonNullable<ReturnType<NonNullable<FaultKind[H]>>>;
type Moment<H extends Hook> = Parameters<NonNullable<FaultKind[H]>>[1];

export interface FaultRegistry {
  /**
   * Switches a fault on.
   * @throws PlaidApiError naming the field that is wrong
   */
  add(given: Json): Fault;
  /** Switches a fault off; null when there is none of this id. */
  end(id: number): Fault | null;
  endAll(): number;
  all(): Fault[];
  find(id: number): Fault | null;
  /**
   * The effects of all faults that fire on this occasion, oldest fault first. Lazy: a fault after the one at which
   * the caller stops has neither fired nor seen the occasion.
   */
  fire<H extends Hook>(hook: H, moment: Moment<H>): Generator<Effect<H>>;
  /** Counts an incident, which is no fault that could be switched off. */
  count(kind: string): void;
  /** How often each kind has fired since the process began, ended faults and incidents included. */
  firedByKind(): Record<string, number>;
}

/** The faults of a simulator. They live as long as the process; the state that they leave behind is written down. */
export const createFaultRegistry = (store: Store, endpoints: readonly string[]): FaultRegistry => {
  const faults = new Map<number, Fault>();
  const randoms = new Map<number, Random>();
  const fired = new Map<string, number>();

  const count = (kind: string): void => void fired.set(kind, (fired.get(kind) ?? 0) + 1);

  const invalid = (message: string): PlaidApiError => new PlaidApiError('INVALID_FIELD', message);

  const scopeOf = (common: Json): { itemId: string | null; clientId: string | null } => {
    const [itemId, clientId] = [textOf(common, 'item_id'), textOf(common, 'client_id')];
    if (itemId !== null && clientId !== null) throw invalid('item_id and client_id exclude each other');
    if (itemId !== null && !store.items.has(itemId)) throw invalid(`item_id ${itemId} does not exist`);
    if (clientId !== null && !store.clients.has(clientId))
      throw invalid(`client_id ${clientId} is not known here`);
    return { itemId, clientId };
  };

  const endpointOf = (common: Json, kind: FaultKind): string | null => {
    const endpoint = textOf(common, 'endpoint');
    if (endpoint === null) return kind.endpoint;
    if (!endpoints.includes(endpoint)) throw invalid(`endpoint ${endpoint} does not exist`);
    if (kind.endpoint !== null && kind.endpoint !== endpoint)
      throw invalid(`endpoint of ${kind.kind} can only be ${kind.endpoint}`);
    return endpoint;
  };

  const timesOf = (given: Json, kind: FaultKind, params: Json): number | null => {
    if (given['times'] !== undefined) return given['times'] as number | null;
    return params['from_stored_cursor'] === true ? null : kind.times;
  };

  const add = (given: Json): Fault => {
    const kind = FAULT_KINDS.get(String(given['kind']));
    if (kind === undefined) throw invalid(`kind ${String(given['kind'])} is no kind of fault`);
    const own = Object.fromEntries(Object.entries(given).filter(([name]) => !(name in FAULT_PARAMS)));
    const common = readParams(
      Object.fromEntries(Object.entries(given).filter(([name]) => name in FAULT_PARAMS)),
      FAULT_PARAMS,
    );
    const params = readParams(own, kind.params);
    const fault: Fault = {
      id: store.settings.nextFaultId++,
      kind: kind.kind,
      ...scopeOf(common),
      endpoint: endpointOf(common, kind),
      after: numberOf(common, 'after') ?? 0,
      times: timesOf(given, kind, params),
      probability: numberOf(common, 'probability') ?? 1,
      params,
      seen: 0,
      fired: 0,
      active: true,
    };
    store.saveSettings();
    faults.set(fault.id, fault);
    randoms.set(fault.id, createRandom(`${store.settings.seed}/fault/${fault.id}`));
    return fault;
  };

  const end = (fault: Fault): Fault => {
    fault.active = false;
    randoms.delete(fault.id);
    const ended = [...faults.values()].filter(({ active }) => !active);
    for (const { id } of ended.slice(0, Math.max(0, ended.length - ENDED_KEPT))) faults.delete(id);
    return fault;
  };

  const matches = (fault: Fault, moment: Moment<Hook>): boolean =>
    (fault.itemId === null || fault.itemId === moment.item?.itemId) &&
    (fault.clientId === null || fault.clientId === (moment.clientId ?? moment.item?.clientId)) &&
    (fault.endpoint === null || !('endpoint' in moment) || fault.endpoint === moment.endpoint);

  /** Whether a matching fault fires this time. */
  const draws = (fault: Fault): boolean => {
    fault.seen++;
    if (fault.seen <= fault.after) return false;
    if (fault.probability < 1 && !(randoms.get(fault.id)?.chance(fault.probability) ?? false)) return false;
    fault.fired++;
    count(fault.kind);
    if (fault.times !== null && fault.fired >= fault.times) end(fault);
    return true;
  };

  function* fire<H extends Hook>(hook: H, moment: Moment<H>): Generator<Effect<H>> {
    for (const fault of [...faults.values()]) {
      const act = FAULT_KINDS.get(fault.kind)?.[hook] as
        ((fault: Fault, moment: Moment<H>) => Effect<H> | null) | undefined;
      if (!fault.active || act === undefined || !matches(fault, moment)) continue;
      const effect = act(fault, moment);
      if (effect !== null && draws(fault)) yield effect;
    }
  }

  return {
    add,
    end: (id) => {
      const fault = faults.get(id);
      return fault === undefined ? null : end(fault);
    },
    endAll: () => {
      const active = [...faults.values()].filter((fault) => fault.active);
      active.forEach(end);
      return active.length;
    },
    all: () => [...faults.values()],
    find: (id) => faults.get(id) ?? null,
    fire,
    count,
    firedByKind: () => Object.fromEntries([...fired].sort(([a], [b]) => (a < b ? -1 : 1))),
  };
};
