/** Made when it is needed first: to make one takes the browser milliseconds, and no page needs all of them. */
const once = <T>(make: () => T): (() => T) => {
  let made: T | undefined;
  return () => (made ??= make());
};

const number = once(() => new Intl.NumberFormat(undefined));
const compact = once(
  () => new Intl.NumberFormat(undefined, { notation: 'compact', maximumFractionDigits: 1 }),
);
// Words among the words of the page, unlike dates and numbers.
const relative = once(() => new Intl.RelativeTimeFormat('en', { numeric: 'auto', style: 'short' }));
const exact = once(() => new Intl.DateTimeFormat(undefined, { dateStyle: 'full', timeStyle: 'long' }));
const short = once(() => new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' }));
const toTheSecond = once(
  () => new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium' }),
);
const day = once(() => new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeZone: 'UTC' }));

const STEPS = [
  ['second', 60],
  ['minute', 60],
  ['hour', 24],
  ['day', 30],
  ['month', 12],
  ['year', Number.POSITIVE_INFINITY],
] as const;

export const formatCount = (count: number): string => number().format(count);
export const formatCompact = (count: number): string => compact().format(count);
export const formatExactTime = (at: string): string => exact().format(new Date(at));
export const formatTime = (at: string): string => short().format(new Date(at));
export const formatTimeToTheSecond = (at: string): string => toTheSecond().format(new Date(at));

/** "3 min. ago", "in 2 days". */
export function formatRelative(at: string, now: number): string {
  let amount = (Date.parse(at) - now) / 1_000;
  if (Math.abs(amount) < 10) return 'just now';
  for (const [unit, size] of STEPS) {
    if (Math.abs(amount) < size) return relative().format(Math.round(amount), unit);
    amount /= size;
  }
  return '';
}

/** A calendar day without a zone, as the bank has it: never shifted into the viewer's. */
export const formatDay = (date: string): string => {
  const [year, month, dayOfMonth] = date.split('-').map(Number);
  return day().format(new Date(Date.UTC(year ?? 0, (month ?? 1) - 1, dayOfMonth)));
};

export function formatDuration(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1_000).toFixed(ms < 10_000 ? 1 : 0)} s`;
  if (ms < 3_600_000) return `${Math.floor(ms / 60_000)} min ${Math.round((ms % 60_000) / 1_000)} s`;
  return `${(ms / 3_600_000).toFixed(1)} h`;
}

const ALL_DIGITS = { signDisplay: 'exceptZero', maximumFractionDigits: 20 } as const;
const plain = once(() => new Intl.NumberFormat(undefined, { ...ALL_DIGITS, minimumFractionDigits: 2 }));

/** By currency; null: the browser knows how to write none of that name. */
const monies = new Map<string, Intl.NumberFormat | null>();
function moneyFormat(currency: string): Intl.NumberFormat | null {
  let money = monies.get(currency);
  if (money === undefined) {
    money = /^[A-Z]{3}$/.test(currency)
      ? new Intl.NumberFormat(undefined, { ...ALL_DIGITS, style: 'currency', currency })
      : null;
    monies.set(currency, money);
  }
  return money;
}

/**
 * An amount with its currency, exact to its last digit. Text is an amount of more digits than a number holds.
 * The sign is always there: it is what tells inflow from outflow.
 */
export function formatMoney(amount: number | string, currency: string | null | undefined): string {
  const exactly = amount as Intl.StringNumericLiteral | number;
  const money = currency ? moneyFormat(currency) : null;
  if (money !== null) return money.format(exactly);
  const text = plain().format(exactly);
  return currency ? `${text} ${currency}` : text;
}

/** A balance: where it stands, not which way something went. */
export const formatBalance = (amount: number | string, currency: string | null | undefined): string =>
  formatMoney(amount, currency).replace(/^\+/, '');

/** Long ids by their ends, where the whole is a click away. */
export const shorten = (id: string, ends = 6): string =>
  id.length <= ends * 2 + 1 ? id : `${id.slice(0, ends)}…${id.slice(-ends)}`;

/** `food_and_drink` as a person writes it. */
export const toWords = (code: string): string => {
  const words = code.replaceAll(/[_.]/g, ' ').toLowerCase();
  return words.charAt(0).toUpperCase() + words.slice(1);
};
