import { setTimeout as sleep } from 'node:timers/promises';
import type { Journal } from '../journal.js';
import { createRandom } from '../random.js';
import { SECRET_MARKER } from '../secrets.js';
import type { Tenant } from '../stack/tenants.js';
import { patiently } from './actions.js';
import type { Simulator } from './simulator.js';

export type WorldStepKind = 'rotate_keys' | 'hold_webhooks' | 'new_secret';

/** What does not happen to one Item alone. */
export interface WorldStep {
  atMs: number;
  kind: WorldStepKind;
  /** How long webhooks are held, or how late the integrator learns of the new secret. */
  forMs: number;
  /** In [0, 1): which integration. */
  draw: number;
}

export interface WorldDeps {
  simulator: Simulator;
  journal: Journal;
  tenants: readonly Tenant[];
  begunAt: number;
  onUnexpected(what: string): void;
}

const KINDS: readonly WorldStepKind[] = ['rotate_keys', 'hold_webhooks', 'new_secret'];
/** One per so many milliseconds, on average; each kind once in any run. */
const EVERY_MS = 25_000;
/** The last ends before the inputs do. */
const LATEST = 0.75;

/** Drawn from the seed alone; one after the other, as each holds for everybody. */
export function planWorld({ seed, durationMs }: { seed: number; durationMs: number }): WorldStep[] {
  const random = createRandom(`${seed}/world`);
  const count = Math.max(KINDS.length, Math.floor(durationMs / EVERY_MS));
  return Array.from({ length: count }, (_, at) => ({
    atMs: random.between(Math.min(3_000, durationMs), durationMs * LATEST),
    kind: KINDS[at] ?? random.pick(KINDS),
    forMs: random.between(1_000, Math.min(7_000, 1_000 + durationMs * 0.1)),
    draw: random.next(),
  })).sort((a, b) => a.atMs - b.atMs);
}

/**
 * A new secret of an integration's client: from now on Plaid refuses the old one, which pauses the integration, until the
 * integrator corrects it.
 */
async function newSecret(deps: WorldDeps, { forMs, draw }: WorldStep, number: number): Promise<void> {
  const of = deps.tenants.flatMap((tenant) =>
    tenant.integrations.map((integration) => ({ tenant, integration })),
  );
  const chosen = of[Math.floor(draw * of.length)];
  if (chosen === undefined) return;
  const { tenant, integration } = chosen;
  const { client } = integration;
  client.secret = `${SECRET_MARKER}${number}-${Math.floor(draw * 2 ** 32).toString(16)}`;
  await deps.simulator.control('PUT', `/clients/${client.clientId}`, { secret: client.secret });
  await sleep(forMs);
  const answer = await patiently(200, () =>
    tenant.call('PUT', `/api/integrations/${integration.heronId}`, {
      integration: { client_secret: client.secret },
    }),
  );
  deps.journal.note(client.clientId, `corrected secret was answered ${answer.status}`);
  if (answer.status !== 200)
    deps.onUnexpected(`the right secret was answered ${answer.status}: ${answer.text.slice(0, 300)}`);
}

async function act(deps: WorldDeps, step: WorldStep, number: number): Promise<void> {
  const { simulator, journal } = deps;
  journal.note('world', `${step.kind}${step.kind === 'rotate_keys' ? '' : ` for ${step.forMs} ms`}`);
  journal.count(`step ${step.kind}`);
  switch (step.kind) {
    case 'rotate_keys':
      return simulator.control('POST', '/keys/rotate');
    case 'hold_webhooks':
      await simulator.control('POST', '/webhooks/pause');
      await sleep(step.forMs);
      return simulator.control('POST', '/webhooks/resume');
    case 'new_secret':
      return newSecret(deps, step, number);
  }
}

/** Does each in its time; resolves after the last. */
export async function driveWorld(deps: WorldDeps, steps: readonly WorldStep[]): Promise<void> {
  for (const [number, step] of steps.entries()) {
    const waitMs = deps.begunAt + step.atMs - performance.now();
    if (waitMs > 0) await sleep(waitMs);
    await act(deps, step, number);
  }
}
