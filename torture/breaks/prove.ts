import type { Focus } from '../focus.js';
import type { TortureOptions, TortureReport, Violation } from '../options.js';
import { runTorture } from '../run.js';
import type { Break } from './break.js';
import { BREAKS } from './catalogue.js';
import { copyPatched } from './patched-dist.js';
import type { Scenario } from './scenarios/scenario.js';
import { SCENARIOS, type ScenarioName } from './scenarios/scenarios.js';
import { createHands } from './stage.js';

interface Finding {
  invariant: string;
  what: string;
}

/** A break as it was tried, or a control: the unbroken product in the same scenario. */
export interface Proof {
  name: string;
  scenario: ScenarioName;
  /** For a break: a violation of its invariant was found. For a control: none at all. */
  passed: boolean;
  /** What was found first of what counts; null: nothing. */
  found: Finding | null;
  /** What was found that does not count. */
  besides: readonly Finding[];
  tookMs: number;
}

export type ProofOptions = Pick<TortureOptions, 'dist' | 'seed' | 'keep' | 'verbose' | 'say'>;

/** Longest wait for quiet of a run in which all comes to rest. */
const QUIESCE_MS = 90_000;

function focusOf(name: ScenarioName, until: Focus['until']): Focus {
  const { settings = {}, failpoints = () => '', play }: Scenario = SCENARIOS[name];
  return {
    settings,
    failpoints,
    until,
    async play(stage) {
      const hands = createHands(stage);
      await play(hands);
      return hands.items;
    },
  };
}

const run = (
  options: ProofOptions,
  scenario: ScenarioName,
  until: Focus['until'],
  quiesceMs = QUIESCE_MS,
): Promise<TortureReport> =>
  runTorture({
    ...options,
    say: options.verbose ? options.say : () => undefined,
    focus: focusOf(scenario, until),
    minutes: 0,
    items: 0,
    kills: false,
    faults: false,
    temporal: 'dev',
    apis: 1,
    workers: 1,
    organizations: 2,
    quiesceMs,
  });

/** Runs the broken product until the violation is found that the break must lead to. */
export async function proveBreak(broken: Break, options: ProofOptions): Promise<Proof> {
  const begun = performance.now();
  const copy = copyPatched(options.dist, broken.patches);
  try {
    const { violations } = await run(
      { ...options, dist: copy.path },
      broken.scenario,
      broken.seenAs,
      broken.quiesceMs,
    );
    const counts = ({ invariant }: Violation): boolean => broken.seenAs.includes(invariant);
    const found = violations.find(counts) ?? null;
    const besides = violations.filter((violation) => !counts(violation));
    const { name, scenario } = broken;
    return { name, scenario, passed: found !== null, found, besides, tookMs: performance.now() - begun };
  } finally {
    copy.remove();
  }
}

/** Runs the product as it is: a catch means nothing when a scenario catches everybody. */
export async function control(scenario: ScenarioName, options: ProofOptions): Promise<Proof> {
  const begun = performance.now();
  const { violations } = await run(options, scenario, []);
  return {
    name: `unbroken, ${scenario}`,
    scenario,
    passed: violations.length === 0,
    found: violations[0] ?? null,
    besides: violations.slice(1),
    tookMs: performance.now() - begun,
  };
}

/**
 * The breaks that a word means: an invariant, a name, or all of them.
 * @throws when there is none
 */
export function breaksOf(word: string | null): readonly Break[] {
  if (word === null) return BREAKS;
  const chosen = BREAKS.filter(({ name, invariant }) => invariant === word.toUpperCase() || name === word);
  if (chosen.length === 0)
    throw new Error(
      `${word} is no invariant and no break; there are ${BREAKS.map(({ name }) => name).join(', ')}`,
    );
  return chosen;
}

const seconds = (ms: number): string => `${(ms / 1_000).toFixed(0)} s`;

const short = (text: string): string => {
  const line = text.split('\n')[0] ?? '';
  return line.length > 160 ? `${line.slice(0, 160)}…` : line;
};

/**
 * First the unbroken product in each scenario, which must pass, then each break, which must be caught; says one line for
 * each. Answers whether all is as it must be.
 */
export async function prove(word: string | null, options: ProofOptions): Promise<boolean> {
  const breaks = breaksOf(word);
  const { say } = options;
  let right = true;
  for (const scenario of new Set(breaks.map((broken) => broken.scenario))) {
    const { passed, found, tookMs, name } = await control(scenario, options);
    right &&= passed;
    say(
      passed
        ? `ok      ${name}: no violation, ${seconds(tookMs)}`
        : `WRONG   ${name}: ${found?.invariant}: ${short(found?.what ?? '')}`,
    );
  }
  let caught = 0;
  for (const broken of breaks) {
    const { passed, found, besides, tookMs } = await proveBreak(broken, options);
    right &&= passed;
    if (passed) caught += 1;
    say(
      passed && found !== null
        ? `caught  ${broken.invariant.padEnd(4)}${broken.name}: by ${found.invariant} in ${seconds(tookMs)}: ${short(found.what)}`
        : `NOT CAUGHT ${broken.invariant} ${broken.name}, ${seconds(tookMs)}: ${broken.means}`,
    );
    if (!passed) for (const { invariant, what } of besides) say(`        found ${invariant}: ${short(what)}`);
  }
  say(`${caught} of ${breaks.length} breaks caught`);
  return right;
}
