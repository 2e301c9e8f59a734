import { setTimeout as sleep } from 'node:timers/promises';
import type { Scenario } from './scenario.js';

/** The API fails, and dies, between a webhook's arrival and its commit. */
export const apiDies: Scenario = {
  // Not in later lives: what Plaid repeats must get through in the end.
  // Several errors: which API gets how many webhooks, and in how many batches, is chance.
  failpoints: (kind, life) =>
    kind === 'api' && life <= 3
      ? 'intake.before_commit@2=error,intake.before_commit@3=error,intake.before_commit@5=kill'
      : '',
  async play({ make, link, atRest, step }) {
    const item = await make();
    await link(item);
    await atRest(item);
    for (let n = 0; n < 12; n++) {
      await step(item, 'spend_posted', [0.1 * n, 0, 0]);
      await sleep(300);
    }
  },
};

/** Something always happens between Plaid's answer and the commit, and nothing after the last of it. */
export const busy: Scenario = {
  failpoints: (kind) => (kind === 'worker' ? 'look.before_commit@*=delay:1500ms' : ''),
  async play({ make, link, atRest, step, until, generations }) {
    const item = await make();
    await link(item);
    await atRest(item);
    for (let n = 0; n < 2; n++) {
      await step(item, 'spend_posted', [0.2, 0, 0]);
      await until('the look claims', async () => {
        const { dirty, claimed, synced } = await generations(item);
        return claimed > synced && claimed === dirty;
      });
      // Plaid has answered by now, and the commit is still to come.
      await sleep(500);
      await step(item, 'spend_posted', [0.3, 0, 0]);
      await atRest(item);
    }
  },
};

/** No signal of the API ever reaches Temporal. */
export const signalsLost: Scenario = {
  failpoints: (kind) => (kind === 'api' ? 'signal.before_send@*=error' : ''),
  async play({ make, link, step }) {
    const item = await make();
    await link(item);
    await sleep(3_000);
    await step(item, 'spend', [0.9, 0.5, 0.7]);
  },
};
