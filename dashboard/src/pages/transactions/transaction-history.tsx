import { Button, Collapse, Group, Stack, Text, Title } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Fragment } from 'react';
import {
  transactionHistoryQuery,
  type FieldChange,
  type RelatedTransaction,
  type Transaction,
  type TransactionVersion,
} from '../../api/transactions';
import { CodeBlock, CopyText } from '../../parts/copy';
import { Facts } from '../../parts/facts';
import { shorten } from '../../parts/format';
import { Money } from '../../parts/money';
import { Loaded } from '../../parts/states';
import { Tag } from '../../parts/status';
import { Day, Time } from '../../parts/time';
import classes from './transaction-history.module.css';

const RELATIONS: Readonly<Record<RelatedTransaction['relation'], string>> = {
  pending: 'Came from the pending row',
  posted: 'Became the posted row',
  duplicate_of: 'Replaced by the row of a newer Item',
  duplicate: 'Stands for the row of an older Item',
};

/** Plaid's sign, which is the other way round than ours above. */
const captionOf = (field: string): string =>
  field === 'amount' ? 'amount, as Plaid has it: outflow is positive' : field;

function Changes({ changes }: { changes: readonly FieldChange[] }) {
  return (
    <ul className={classes.changes}>
      {changes.map(({ field, before, after }) => (
        <li key={field}>
          <Text size="xs" c="dimmed">
            {captionOf(field)}
          </Text>
          <del>{before ?? 'nothing'}</del>
          <span aria-hidden="true"> → </span>
          <ins>{after ?? 'nothing'}</ins>
        </li>
      ))}
    </ul>
  );
}

function titleOf({ version }: TransactionVersion, before: TransactionVersion | undefined): string {
  if (before === undefined) return 'First seen';
  return before.removed_at === null ? `Modified (version ${version})` : `Reported again (version ${version})`;
}

function Event({ title, at }: { title: string; at: string }) {
  return (
    <Group justify="space-between" gap="xs" wrap="nowrap" align="baseline">
      <Text fw={500} size="sm">
        {title}
      </Text>
      <Text size="xs" c="dimmed">
        <Time at={at} as="seconds" />
      </Text>
    </Group>
  );
}

function Version({ version, before }: { version: TransactionVersion; before?: TransactionVersion }) {
  const [isOpen, { toggle }] = useDisclosure(false);
  return (
    <li className={classes.version}>
      <Event title={titleOf(version, before)} at={version.since} />
      {version.changes.length > 0 && <Changes changes={version.changes} />}
      <Button size="compact-xs" variant="subtle" px={0} onClick={toggle} aria-expanded={isOpen}>
        {isOpen ? 'Hide the object' : 'Plaid’s object, as stored'}
      </Button>
      <Collapse expanded={isOpen}>
        {isOpen && <CodeBlock code={version.plaid} what="the object of Plaid" />}
      </Collapse>
    </li>
  );
}

function Head({ transaction, firstSeen }: { transaction: Transaction; firstSeen: string }) {
  const { amount, currency, description, merchant_name, pending, removed_at } = transaction;
  return (
    <Stack gap="md">
      <div>
        <Text fz={26} fw={600} lh={1.2}>
          <Money amount={amount} currency={currency} isRemoved={removed_at !== null} />
        </Text>
        <Group gap={8} mt={4}>
          <Text fw={500}>{description ?? 'No description'}</Text>
          {pending === true && <Tag tone="busy">pending</Tag>}
          {removed_at !== null && <Tag tone="bad">removed</Tag>}
        </Group>
      </div>
      <Facts
        facts={[
          ['Date', <Day key="date" date={transaction.date} />],
          ['Authorised', <Day key="authorised" date={transaction.authorized_date} />],
          ['Merchant', merchant_name ?? '–'],
          [
            'End user',
            <span key="who">
              {transaction.end_user_name !== null && `${transaction.end_user_name} · `}
              <Link to="/end-users/$endUserId" params={{ endUserId: transaction.end_user_id }}>
                {transaction.end_user_id}
              </Link>
            </span>,
          ],
          ['Account', transaction.account_number === null ? '–' : `··${transaction.account_number}`],
          [
            'Item',
            <Link key="item" to="/items/$itemId" params={{ itemId: transaction.item_id }} className="code">
              {shorten(transaction.item_id, 8)}
            </Link>,
          ],
          ['First seen', <Time key="seen" at={firstSeen} as="seconds" />],
          [
            'Plaid’s transaction_id',
            <CopyText
              key="reference"
              value={transaction.reference_id}
              shown={shorten(transaction.reference_id, 8)}
              what="Plaid’s transaction_id"
            />,
          ],
          [
            'ID',
            <CopyText
              key="id"
              value={transaction.heron_id}
              shown={shorten(transaction.heron_id, 8)}
              what="the ID"
            />,
          ],
        ]}
      />
    </Stack>
  );
}

/** A row from the day it was first seen: each change with its difference, and the rows that it was or became. */
export function TransactionHistory({ id }: { id: string }) {
  const history = useQuery(transactionHistoryQuery(id));
  return (
    <Loaded query={history}>
      {({ transaction, first_seen, versions, related }) => (
        <Stack gap="xl">
          <Head transaction={transaction} firstSeen={first_seen} />
          {related.length > 0 && (
            <section>
              <Title order={3} mb="xs">
                Related rows
              </Title>
              <ul className={classes.plain}>
                {related.map((row) => (
                  <li key={row.heron_id}>
                    <Text size="xs" c="dimmed">
                      {RELATIONS[row.relation]}
                    </Text>
                    <Group justify="space-between" gap="xs">
                      <Link
                        to="/transactions"
                        search={(before) => ({ ...before, row: row.heron_id })}
                        resetScroll={false}
                      >
                        {row.description ?? 'No description'}
                      </Link>
                      <span>
                        <Money
                          amount={row.amount}
                          currency={transaction.currency}
                          isRemoved={row.removed_at !== null}
                        />
                      </span>
                    </Group>
                  </li>
                ))}
              </ul>
            </section>
          )}
          <section>
            <Title order={3} mb="xs">
              History
            </Title>
            <ol className={classes.plain}>
              {versions
                .map((version, index) => (
                  <Fragment key={version.version}>
                    {/* Not a version of its own: the row keeps the object that was withdrawn. */}
                    {version.removed_at !== null && (
                      <li className={classes.version}>
                        <Event title="Removed by the bank" at={version.removed_at} />
                      </li>
                    )}
                    <Version version={version} before={versions[index - 1]} />
                  </Fragment>
                ))
                .reverse()}
            </ol>
          </section>
        </Stack>
      )}
    </Loaded>
  );
}
