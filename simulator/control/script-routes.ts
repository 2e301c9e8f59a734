import type { Script } from '../script/scripts.js';
import type { ControlRoute } from './route.js';

const presentScript = (script: Script) => ({
  id: script.id,
  seed: script.seed,
  started_at: new Date(script.startedAt).toISOString(),
  ends_at: new Date(script.endsAt).toISOString(),
  state: script.state,
  steps: script.steps.map(({ step, at, actsAs, kind, params, itemId, sameItemAs, state, note, faultId }) => ({
    step,
    at_ms: at,
    acts_as: actsAs,
    kind,
    params,
    ...(sameItemAs === null ? {} : { same_item_as_step: sameItemAs }),
    item_id: itemId,
    state,
    ...(note === null ? {} : { note }),
    ...(faultId === null ? {} : { fault_id: faultId }),
  })),
});

const start: ControlRoute = {
  method: 'post',
  path: '/faults/script',
  openFields: true,
  answer: ({ scripts, body }) => ({ script: presentScript(scripts.start(body)) }),
};

const list: ControlRoute = {
  method: 'get',
  path: '/faults/script',
  answer: ({ scripts }) => ({ scripts: scripts.all().map(presentScript) }),
};

const stop: ControlRoute = {
  method: 'delete',
  path: '/faults/script',
  answer: ({ scripts }) => ({ stopped: scripts.stopAll() }),
};

/** Seeded mixes of faults and incidents. */
export const SCRIPT_ROUTES: readonly ControlRoute[] = [start, list, stop];
