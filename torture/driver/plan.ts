import { createRandom, type Random } from '../random.js';

/** One thing that the bank, its customer or the integrator does to an Item. */
export type StepKind =
  | 'spend'
  | 'spend_posted'
  | 'spend_strange'
  | 'post'
  | 'post_with_tip'
  | 'modify'
  | 'modify_nothing'
  | 'remove'
  | 'come_and_go'
  | 'refresh_at_bank'
  | 'history'
  | 'history_of_20000'
  | 'history_of_100000'
  | 'break'
  | 'repair'
  | 'revoke'
  | 'hint'
  | 'fault'
  | 'user_refresh'
  | 'user_pause'
  | 'user_resume'
  | 'user_relink'
  | 'user_link_anew'
  | 'user_audit'
  | 'user_new_token'
  | 'user_delete'
  | 'user_erase'
  | 'user_remove_at_plaid';

export interface Step {
  atMs: number;
  kind: StepKind;
  /** In [0, 1): decide what the kind leaves open, whatever the timing. */
  draws: [number, number, number];
  silent: boolean;
}

export interface ItemPlan {
  index: number;
  organization: number;
  integration: number;
  /** One each: two Items of one customer at one institution may be the same accounts linked again. */
  endUser: string;
  username: string;
  institution: string;
  /** Null: as the user's data have it. */
  transactions: number | null;
  ready: boolean;
  createAtMs: number;
  /** After creation: webhooks come before the link. */
  linkAfterMs: number;
  steps: Step[];
}

export interface PlanOptions {
  seed: number;
  items: number;
  /** Of the inputs. */
  durationMs: number;
  organizations: number;
}

const WEIGHTS: readonly (readonly [number, StepKind])[] = [
  [26, 'spend'],
  [8, 'spend_posted'],
  [4, 'spend_strange'],
  [10, 'post'],
  [4, 'post_with_tip'],
  [12, 'modify'],
  [3, 'modify_nothing'],
  [6, 'remove'],
  [4, 'come_and_go'],
  [6, 'refresh_at_bank'],
  [3, 'history'],
  [3, 'break'],
  [3, 'hint'],
  [16, 'fault'],
  [4, 'user_refresh'],
  [2, 'user_pause'],
  [2, 'user_relink'],
  [2, 'user_link_anew'],
  [1, 'user_audit'],
  [2, 'user_new_token'],
  [1, 'user_delete'],
  [1, 'user_erase'],
];

const USERS = ['user_transactions_dynamic', 'user_good', 'user_yuppie', 'user_small_business'];
const INSTITUTIONS = ['ins_109508', 'ins_109509', 'ins_56', 'ins_13', 'ins_127990', 'ins_3'];
/** What is broken or paused comes back after this part of the run, at the latest when the inputs end. */
const COMES_BACK_WITHIN = 0.15;
const SILENT = 0.06;
/** One step per Item and so many milliseconds, on average; of many Items fewer each, as all share one machine. */
const stepEveryMs = (items: number): number => Math.max(4_000, items * 150);
const MOST_STEPS = 400;

const SIZES: readonly (readonly [number, number | null])[] = [
  [10, null],
  [4, 40],
  [3, 700],
  [2, 2_500],
  [1, 6_000],
];

/** In a run of so many milliseconds the short ones' waits for large Items are worth it. */
const LONG_MS = 5 * 60_000;
const LARGEST_IN_SHORT = 700;

/** What a run of this length has once, whatever is drawn. */
const ONCE: readonly (readonly [fromMs: number, item: number, kind: StepKind])[] = [
  [10 * 60_000, 0, 'history_of_20000'],
  [20 * 60_000, 1, 'history_of_100000'],
];
const ONCE_AT = 0.3;

/** Evenly over [0, 1) whatever their number, so that every kind of fault has its turn. */
const GOLDEN = 0.618_033_988_749_895;

const drawsOf = (random: Random): Step['draws'] => [random.next(), random.next(), random.next()];

function stepsOf(random: Random, fromMs: number, durationMs: number, items: number): Step[] {
  const count = Math.min(MOST_STEPS, Math.max(2, Math.round((durationMs - fromMs) / stepEveryMs(items))));
  const steps: Step[] = [];
  const soon = (atMs: number): number =>
    Math.min(durationMs, atMs + random.between(500, Math.max(1_000, durationMs * COMES_BACK_WITHIN)));
  for (let at = 0; at < count; at++) {
    const atMs = random.between(fromMs, durationMs);
    const kind = random.weighted(WEIGHTS);
    steps.push({ atMs, kind, draws: drawsOf(random), silent: random.chance(SILENT) });
    // Some of the broken stay so: their status is checked at the end, before they are repaired.
    const follows =
      kind === 'break' && random.chance(0.75) ? 'repair' : kind === 'user_pause' ? 'user_resume' : null;
    if (follows !== null)
      steps.push({ atMs: soon(atMs), kind: follows, draws: drawsOf(random), silent: random.chance(0.3) });
    if (kind === 'user_delete' || kind === 'user_erase')
      steps.push({ atMs: soon(atMs), kind: 'user_relink', draws: drawsOf(random), silent: false });
  }
  return steps.sort((a, b) => a.atMs - b.atMs);
}

/** How an Item ends its life, for the few that do. */
const END: readonly (readonly [number, StepKind | null])[] = [
  [80, null],
  [6, 'revoke'],
  [5, 'user_delete'],
  [5, 'user_erase'],
  [4, 'user_remove_at_plaid'],
];

/** What happens to each Item: drawn from the seed alone, before anything starts. */
export function planItems(options: PlanOptions): ItemPlan[] {
  const plans = drawItems(options);
  const faults = plans.flatMap(({ steps }) => steps.filter(({ kind }) => kind === 'fault'));
  for (const [at, { draws }] of faults.entries()) draws[0] = ((at + 1) * GOLDEN) % 1;
  for (const [fromMs, item, kind] of ONCE)
    if (options.durationMs >= fromMs)
      plans[item]?.steps.unshift({
        atMs: options.durationMs * ONCE_AT,
        kind,
        draws: [0, 0, 0],
        silent: false,
      });
  for (const { steps } of plans) steps.sort((a, b) => a.atMs - b.atMs);
  return plans;
}

function drawItems({ seed, items, durationMs, organizations }: PlanOptions): ItemPlan[] {
  return Array.from({ length: items }, (_, index) => {
    const random = createRandom(`${seed}/item/${index}`);
    const organization = index % organizations;
    const createAtMs = random.chance(0.6) ? 0 : random.between(0, durationMs * 0.4);
    const linkAfterMs = random.chance(0.4) ? random.between(1_000, 8_000) : 0;
    const fromMs = createAtMs + random.between(0, 3_000);
    const steps = stepsOf(random, fromMs, durationMs, items);
    const end = random.weighted(END);
    const endMs = Math.round(durationMs * (0.85 + random.next() * 0.15));
    const size = random.weighted(SIZES);
    const plan: ItemPlan = {
      index,
      organization,
      integration: organization === 0 ? random.between(0, 1) : 0,
      endUser: `user-${organization}-${index}`,
      username:
        random.weighted([
          [6, USERS[0]],
          [1, USERS[1]],
          [1, USERS[2]],
          [1, USERS[3]],
        ]) ?? 'user_good',
      institution: random.pick(INSTITUTIONS),
      transactions: size === null || durationMs >= LONG_MS ? size : Math.min(size, LARGEST_IN_SHORT),
      ready: random.chance(0.3),
      createAtMs,
      linkAfterMs,
      steps:
        end === null
          ? steps
          : [
              ...steps.filter(({ atMs }) => atMs < endMs),
              { atMs: endMs, kind: end, draws: drawsOf(random), silent: random.chance(0.3) },
            ],
    };
    return plan;
  });
}
