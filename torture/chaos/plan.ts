import { createRandom, type Random } from '../random.js';

/** One harm; `target` picks among what there is. */
export type Harm =
  | { kind: 'kill'; part: string; downMs: number }
  | { kind: 'pause'; part: string; forMs: number }
  | { kind: 'cut'; relay: number }
  | { kind: 'stall'; relay: number; forMs: number }
  | { kind: 'refuse'; relay: number; forMs: number };

export interface ChaosStep {
  atMs: number;
  harm: Harm;
}

export interface ChaosOptions {
  seed: number;
  durationMs: number;
  parts: readonly string[];
  relays: number;
  /** One harm per so many milliseconds, on average. */
  everyMs: number;
}

/** Servers take longer to come back than programs, and everything waits for them meanwhile. */
const PART_WEIGHT = (part: string): number =>
  part === 'postgres' ? 2 : part === 'temporal' ? 2 : part.startsWith('worker') ? 3 : 2;

function drawHarm(random: Random, { parts, relays }: ChaosOptions): Harm {
  const part = (): string => random.weighted(parts.map((name) => [PART_WEIGHT(name), name] as const));
  const relay = random.between(0, relays - 1);
  switch (
    random.weighted([
      [5, 'kill'],
      [2, 'pause'],
      [3, 'cut'],
      [2, 'stall'],
      [1, 'refuse'],
    ] as const)
  ) {
    case 'kill':
      return { kind: 'kill', part: part(), downMs: random.between(100, 3_000) };
    case 'pause':
      return { kind: 'pause', part: part(), forMs: random.between(500, 6_000) };
    case 'cut':
      return { kind: 'cut', relay };
    case 'stall':
      return { kind: 'stall', relay, forMs: random.between(500, 7_000) };
    case 'refuse':
      return { kind: 'refuse', relay, forMs: random.between(300, 4_000) };
  }
}

/** The first kills, so that a short run has killed each kind of process. */
const firstKills = (parts: readonly string[], random: Random): Harm[] =>
  ['worker', 'api', 'temporal', 'postgres'].flatMap((kind) => {
    const of = parts.filter((name) => name.startsWith(kind));
    return of.length === 0
      ? []
      : [{ kind: 'kill', part: random.pick(of), downMs: random.between(100, 2_000) } as const];
  });

/** What is harmed when: from the seed alone. */
export function planChaos(options: ChaosOptions): ChaosStep[] {
  const random = createRandom(`${options.seed}/chaos`);
  const count = Math.floor(options.durationMs / options.everyMs);
  const certain = firstKills(options.parts, random);
  return Array.from({ length: Math.max(count, certain.length) }, (_, at) => ({
    atMs: random.between(1_000, Math.max(1_000, options.durationMs - 500)),
    harm: certain[at] ?? drawHarm(random, options),
  })).sort((a, b) => a.atMs - b.atMs);
}

const WORKER_POINTS = [
  'look.after_claim',
  'look.between_pages',
  'look.before_commit',
  'look.in_commit',
  'look.after_commit',
  'forward.before_post',
  'forward.after_post',
  'sweep.before_signals',
] as const;
/** They are passed a few times in a run only. */
const RARE_WORKER_POINTS = [
  'relink.in_commit',
  'audit.before_compare',
  'audit.after_compare',
  'audit.before_settle',
] as const;
const API_POINTS = [
  'intake.before_commit',
  'intake.after_commit',
  'link.before_commit',
  'link.after_commit',
  'signal.before_send',
] as const;
const DELAYS = ['50ms', '500ms', '3s'];

/** FAILPOINTS of one life of a program: most lives have one that kills, some delay or fail instead, some have none. */
export function drawFailpoints(seed: number, kind: 'worker' | 'api', name: string, life: number): string {
  const random = createRandom(`${seed}/failpoints/${name}/${life}`);
  const points = kind === 'worker' ? WORKER_POINTS : API_POINTS;
  const spec: string[] = [];
  const add = (action: string, latest: number): void =>
    void spec.push(`${random.pick(points)}@${random.between(1, latest)}=${action}`);
  if (random.chance(0.6)) add('kill', 40);
  if (random.chance(0.3)) add('error', 20);
  if (random.chance(0.3)) add(`delay:${random.pick(DELAYS)}`, 20);
  if (kind === 'worker' && random.chance(0.5))
    spec.push(`${random.pick(RARE_WORKER_POINTS)}@${random.between(1, 2)}=kill`);
  return spec.join(',');
}
