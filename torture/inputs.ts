import { rage } from './chaos/loop.js';
import { drawFailpoints, planChaos, type ChaosStep } from './chaos/plan.js';
import { violate, type CheckContext } from './check/context.js';
import { watchIdleTransactions } from './check/idle-transactions.js';
import { waitForQuiet } from './check/quiet.js';
import type { ActionDeps } from './driver/actions.js';
import { drive } from './driver/driver.js';
import { faultKinds } from './driver/faults.js';
import { driveWorld, planWorld } from './driver/world-steps.js';
import { planItems, type ItemPlan } from './driver/plan.js';
import { watchUnusedFaults } from './driver/unused-faults.js';
import type { TortureOptions } from './options.js';
import { compareHoldings, measure } from './resources.js';

/** Everything that is done to the stack. */
export interface Inputs {
  /** FAILPOINTS of a program's life: none before the inputs begin and after they have ended. */
  failpoints: (kind: 'worker' | 'api', name: string, life: number) => string;
  run(context: CheckContext): Promise<void>;
}

/** One harm per so many milliseconds: a stack that is always down proves little. */
const HARM_EVERY_MS = 3_000;

export function createInputs(options: TortureOptions): Inputs {
  const { seed, items, organizations, kills } = options;
  let harmful = false;

  const acting = async (context: CheckContext): Promise<ActionDeps> => ({
    simulator: context.simulator,
    faults: options.faults ? await faultKinds(context.simulator) : [],
    journal: context.journal,
    joined: (item) => void context.world.items.push(item),
    onUnexpected: (item, what) => violate(context, 'engine', `${item.subject}: ${what}`),
  });
  const round = async (
    context: CheckContext,
    plans: readonly ItemPlan[],
    chaos: readonly ChaosStep[],
    durationMs: number,
  ): Promise<void> => {
    const { journal, world, stack } = context;
    const deps = await acting(context);
    const begunAt = performance.now();
    const unused = watchUnusedFaults({ ...deps, begunAt, durationMs });
    const driven = drive({ ...deps, tenants: world.tenants, begunAt, unused }, plans);
    const everybody = driveWorld(
      {
        ...deps,
        tenants: world.tenants,
        begunAt,
        onUnexpected: (what) => violate(context, 'engine', what),
      },
      planWorld({ seed, durationMs }),
    );
    const [found] = await Promise.all([driven, rage(stack, journal, chaos, begunAt), everybody]);
    world.items.push(...found);
  };
  const unharmed = async (context: CheckContext): Promise<void> => {
    if (options.focus !== undefined) {
      const { world, sql } = context;
      world.items.push(
        ...(await options.focus.play({ ...(await acting(context)), tenants: world.tenants, sql })),
      );
      return;
    }
    // The same amount of work twice: what the second leaves behind must not add to what the first has left.
    const durationMs = options.minutes * 30_000;
    const plans = planItems({ seed, items, durationMs, organizations });
    await round(context, plans.slice(0, items / 2), [], durationMs);
    await waitForQuiet(context, 'after the first round');
    const before = await measure(context);
    await round(context, plans.slice(items / 2), [], durationMs);
    await waitForQuiet(context, 'after the second round');
    compareHoldings(context, before, await measure(context));
  };

  return {
    failpoints(kind, name, life) {
      if (options.focus !== undefined) return options.focus.failpoints(kind, life);
      return harmful ? drawFailpoints(seed, kind, name, life) : '';
    },
    async run(context) {
      if (!kills) {
        // What is killed, stopped or cut off leaves its transactions idle as well: only here they can be told apart.
        const watch = watchIdleTransactions(context, context.sql);
        await unharmed(context);
        await watch.close();
        return;
      }
      const durationMs = options.minutes * 60_000;
      const chaos = planChaos({
        seed,
        durationMs,
        parts: context.stack.parts.map(({ name }) => name),
        relays: context.stack.relays.length,
        everyMs: HARM_EVERY_MS,
      });
      harmful = true;
      await round(context, planItems({ seed, items, durationMs, organizations }), chaos, durationMs);
      harmful = false;
    },
  };
}
