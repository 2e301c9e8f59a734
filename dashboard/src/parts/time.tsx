import { Text } from '@mantine/core';
import { formatDay, formatExactTime, formatRelative, formatTime, formatTimeToTheSecond } from './format';
import { useNow } from './now';

interface TimeProps {
  at: string | null | undefined;
  /** How it reads; the exact value is on hover. */
  as?: 'relative' | 'short' | 'seconds';
  /** What stands there when there is no time. */
  none?: string;
}

/** A time in the viewer's zone, with its exact value on hover. */
export function Time({ at, as = 'relative', none = '–' }: TimeProps) {
  const now = useNow();
  if (!at)
    return (
      <Text span inherit c="dimmed">
        {none}
      </Text>
    );
  const text =
    as === 'relative'
      ? formatRelative(at, now)
      : as === 'seconds'
        ? formatTimeToTheSecond(at)
        : formatTime(at);
  return (
    <time dateTime={at} title={`${formatExactTime(at)} (${at})`} className="numbers">
      {text}
    </time>
  );
}

/** A transaction's day: a day of the bank, the same in every zone. */
export function Day({ date }: { date: string | null | undefined }) {
  if (!date) return <>–</>;
  return (
    <time dateTime={date} title={date} className="numbers">
      {formatDay(date)}
    </time>
  );
}
