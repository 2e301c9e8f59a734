import type { BankContext } from '../bank/context.js';
import { ControlError } from '../control/control-error.js';
import { readParams, type ParamRules } from '../faults/params.js';
import { makeHappen } from '../incidents/kinds.js';
import { MINUTE_MS, SECOND_MS } from '../model/calendar.js';
import type { Item } from '../model/item.js';
import type { Json } from '../plaid-api/fields.js';
import { PlaidApiError } from '../plaid-api/plaid-error.js';
import { drawScript, type DrawnStep, type ScriptRequest } from './draw.js';
import { DRAWN_KINDS } from './drawn-kinds.js';

/** What a script can be given. */
export const SCRIPT_PARAMS: ParamRules = {
  seed: { kind: 'string', required: true, min: 1, meaning: 'the same seed gives the same list' },
  minutes: { kind: 'number', min: 0.01, max: 10_000, meaning: 'how long it takes, on the virtual clock' },
  steps: { kind: 'integer', min: 1, max: 100_000, meaning: 'how many steps; one in 5 seconds if absent' },
  kinds: { kind: 'array', min: 1, values: Object.keys(DRAWN_KINDS), meaning: 'only these; all if absent' },
  item_ids: { kind: 'array', min: 1, meaning: 'only these Items; all that are there by then if absent' },
};

const STEP_MS = 5 * SECOND_MS;

export interface Step extends DrawnStep {
  /** `skipped`: the Item could not have it, or there was none. */
  state: 'due' | 'done' | 'skipped' | 'stopped';
  note: string | null;
  faultId: number | null;
}

export interface Script {
  id: number;
  seed: string;
  startedAt: number;
  endsAt: number;
  state: 'running' | 'ended' | 'stopped';
  steps: Step[];
}

export interface Scripts {
  /**
   * Draws a script and begins it.
   * @throws PlaidApiError naming the field that is wrong
   */
  start(given: Json): Script;
  /** Stops all of them: what is due does not happen, and their faults end. @returns how many were running */
  stopAll(): number;
  all(): readonly Script[];
}

const requestOf = (given: Json, { store }: BankContext): ScriptRequest => {
  const params = readParams(given, SCRIPT_PARAMS);
  const itemIds = (params['item_ids'] as string[] | undefined) ?? [];
  const unknown = itemIds.find((id) => !store.items.has(id));
  if (unknown !== undefined) throw new PlaidApiError('INVALID_FIELD', `item_ids: ${unknown} does not exist`);
  const minutes = params['minutes'] as number | undefined;
  const asked = params['steps'] as number | undefined;
  if (minutes === undefined && asked === undefined)
    throw new PlaidApiError('MISSING_FIELDS', 'one of these fields is required: minutes, steps');
  const durationMs = minutes === undefined ? (asked ?? 1) * STEP_MS : minutes * MINUTE_MS;
  return {
    seed: String(params['seed']),
    steps: asked ?? Math.max(1, Math.round(durationMs / STEP_MS)),
    durationMs,
    kinds: (params['kinds'] as string[] | undefined) ?? [],
    itemIds,
  };
};

/** The Items to which something can happen, oldest first. */
const liveItems = ({ store }: BankContext): Item[] =>
  [...store.items.values()].filter(
    ({ removedAt, updateStatus, accessToken }) =>
      removedAt === null && updateStatus !== 'NOT_READY' && accessToken !== null,
  );

/** Scripts: seeded mixes of faults and incidents over time. They live as long as the process. */
export const createScripts = (context: BankContext): Scripts => {
  const scripts: Script[] = [];
  const { clock, faults, store } = context;

  const targetOf = (script: Script, { itemId, pick, sameItemAs }: Step): string | null => {
    if (sameItemAs !== null) return script.steps[sameItemAs - 1]?.itemId ?? null;
    if (itemId !== null || pick === null) return itemId;
    const items = liveItems(context);
    return items[Math.floor(pick * items.length)]?.itemId ?? null;
  };

  const act = (step: Step): void => {
    if (step.actsAs === 'fault') {
      const scope = step.itemId === null ? {} : { item_id: step.itemId };
      step.faultId = faults.add({ ...step.params, ...scope, kind: step.kind }).id;
      return;
    }
    const item = store.items.get(step.itemId ?? '');
    if (item === undefined || item.removedAt !== null)
      throw new ControlError(409, `item ${step.itemId} has been removed`);
    makeHappen(context, item, { ...step.params, kind: step.kind });
  };

  const take = (script: Script, step: Step): void => {
    if (step.state !== 'due') return;
    step.itemId = targetOf(script, step);
    if (step.itemId === null && step.pick !== null) {
      Object.assign(step, { state: 'skipped', note: 'there is no Item yet' });
      return;
    }
    try {
      store.atomically(() => act(step));
      step.state = 'done';
    } catch (error) {
      if (!(error instanceof ControlError) && !(error instanceof PlaidApiError)) throw error;
      Object.assign(step, { state: 'skipped', note: error.message });
    }
  };

  const finish = (script: Script, state: 'ended' | 'stopped'): void => {
    if (script.state !== 'running') return;
    script.state = state;
    for (const step of script.steps) {
      if (step.state === 'due') step.state = 'stopped';
      if (step.faultId !== null) faults.end(step.faultId);
    }
  };

  return {
    start: (given) => {
      const request = requestOf(given, context);
      const startedAt = clock.now();
      const script: Script = {
        id: scripts.length + 1,
        seed: request.seed,
        startedAt,
        endsAt: startedAt + request.durationMs,
        state: 'running',
        steps: drawScript(request).map((step) => ({ ...step, state: 'due', note: null, faultId: null })),
      };
      scripts.push(script);
      for (const step of script.steps) clock.schedule(startedAt + step.at, () => take(script, step));
      clock.schedule(script.endsAt, () => finish(script, 'ended'));
      return script;
    },
    stopAll: () => {
      const running = scripts.filter(({ state }) => state === 'running');
      for (const script of running) finish(script, 'stopped');
      return running.length;
    },
    all: () => scripts,
  };
};
