import { Group, Loader, Stack, Text, VisuallyHidden } from '@mantine/core';
import { IconCircleCheckFilled, IconCircleDashed } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState, type ReactNode } from 'react';
import { progressQuery, type Integration } from '../../api/integrations';
import { formatCount } from '../../parts/format';
import { sayRejection } from '../../parts/rejection';
import { Loaded } from '../../parts/states';
import { Time } from '../../parts/time';
import classes from './checklist.module.css';

function Step({ isDone, title, children }: { isDone: boolean; title: string; children: ReactNode }) {
  return (
    <li className={classes.step} data-done={isDone || undefined}>
      {isDone ? (
        <IconCircleCheckFilled size={20} role="img" aria-label="Done" />
      ) : (
        <IconCircleDashed size={20} role="img" aria-label="Not yet" />
      )}
      <div>
        <Text fw={500}>{title}</Text>
        <Text size="sm" c="dimmed" component="div">
          {children}
        </Text>
      </div>
    </li>
  );
}

const TITLES = {
  keys: 'Plaid takes the keys',
  link: 'First Item posted to the link URL',
  webhook: 'First verified webhook',
  sync: 'First sync',
} as const;
type StepName = keyof typeof TITLES;

/** For readers of the screen: the step that was just done, and nothing else of what moves here. */
function JustDone({ done }: { done: readonly StepName[] }) {
  const [known, setKnown] = useState(done);
  const [said, setSaid] = useState('');
  if (known.join() !== done.join()) {
    setKnown(done);
    const news = done.filter((name) => !known.includes(name));
    setSaid(news.map((name) => `Done: ${TITLES[name]}.`).join(' '));
  }
  return <VisuallyHidden role="status">{said}</VisuallyHidden>;
}

/** The steps of setting up, each green as soon as it has happened. */
export function Checklist({ integration }: { integration: Integration }) {
  const progress = useQuery(progressQuery(integration.heron_id));
  return (
    <Loaded query={progress}>
      {({ first_link_at, first_verified_webhook_at, first_sync_at, rejected_webhooks, items }) => {
        const isDone: Readonly<Record<StepName, boolean>> = {
          keys: integration.keys_status === 'valid',
          link: first_link_at !== null,
          webhook: first_verified_webhook_at !== null,
          sync: first_sync_at !== null,
        };
        const done = (Object.keys(TITLES) as StepName[]).filter((name) => isDone[name]);
        const isComplete = isDone.link && isDone.webhook && isDone.sync;
        return (
          <Stack gap="sm">
            <ol className={classes.steps}>
              <Step isDone={isDone.keys} title={TITLES.keys}>
                {integration.keys_status === 'valid' ? (
                  <>
                    Checked <Time at={integration.keys_checked_at} />
                  </>
                ) : integration.keys_status === 'invalid' ? (
                  'Plaid refuses them. Edit the integration.'
                ) : (
                  'Plaid did not answer. It is asked again by itself.'
                )}
              </Step>
              <Step isDone={isDone.link} title={TITLES.link}>
                {first_link_at === null ? (
                  'Waiting for the first Item.'
                ) : (
                  <>
                    <Time at={first_link_at} /> · {formatCount(items.total)} by now
                  </>
                )}
              </Step>
              <Step isDone={isDone.webhook} title={TITLES.webhook}>
                {first_verified_webhook_at === null ? (
                  rejected_webhooks.count > 0 ? (
                    <>
                      {rejected_webhooks.count === 1
                        ? 'One has'
                        : `${formatCount(rejected_webhooks.count)} have`}{' '}
                      come and could not be verified.{' '}
                      {rejected_webhooks.last_reason !== null && sayRejection(rejected_webhooks.last_reason)}{' '}
                      <Link to="/inbox" search={{ verdict: 'rejected' }}>
                        Open them
                      </Link>
                    </>
                  ) : (
                    'Waiting for Plaid. Without webhooks changes are still found, only later.'
                  )
                ) : (
                  <Time at={first_verified_webhook_at} />
                )}
              </Step>
              <Step isDone={isDone.sync} title={TITLES.sync}>
                {first_sync_at === null ? (
                  'Comes by itself after the first Item.'
                ) : (
                  <>
                    <Time at={first_sync_at} /> ·{' '}
                    <Link to="/transactions" className={classes.link}>
                      See the transactions
                    </Link>
                  </>
                )}
              </Step>
            </ol>
            <JustDone done={done} />
            {!isComplete && (
              <Group gap={8}>
                <Loader size={12} aria-hidden="true" />
                <Text size="xs" c="dimmed">
                  Updates by itself.
                </Text>
              </Group>
            )}
          </Stack>
        );
      }}
    </Loaded>
  );
}
