import { SegmentedControl, Text } from '@mantine/core';
import { useState } from 'react';
import type { InboxWebhookWhole } from '../../api/inbox';
import { CodeBlock } from '../../parts/copy';
import { layOutJson } from '../../parts/json-layout';
import { Card } from '../../parts/states';

const VIEWS = [
  { value: 'raw', label: 'As received' },
  { value: 'formatted', label: 'Formatted' },
];

/** The body character for character, which is what its signature is of; laid out to be read when asked. */
export function WebhookBody({ webhook }: { webhook: InboxWebhookWhole }) {
  const { body, body_base64, body_shortened } = webhook;
  const [view, setView] = useState('raw');
  const formatted = body === null ? undefined : layOutJson(body);
  const isFormatted = view === 'formatted' && formatted !== undefined;
  if (body === '' && Object.keys(webhook.headers).length === 0)
    return (
      <Card title="Body">
        <Text c="dimmed">Erased with the data of its Item, and its headers too.</Text>
      </Card>
    );
  return (
    <Card
      title="Body"
      actions={
        formatted !== undefined && (
          <SegmentedControl
            size="xs"
            aria-label="How the body is shown"
            data={VIEWS}
            value={view}
            onChange={setView}
          />
        )
      }
    >
      {body_shortened && (
        <Text c="dimmed" mb="xs">
          Only its beginning was kept: it was rejected and over 16 KiB long.
        </Text>
      )}
      {body === null ? (
        <>
          <Text c="dimmed" mb="xs">
            It is not text. As base64:
          </Text>
          <CodeBlock code={body_base64} what="the body, as base64" />
        </>
      ) : (
        <CodeBlock
          code={isFormatted ? formatted : body}
          what={isFormatted ? 'the body, formatted' : 'the body'}
        />
      )}
    </Card>
  );
}
