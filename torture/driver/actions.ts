import { setTimeout as sleep } from 'node:timers/promises';
import type { Answer } from '../http.js';
import type { Journal } from '../journal.js';
import { harmItem, type FaultKind } from './faults.js';
import type { Step, StepKind } from './plan.js';
import { relinkAtBank } from './relink.js';
import type { PlaidRow, Simulator } from './simulator.js';
import { isGone, type WorldItem } from './world.js';

export interface ActionDeps {
  /** What the simulator can do; empty: it behaves. */
  faults: readonly FaultKind[];
  simulator: Simulator;
  journal: Journal;
  /** Told of an Item that the run has made besides those that were planned. */
  joined(item: WorldItem): void;
  /** Told of answers that no state of the Item explains. */
  onUnexpected(item: WorldItem, what: string): void;
}

type Action = (deps: ActionDeps, item: WorldItem, step: Step) => Promise<void>;

interface Rows {
  transactions: PlaidRow[];
}

const BREAKS = ['ITEM_LOGIN_REQUIRED', 'INVALID_CREDENTIALS', 'PASSWORD_RESET_REQUIRED', 'ITEM_LOCKED'];
const HINTS: readonly (readonly [string, string, object])[] = [
  [
    'ITEM',
    'ERROR',
    { error: { error_type: 'ITEM_ERROR', error_code: 'ITEM_LOGIN_REQUIRED', error_message: 'old news' } },
  ],
  ['ITEM', 'LOGIN_REPAIRED', {}],
  ['ITEM', 'NEW_ACCOUNTS_AVAILABLE', {}],
  ['ITEM', 'WEBHOOK_UPDATE_ACKNOWLEDGED', {}],
  [
    'TRANSACTIONS',
    'SYNC_UPDATES_AVAILABLE',
    { initial_update_complete: true, historical_update_complete: true },
  ],
  ['TRANSACTIONS', 'DEFAULT_UPDATE', { new_transactions: 1 }],
  ['TRANSACTIONS', 'TRANSACTIONS_REMOVED', { removed_transactions: ['nothing'] }],
];
const STRANGE_AMOUNTS = ['123456789012345678.1234567', '0.0000001', '-99999999999999.99', '0', '7.1000000'];
const STRANGE_NAMES = [
  'Ünïcödé ☕ 漢字',
  'a'.repeat(900),
  "Robert'); drop table transactions;--",
  'tab\tnew\nline',
  '\u0000null',
];

const at = <T>(from: readonly T[], draw: number): T | undefined => from[Math.floor(draw * from.length)];
const money = (draw: number): string => (draw * 500 - 100).toFixed(2);

const take = (from: string[], draw: number): string | undefined =>
  from.splice(Math.floor(draw * from.length), 1)[0];

const spend = async (
  { simulator }: ActionDeps,
  item: WorldItem,
  silent: boolean,
  body: object,
): Promise<string | null> => {
  const answer = await simulator.tryControl<Rows>('POST', `/items/${item.itemId}/transactions`, {
    ...body,
    silent,
  });
  return answer?.transactions[0]?.transaction_id ?? null;
};

const remember = (item: WorldItem, id: string | null, pending: boolean): void => {
  if (id !== null) (pending ? item.pending : item.spent).push(id);
};

/** Asks the simulator for a change of one of the run's own rows; one that is gone meanwhile is no mistake. */
const change =
  (method: string, body: (step: Step) => object): Action =>
  async ({ simulator }, item, step) => {
    const id = at([...item.spent, ...item.pending], step.draws[0]);
    if (id === undefined) return;
    await simulator.tryControl(method, `/items/${item.itemId}/transactions/${id}`, {
      ...body(step),
      silent: step.silent,
    });
  };

const post =
  (tip: boolean): Action =>
  async ({ simulator }, item, { draws, silent }) => {
    const ids = tip
      ? [take(item.pending, draws[0])].filter((id) => id !== undefined)
      : item.pending.splice(0);
    if (ids.length === 0) return;
    const answer = await simulator.tryControl<Rows>('POST', `/items/${item.itemId}/post`, {
      transaction_ids: ids,
      ...(tip ? { amount: money(draws[1]) } : {}),
      silent,
    });
    for (const row of answer?.transactions ?? []) if (!row.pending) item.spent.push(row.transaction_id);
  };

const longHistory =
  (count: number): Action =>
  async ({ simulator }, item) => {
    await simulator.tryControl('POST', `/items/${item.itemId}/incidents`, { kind: 'long_history', count });
  };

const linkPath = (item: WorldItem): string =>
  `/api/integrations/${item.integration.heronId}/links/${item.itemId}`;

const expectStatus = (
  deps: ActionDeps,
  item: WorldItem,
  what: string,
  answer: Answer,
  statuses: readonly number[],
): boolean => {
  if (statuses.includes(answer.status)) return true;
  // It may count as gone, and is right to refuse.
  if (item.severed) return false;
  deps.onUnexpected(item, `${what} was answered ${answer.status}: ${answer.text.slice(0, 300)}`);
  return false;
};

/** A retry of an answer that got lost finds its work done: 404 and 409 are right then. */
const wish =
  (name: 'pause' | 'resume' | 'refresh', desired: WorldItem['desired'] | null): Action =>
  async (deps, item) => {
    if (!item.linked || isGone(item)) return;
    const answer = await item.tenant.call('POST', `${linkPath(item)}/${name}`);
    if (item.desired === 'disabled' || (name === 'refresh' && item.desired !== 'active')) return;
    if (expectStatus(deps, item, name, answer, [200]) && desired !== null) item.desired = desired;
  };

const ATTEMPTS = 40;
const AGAIN_MS = 500;

/** An integrator who is refused because Plaid had a bad moment asks again; every fault of the run ends some time. */
export async function patiently(status: number, ask: () => Promise<Answer>): Promise<Answer> {
  for (let attempt = 1; ; attempt++) {
    const answer = await ask();
    if (answer.status === status || attempt === ATTEMPTS) return answer;
    await sleep(AGAIN_MS);
  }
}

const link: Action = async (deps, item) => {
  if (isGone(item)) return;
  const answer = await patiently(201, () =>
    item.tenant.call('POST', item.integration.linkUrl, {
      item_id: item.itemId,
      access_token: item.accessToken,
      end_user_id: item.endUserId,
      end_user_name: `Name of ${item.endUserId}`,
    }),
  );
  if (!expectStatus(deps, item, 'link', answer, [201])) return;
  item.linked = true;
  item.desired = 'active';
  item.erased = false;
};

/** The end user goes through Link anew instead of its update mode: the same accounts under new ids. */
const linkAnew: Action = async (deps, item, step) => {
  if (!item.linked || item.desired !== 'active' || isGone(item)) return;
  if (item.linkedAnewAs !== null || item.migrated) return;
  const anew = await relinkAtBank(deps.simulator, item, step);
  if (anew === null) return;
  deps.joined(anew);
  deps.journal.note(item.subject, `the same accounts as ${anew.subject}, ${anew.itemId}`);
  await link(deps, anew, step);
};

const newToken: Action = async (deps, item) => {
  if (!item.linked || item.desired === 'disabled' || isGone(item)) return;
  const answer = await patiently(200, () =>
    item.tenant.call('PUT', `/api/integration_links/${item.itemId}`, {
      end_user: { access_token: item.accessToken },
    }),
  );
  if (expectStatus(deps, item, 'new token', answer, [200])) item.desired = 'active';
};

const remove =
  (query: string, then: (item: WorldItem) => void): Action =>
  async (deps, item) => {
    if (!item.linked || isGone(item)) return;
    const answer = await item.tenant.call('DELETE', `${linkPath(item)}${query}`);
    if (!expectStatus(deps, item, `delete${query}`, answer, [204])) return;
    item.desired = 'disabled';
    then(item);
  };

const ACTIONS: Record<StepKind, Action> = {
  async spend(deps, item, { draws, silent }) {
    for (let left = 1 + Math.floor(draws[0] * 4); left > 0; left--)
      remember(
        item,
        await spend(deps, item, silent, {
          amount: money(draws[left % 3] ?? 0),
          name: `Shop ${left}`,
          pending: true,
        }),
        true,
      );
  },
  async spend_posted(deps, item, { draws, silent }) {
    remember(
      item,
      await spend(deps, item, silent, { amount: money(draws[0]), name: 'Salary', pending: false }),
      false,
    );
  },
  async spend_strange(deps, item, { draws, silent }) {
    const body = {
      amount: at(STRANGE_AMOUNTS, draws[0]) ?? '1',
      name: at(STRANGE_NAMES, draws[1]) ?? 'strange',
      pending: false,
      fields:
        at(
          [
            { personal_finance_category: null },
            { iso_currency_code: null, unofficial_currency_code: 'BTC' },
            { a_field_of_tomorrow: { deep: [1, null] } },
            { payment_channel: 'telepathy' },
          ],
          draws[2],
        ) ?? {},
    };
    remember(item, await spend(deps, item, silent, body), false);
  },
  post: post(false),
  post_with_tip: post(true),
  modify: change('PATCH', ({ draws }) => ({
    amount: money(draws[1]),
    name: `Modified ${Math.floor(draws[2] * 1e6)}`,
  })),
  modify_nothing: change('PATCH', () => ({})),
  async remove({ simulator }, item, { draws, silent }) {
    const id = take(draws[1] < 0.5 ? item.spent : item.pending, draws[0]);
    if (id === undefined) return;
    await simulator.tryControl('DELETE', `/items/${item.itemId}/transactions/${id}?silent=${silent}`);
  },
  async come_and_go(deps, item, { draws, silent }) {
    const id = await spend(deps, item, silent, {
      amount: money(draws[0]),
      name: 'Came and went',
      pending: true,
    });
    if (id !== null)
      await deps.simulator.tryControl('DELETE', `/items/${item.itemId}/transactions/${id}?silent=${silent}`);
  },
  async refresh_at_bank({ simulator }, item) {
    await simulator.tryControl('POST', `/items/${item.itemId}/refresh`);
    // It posts what was pending under new ids.
    item.pending = [];
  },
  async history({ simulator }, item, { draws, silent }) {
    await simulator.tryControl('POST', `/items/${item.itemId}/history`, {
      count: 200 + Math.floor(draws[0] * 1_800),
      days: 300,
      silent,
    });
  },
  history_of_20000: longHistory(20_000),
  history_of_100000: longHistory(100_000),
  async break({ simulator }, item, { draws, silent }) {
    if (isGone(item)) return;
    const code = at(BREAKS, draws[0]) ?? 'ITEM_LOGIN_REQUIRED';
    const broken = await simulator.tryControl('POST', `/items/${item.itemId}/break`, {
      error_code: code,
      silent,
    });
    if (broken !== null) item.bank = { kind: 'broken', code };
  },
  async repair({ simulator }, item, { silent }) {
    if (item.bank.kind !== 'broken') return;
    await simulator.tryControl('POST', `/items/${item.itemId}/repair`, { silent });
    item.bank = { kind: 'healthy' };
  },
  async revoke({ simulator }, item, { silent }) {
    if (isGone(item)) return;
    const revoked = await simulator.tryControl('POST', `/items/${item.itemId}/revoke`, { silent });
    if (revoked !== null) item.bank = { kind: 'revoked' };
  },
  async hint({ simulator }, item, { draws }) {
    const [type, code, fields] = at(HINTS, draws[0]) ?? ['ITEM', 'LOGIN_REPAIRED', {}];
    await simulator.tryControl('POST', `/items/${item.itemId}/webhooks`, {
      webhook_type: type,
      webhook_code: code,
      fields,
    });
  },
  async fault(deps, item, step) {
    const { simulator, faults, journal } = deps;
    const { draws } = step;
    const kind = at(faults, draws[0]);
    if (kind === undefined || isGone(item)) return;
    if (kind.kind === 'relink') return linkAnew(deps, item, step);
    if (await harmItem(simulator, item, kind, [draws[1], draws[2]])) journal.note(item.subject, kind.kind);
  },
  user_refresh: wish('refresh', null),
  user_pause: wish('pause', 'paused'),
  user_resume: wish('resume', 'active'),
  user_relink: link,
  user_link_anew: linkAnew,
  async user_audit(deps, item) {
    if (!item.linked || isGone(item) || item.desired === 'disabled') return;
    const answer = await item.tenant.call('POST', `${linkPath(item)}/audit`);
    expectStatus(deps, item, 'audit', answer, [200, 202]);
  },
  user_new_token: newToken,
  user_delete: remove('', () => undefined),
  user_erase: remove('?erase=true', (item) => {
    item.erased = true;
    item.everErased = true;
  }),
  user_remove_at_plaid: remove('?remove_at_plaid=true', (item) => (item.bank = { kind: 'removed' })),
};

/** What tells nobody by itself: the bank's own silent changes. */
const CAN_BE_SILENT = new Set<StepKind>([
  'spend',
  'spend_posted',
  'spend_strange',
  'post',
  'post_with_tip',
  'modify',
  'modify_nothing',
  'remove',
  'come_and_go',
  'history',
  'break',
  'repair',
  'revoke',
]);

/** Whether the bank or its customer does it, without asking the integrator. */
export const isOfTheBank = (kind: StepKind): boolean => CAN_BE_SILENT.has(kind);

/** What always adds a row and sends SYNC_UPDATES_AVAILABLE. */
const TELLS = new Set<StepKind>(['spend', 'spend_posted', 'history']);

/** Links an Item for the first time, or again. */
export const linkItem = (deps: ActionDeps, item: WorldItem): Promise<void> =>
  link(deps, item, { atMs: 0, kind: 'user_relink', draws: [0, 0, 0], silent: false });

/** Performs a step; resolves when its outcome is known. */
export async function perform(deps: ActionDeps, item: WorldItem, step: Step): Promise<void> {
  deps.journal.note(
    item.subject,
    step.silent && CAN_BE_SILENT.has(step.kind) ? `${step.kind}, silently` : step.kind,
  );
  deps.journal.count(`step ${step.kind}`);
  if (step.silent && CAN_BE_SILENT.has(step.kind)) item.silent = true;
  await ACTIONS[step.kind](deps, item, step);
  // Its webhook leads to an update that holds whatever was silent before.
  if (!step.silent && TELLS.has(step.kind) && item.bank.kind === 'healthy') item.silent = false;
}
