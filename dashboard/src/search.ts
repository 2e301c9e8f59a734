import { WINDOWS, type Window } from './api/statistics';
import { FORWARD_STATES, VERDICTS, WEBHOOK_STATES } from './api/inbox';
import { ITEM_STATUSES, type LinkStatus } from './parts/item-status';
import {
  amountParam,
  dayParam,
  flagParam,
  manyOfParam,
  oneOfParam,
  textParam,
  wholeParam,
} from './parts/search-params';

type Raw = Record<string, unknown>;

/** What the addresses of the lists hold, so that a view can be sent to a colleague. */
export interface ItemsSearch {
  q?: string;
  status?: LinkStatus[];
  attention?: boolean;
  integration?: string;
  end_user?: string;
}

export const itemsSearch = (raw: Raw): ItemsSearch => ({
  q: textParam(raw, 'q'),
  status: manyOfParam(raw, 'status', ITEM_STATUSES),
  attention: flagParam(raw, 'attention'),
  integration: textParam(raw, 'integration'),
  end_user: textParam(raw, 'end_user'),
});

export interface InboxSearch {
  q?: string;
  item?: string;
  code?: string;
  integration?: string;
  verdict?: (typeof VERDICTS)[number];
  state?: (typeof WEBHOOK_STATES)[number];
  forward?: (typeof FORWARD_STATES)[number];
  redelivered?: boolean;
  /** Days of the viewer's zone. */
  from?: string;
  to?: string;
}

export const inboxSearch = (raw: Raw): InboxSearch => ({
  q: textParam(raw, 'q'),
  item: textParam(raw, 'item'),
  code: textParam(raw, 'code'),
  integration: textParam(raw, 'integration'),
  verdict: oneOfParam(raw, 'verdict', VERDICTS),
  state: oneOfParam(raw, 'state', WEBHOOK_STATES),
  forward: oneOfParam(raw, 'forward', FORWARD_STATES),
  redelivered: flagParam(raw, 'redelivered'),
  from: dayParam(raw, 'from'),
  to: dayParam(raw, 'to'),
});

export const SORTS = ['-date', 'date', '-amount', 'amount'] as const;
export const REMOVED = ['exclude', 'include', 'only'] as const;

export interface TransactionsSearch {
  sort?: (typeof SORTS)[number];
  end_user?: string;
  item?: string;
  account?: string;
  from?: string;
  to?: string;
  min?: string;
  max?: string;
  text?: string;
  category?: string;
  pending?: boolean;
  removed?: (typeof REMOVED)[number];
  after?: string;
  before?: string;
  /** The row whose history is open. */
  row?: string;
}

export const transactionsSearch = (raw: Raw): TransactionsSearch => ({
  sort: oneOfParam(raw, 'sort', SORTS),
  end_user: textParam(raw, 'end_user'),
  item: textParam(raw, 'item'),
  account: textParam(raw, 'account'),
  from: dayParam(raw, 'from'),
  to: dayParam(raw, 'to'),
  min: amountParam(raw, 'min'),
  max: amountParam(raw, 'max'),
  text: textParam(raw, 'text'),
  category: textParam(raw, 'category'),
  pending: flagParam(raw, 'pending'),
  removed: oneOfParam(raw, 'removed', REMOVED),
  after: textParam(raw, 'after', 600),
  before: textParam(raw, 'before', 600),
  row: textParam(raw, 'row'),
});

export interface EndUsersSearch {
  q?: string;
  /** Those who have an Item in one of these. */
  status?: LinkStatus[];
  page?: number;
}

export const endUsersSearch = (raw: Raw): EndUsersSearch => ({
  q: textParam(raw, 'q'),
  status: manyOfParam(raw, 'status', ITEM_STATUSES),
  page: wholeParam(raw, 'page'),
});

export interface OverviewSearch {
  window?: Window;
}

export const overviewSearch = (raw: Raw): OverviewSearch => ({ window: oneOfParam(raw, 'window', WINDOWS) });
