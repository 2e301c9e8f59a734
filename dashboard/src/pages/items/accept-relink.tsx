import { Modal, Select, Stack, Text } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useRef, useState } from 'react';
import { ApiError } from '../../api/api-error';
import { dataSourcesQuery } from '../../api/end-users';
import { sayDone } from '../../api/failed';
import { acceptRelink, type AccountPair, type Relink } from '../../api/relinks';
import { Form, FormButtons } from '../../parts/form';
import { problemOf } from '../../parts/form-errors';
import { formatBalance, toWords } from '../../parts/format';

type Account = Relink['evidence']['new_accounts'][number];

interface Refusal {
  /** By account of the older Item. */
  fields: Readonly<Record<string, string>>;
  rest: string | null;
}

/** The API names accounts by Plaid's ids, which tell a person nothing: each message goes beside its account. */
function refusalOf(error: unknown, olds: readonly Account[], pairs: readonly AccountPair[]): Refusal {
  const message = error instanceof ApiError ? error.fields['accounts'] : undefined;
  if (message === undefined) return { fields: {}, rest: problemOf(error) };
  const unlike = pairs
    .filter(({ old_account_id, new_account_id }) =>
      message.includes(`${old_account_id} and ${new_account_id}`),
    )
    .map(({ old_account_id }) => [
      old_account_id,
      'These accounts share no transactions, so they are not the same. Choose another one.',
    ]);
  const paired = new Set(pairs.map(({ old_account_id }) => old_account_id));
  const unnamed = olds
    .filter(({ account_id }) => !paired.has(account_id) && message.includes(account_id))
    .map(({ account_id }) => [account_id, 'Choose the account that it is in the newer Item.']);
  const fields = Object.fromEntries([...unlike, ...unnamed]) as Record<string, string>;
  return { fields, rest: Object.keys(fields).length === 0 ? message : null };
}

interface AcceptRelinkProps {
  relink: Relink;
  isOpen: boolean;
  onClose: () => void;
}

/** Which account of the older Item is which of the newer one, where Ardea cannot tell. */
export function AcceptRelink({ relink, isOpen, onClose }: AcceptRelinkProps) {
  return (
    <Modal opened={isOpen} onClose={onClose} title="Match the accounts" size="lg">
      <PairsForm relink={relink} onClose={onClose} />
    </Modal>
  );
}

function PairsForm({ relink, onClose }: Omit<AcceptRelinkProps, 'isOpen'>) {
  const queries = useQueryClient();
  const { data: sources } = useQuery(dataSourcesQuery(relink.end_user_id));
  const [chosen, setChosen] = useState<Readonly<Record<string, string>>>({});
  const fields = useRef<HTMLDivElement>(null);
  const { ambiguous_accounts, missing_accounts, new_accounts } = relink.evidence;
  const olds = [...ambiguous_accounts, ...missing_accounts];
  const pairs = Object.entries(chosen).map(([old_account_id, new_account_id]) => ({
    old_account_id,
    new_account_id,
  }));
  const accept = useMutation({
    mutationFn: (accounts: AccountPair[]) => acceptRelink(relink.heron_id, accounts),
    onSuccess: async () => {
      sayDone('The newer Item supersedes the older one.');
      onClose();
      await queries.invalidateQueries();
    },
    onError: () => {
      // After the errors are there, so that a reader hears the message with the field.
      setTimeout(() => fields.current?.querySelector<HTMLElement>('input[aria-invalid=true]')?.focus());
    },
  });
  const sent = accept.variables ?? [];
  const refusal = refusalOf(accept.error, olds, sent);
  /** What was refused is about the pairs that were sent, not about what was chosen since. */
  const errorOf = (old: string): string | undefined =>
    sent.find(({ old_account_id }) => old_account_id === old)?.new_account_id === chosen[old]
      ? refusal.fields[old]
      : undefined;

  const balances = new Map(
    sources?.flatMap((source) =>
      source.data_source_accounts.map(({ account_id, balance_current, currency }) => [
        account_id,
        balance_current === null ? null : formatBalance(balance_current, currency),
      ]),
    ),
  );
  const nameOf = ({ account_id, name, mask, type }: Account): string =>
    [
      `${name ?? toWords(type ?? 'account')}${mask === null ? '' : ` ··${mask}`}`,
      balances.get(account_id) ?? null,
    ]
      .filter((part) => part !== null)
      .join(', ');
  // An account is one other at most: choosing it here takes it away there.
  const choose = (old: string, value: string | null): void => {
    const others = Object.entries(chosen).filter(([each, taken]) => each !== old && taken !== value);
    setChosen(Object.fromEntries(value === null ? others : [...others, [old, value]]));
  };

  return (
    <Form
      problem={refusal.rest}
      onSubmit={(event) => {
        event.preventDefault();
        accept.mutate(pairs);
      }}
    >
      <Text>
        Several accounts look alike, so Ardea does not guess. Choose for each account of the older Item the
        one that it is in the newer; what both have is then shown once. Leave those out that the newer Item
        does not have.
      </Text>
      {new_accounts.length === 0 && (
        <Text c="dimmed">The newer Item has no account that is not matched already.</Text>
      )}
      <Stack ref={fields} gap="sm">
        {olds.map((old) => (
          <Select
            key={old.account_id}
            label={nameOf(old)}
            description="In the older Item"
            placeholder="Its account in the newer Item"
            clearable
            data={new_accounts.map((account) => ({
              value: account.account_id,
              label: nameOf(account),
            }))}
            value={chosen[old.account_id] ?? null}
            onChange={(value) => choose(old.account_id, value)}
            error={errorOf(old.account_id)}
          />
        ))}
      </Stack>
      <FormButtons verb="Accept" isBusy={accept.isPending} onCancel={onClose} />
    </Form>
  );
}
