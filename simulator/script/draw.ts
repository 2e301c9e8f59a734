import { createRandom, type Random } from '../model/random.js';
import type { Json } from '../plaid-api/fields.js';
import { DRAWN_KINDS, type DrawnKind } from './drawn-kinds.js';

/** What is to be drawn. */
export interface ScriptRequest {
  seed: string;
  steps: number;
  /** Over how long the steps are spread. */
  durationMs: number;
  /** Only these kinds; all of them if empty. */
  kinds: readonly string[];
  /** Only these Items; all that are there when a step is due if empty. */
  itemIds: readonly string[];
}

/** One step of a script, before it has happened. Depends on nothing but the request. */
export interface DrawnStep {
  step: number;
  /** Milliseconds after the script began. */
  at: number;
  actsAs: 'fault' | 'incident';
  kind: string;
  params: Json;
  /** Which of the Items there are, from 0 to below 1; null: a fault of everybody. */
  pick: number | null;
  /** The Item, where the request names them. */
  itemId: string | null;
  /** Happens to the Item of that step. */
  sameItemAs: number | null;
}

const shuffled = <T>(from: readonly T[], random: Random): T[] => {
  const all = [...from];
  for (let i = all.length - 1; i > 0; i--) {
    const j = random.integer(0, i);
    [all[i], all[j]] = [all[j] as T, all[i] as T];
  }
  return all;
};

/** Every kind once, as far as the steps go, then by weight; in no order. */
const drawKinds = ({ kinds, steps }: ScriptRequest, random: Random): string[] => {
  const meant = kinds.length > 0 ? kinds : Object.keys(DRAWN_KINDS).filter((kind) => kind !== 'repair');
  const first = shuffled(meant, random).slice(0, steps);
  const weighted = meant.flatMap((kind) => Array<string>(DRAWN_KINDS[kind]?.weight ?? 0).fill(kind));
  const from = weighted.length > 0 ? weighted : meant;
  const rest = Array.from({ length: steps - first.length }, () => random.pick(from));
  return shuffled([...first, ...rest], random);
};

const REPAIR_MS = [3000, 20_000] as const;

/** The steps of a script in their order, repairs included: the same request gives the same list. */
export const drawScript = (request: ScriptRequest): DrawnStep[] => {
  const random = createRandom(`script/${request.seed}`);
  const { durationMs, itemIds, steps } = request;
  const drawn = drawKinds(request, random).flatMap((kind, index) => {
    const { actsAs, params, everybody, repaired }: DrawnKind = DRAWN_KINDS[kind] as DrawnKind;
    const given = params(random);
    const pick = everybody === true ? null : random.next();
    const named = pick === null || itemIds.length === 0 ? null : itemIds[Math.floor(pick * itemIds.length)];
    const at = Math.floor(((index + random.next()) * durationMs) / steps);
    const step = {
      step: 0,
      at,
      actsAs,
      kind,
      params: given,
      pick,
      itemId: named ?? null,
      sameItemAs: null,
      index,
    };
    if (repaired?.(given) !== true) return [step];
    const repairAt = Math.min(durationMs, at + random.integer(...REPAIR_MS));
    const repair = { ...step, at: repairAt, actsAs: 'incident' as const, kind: 'repair', params: {} };
    return [step, { ...repair, sameItemAs: index }];
  });
  const ordered = drawn.sort((a, b) => a.at - b.at).map((step, index) => ({ ...step, step: index + 1 }));
  // Until here a repair names its cause by the order of drawing.
  return ordered.map(({ index: _, ...step }) => ({
    ...step,
    sameItemAs:
      step.sameItemAs === null
        ? null
        : (ordered.find(({ index, sameItemAs }) => index === step.sameItemAs && sameItemAs === null)?.step ??
          null),
  }));
};
