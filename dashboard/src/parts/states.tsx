import { Button, Code, Group, Paper, Stack, Text, ThemeIcon, Title } from '@mantine/core';
import {
  IconCloudOff,
  IconInbox,
  IconLock,
  IconMoodConfuzed,
  IconSearchOff,
  type TablerIcon,
} from '@tabler/icons-react';
import type { UseQueryResult } from '@tanstack/react-query';
import { useEffect, useState, type ReactNode } from 'react';
import { ApiError, isDown, isExpired, isForbidden, isNotFound, messageOf } from '../api/api-error';
import { Message } from './message';
import classes from './states.module.css';

interface NoticeProps {
  icon?: TablerIcon;
  title: string;
  children?: ReactNode;
  actions?: ReactNode;
  /** Said at once by screen readers. */
  isAlert?: boolean;
}

/** What stands where content would: nothing there, no right to it, or a failure. */
export function Notice({ icon: Icon = IconInbox, title, children, actions, isAlert = false }: NoticeProps) {
  return (
    <Stack align="center" gap="sm" py={48} px="md" role={isAlert ? 'alert' : undefined}>
      <ThemeIcon variant="light" color="gray" size={44} radius="xl" aria-hidden="true">
        <Icon size={22} stroke={1.6} />
      </ThemeIcon>
      <Title order={2} ta="center">
        {title}
      </Title>
      {children !== undefined && (
        <Text c="dimmed" ta="center" maw={480} component="div">
          {children}
        </Text>
      )}
      {actions !== undefined && <Group justify="center">{actions}</Group>}
    </Stack>
  );
}

/** Why something could not be read, and what to do. */
export function Failure({ error, onRetry }: { error: unknown; onRetry?: () => void }) {
  const retry =
    onRetry === undefined ? undefined : (
      <Button variant="default" onClick={onRetry}>
        Try again
      </Button>
    );
  if (isDown(error))
    return (
      <Notice icon={IconCloudOff} title="Ardea does not answer" actions={retry} isAlert>
        The API could not be reached. Syncing goes on without this page; it is read again as soon as there is
        an answer.
      </Notice>
    );
  if (isForbidden(error))
    return (
      <Notice icon={IconLock} title="You do not have access to this" isAlert>
        {messageOf(error)}
      </Notice>
    );
  if (isNotFound(error))
    return (
      <Notice icon={IconSearchOff} title="Not found" isAlert>
        It may have been deleted, or belong to another organisation. {messageOf(error)}
      </Notice>
    );
  return (
    <Notice icon={IconMoodConfuzed} title="This could not be loaded" actions={retry} isAlert>
      {messageOf(error)}
      {error instanceof ApiError && error.requestId !== undefined && (
        <Text size="xs" mt="xs">
          Request <Code>{error.requestId}</Code>
        </Text>
      )}
    </Notice>
  );
}

const SLOW_MS = 5_000;

/** Rows to come; says so when they take long, well before silence counts as no answer. */
export function LoadingRows({ rows = 6 }: { rows?: number }) {
  const [isSlow, setSlow] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setSlow(true), SLOW_MS);
    return () => clearTimeout(timer);
  }, []);
  return (
    <Stack gap="sm" p="md" role="status" aria-label="Loading">
      {isSlow && <Text c="dimmed">This takes longer than usual. Still waiting for Ardea to answer…</Text>}
      {Array.from({ length: rows }, (_, index) => (
        <div key={index} className={classes.row} style={{ width: `${94 - ((index * 17) % 30)}%` }} />
      ))}
    </Stack>
  );
}

interface LoadedProps<T> {
  query: UseQueryResult<T>;
  loading?: ReactNode;
  /** Around what stands there instead of the data. */
  frame?: (instead: ReactNode) => ReactNode;
  children: (data: T) => ReactNode;
}

/**
 * The data of a query, or its absence. What is there stays shown when a later reading fails, and it is said that it may be old;
 * what was deleted, or is not this user's to see any more, does not.
 */
export function Loaded<T>({ query, loading = <LoadingRows />, frame = asItIs, children }: LoadedProps<T>) {
  const { data, error } = query;
  const isOver = isNotFound(error) || isForbidden(error);
  if (data === undefined || isOver)
    return (
      <>
        {frame(
          query.isError && !isExpired(error) ? (
            <Failure error={error} onRetry={() => void query.refetch()} />
          ) : (
            loading
          ),
        )}
      </>
    );
  return (
    <>
      {query.isError && !isDown(error) && !isExpired(error) && (
        <Message tone="warn" title="What you see may be old">
          It could not be read anew. {messageOf(error)}
        </Message>
      )}
      {children(data)}
    </>
  );
}

const asItIs = (instead: ReactNode): ReactNode => instead;

/** Content on its own surface. */
export function Card({
  title,
  actions,
  children,
  flush = false,
}: {
  title?: string;
  actions?: ReactNode;
  children: ReactNode;
  flush?: boolean;
}) {
  return (
    <Paper component="section" aria-label={title} style={{ overflow: 'hidden' }}>
      {title !== undefined && (
        <Group justify="space-between" px="md" pt="sm" pb={flush ? 'sm' : 0} gap="xs">
          <Title order={2} fz="md">
            {title}
          </Title>
          {actions}
        </Group>
      )}
      {flush ? children : <div style={{ padding: 'var(--mantine-spacing-md)' }}>{children}</div>}
    </Paper>
  );
}
