import { Anchor, Center, Group, Paper, Stack, Text, Title } from '@mantine/core';
import { useEffect, type ReactNode } from 'react';
import { Logo } from './logo';

/** A page for those who are not logged in. */
export function FrontPage({ title, lead, children }: { title: string; lead?: string; children: ReactNode }) {
  useEffect(() => {
    document.title = `${title} · Ardea`;
  }, [title]);
  return (
    <Center component="main" mih="100dvh" p="md" style={{ background: 'var(--ardea-canvas)' }}>
      <Stack w="100%" maw={400} gap="xl">
        <Group justify="center">
          <Logo size={34} />
        </Group>
        <Paper p={{ base: 'lg', xs: 'xl' }} shadow="sm">
          <Stack gap="lg">
            <div>
              <Title order={1} fz="xl">
                {title}
              </Title>
              {lead !== undefined && (
                <Text c="dimmed" mt={4}>
                  {lead}
                </Text>
              )}
            </div>
            {children}
          </Stack>
        </Paper>
        <Text ta="center" size="xs" c="dimmed">
          Bank transactions from Plaid, in sync.{' '}
          <Anchor href="/api/docs" underline="always">
            API reference
          </Anchor>
        </Text>
      </Stack>
    </Center>
  );
}
