import { Anchor, Box, Breadcrumbs, Group, Stack, Text, Title } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useEffect, useRef, type ReactNode } from 'react';

/** Where the browser began: there it is at the top by itself, and "Skip to content" comes first. */
const beginning = location.pathname;
let hasGoneOn = false;

interface PageProps {
  title: string;
  /** Shown instead of the plain title. */
  heading?: ReactNode;
  description?: ReactNode;
  crumbs?: readonly { label: string; to: string }[];
  actions?: ReactNode;
  children: ReactNode;
}

/** A page: its title in the tab, its heading focused after a navigation so that readers begin there. */
export function Page({ title, heading, description, crumbs = [], actions, children }: PageProps) {
  const top = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = `${title} · Ardea`;
  }, [title]);
  useEffect(() => {
    hasGoneOn ||= location.pathname !== beginning;
    if (hasGoneOn && document.activeElement?.closest('main, [role=dialog]') === null)
      top.current?.focus({ preventScroll: true });
  }, []);
  return (
    <Stack gap="lg" p={{ base: 'md', md: 'xl' }} maw={1480} mx="auto">
      <Stack gap={6}>
        {crumbs.length > 0 && (
          <Breadcrumbs separatorMargin={6} component="nav" aria-label="Breadcrumbs">
            {crumbs.map(({ label, to }) => (
              <Anchor key={to} component={Link} to={to} size="sm" c="dimmed">
                {label}
              </Anchor>
            ))}
          </Breadcrumbs>
        )}
        <Group justify="space-between" align="flex-start" gap="sm">
          <Box miw={0} style={{ flex: '1 1 260px' }}>
            <Title order={1} ref={top} tabIndex={-1} style={{ overflowWrap: 'anywhere' }}>
              {heading ?? title}
            </Title>
            {description !== undefined && (
              <Text c="dimmed" mt={2} component="div">
                {description}
              </Text>
            )}
          </Box>
          {actions !== undefined && <Group gap="xs">{actions}</Group>}
        </Group>
      </Stack>
      {children}
    </Stack>
  );
}
