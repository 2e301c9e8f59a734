import { Button, Checkbox, Group, List, Modal, Select, Stack, Text } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { replayMany, type InboxFilter, type ReplayResult } from '../../api/inbox';
import { Form, FormButtons } from '../../parts/form';
import { problemOf } from '../../parts/form-errors';
import { formatCount } from '../../parts/format';
import { REPLAY_OUTCOME } from '../../parts/webhook-status';

/** The API takes no more at once. */
const LIMITS = ['10', '100', '500'];

/** How many came to what. */
function Outcome({ results }: { results: readonly ReplayResult[] }) {
  if (results.length === 0) return <Text role="status">No webhook matches any more.</Text>;
  const outcomes = [...new Set(results.map(({ outcome }) => outcome))];
  const forwarded = results.filter((result) => result.forwarded).length;
  const countOf = (outcome: ReplayResult['outcome']): number =>
    results.filter((result) => result.outcome === outcome).length;
  return (
    <List spacing={4} role="status">
      {outcomes.map((outcome) => (
        <List.Item key={outcome}>
          <b className="numbers">{formatCount(countOf(outcome))}</b> · {REPLAY_OUTCOME[outcome]}
        </List.Item>
      ))}
      {forwarded > 0 && (
        <List.Item>
          <b className="numbers">{formatCount(forwarded)}</b> · Being forwarded again.
        </List.Item>
      )}
    </List>
  );
}

interface ReplayManyProps {
  filter: InboxFilter;
  isOpen: boolean;
  onClose: () => void;
}

/** Makes the webhooks count again that the list is narrowed to. */
export function ReplayMany({ filter, isOpen, onClose }: ReplayManyProps) {
  const queries = useQueryClient();
  const [limit, setLimit] = useState('100');
  const [isForwarded, setForwarded] = useState(false);
  const replay = useMutation({
    mutationFn: () => replayMany(filter, { limit: Number(limit), forward: isForwarded }),
    onSuccess: () => queries.invalidateQueries({ queryKey: ['inbox'] }),
  });
  const close = (): void => {
    onClose();
    replay.reset();
  };
  return (
    <Modal opened={isOpen} onClose={close} title="Replay what the filters match">
      {replay.data === undefined ? (
        <Form
          problem={problemOf(replay.error)}
          onSubmit={(event) => {
            event.preventDefault();
            replay.mutate();
          }}
        >
          <Text>
            The oldest that match count again, as if they had just come; an Item is looked at once, however
            many of its webhooks there are. Rejected ones are verified again first.
          </Text>
          <Select
            label="At most"
            allowDeselect={false}
            data={LIMITS}
            value={limit}
            onChange={(value) => setLimit(value ?? '100')}
          />
          <Checkbox
            label="Forward them again as well"
            description="To the forward URL of their integration, if it has one."
            checked={isForwarded}
            onChange={({ currentTarget }) => setForwarded(currentTarget.checked)}
          />
          <FormButtons verb="Replay" isBusy={replay.isPending} onCancel={close} />
        </Form>
      ) : (
        <Stack>
          <Outcome results={replay.data} />
          <Group justify="flex-end">
            <Button onClick={close}>Close</Button>
          </Group>
        </Stack>
      )}
    </Modal>
  );
}
