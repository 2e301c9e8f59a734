import type { SelectProps } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { endUserQuery, endUsersQuery, type EndUser } from '../api/end-users';
import { LazySelect } from './lazy-select';

/** As many as one chooses from; more letters find the others. */
const MOST = 20;

const labelOf = ({ end_user_id, name }: EndUser): string =>
  name === null ? end_user_id : `${name} · ${end_user_id}`;

interface EndUserSelectProps extends Pick<SelectProps, 'style'> {
  /** Your own id, or Ardea's. */
  value: string | undefined;
  onChange: (endUserId: string | undefined) => void;
}

/** One of all end users, found by a part of id or name: nobody knows ids by heart. */
export function EndUserSelect({ value, onChange, style }: EndUserSelectProps) {
  const [text, setText] = useState('');
  const [isUsed, setUsed] = useState(false);
  const [settled] = useDebouncedValue(text.trim(), 250);
  const { data: chosen } = useQuery({ ...endUserQuery(value ?? ''), enabled: value !== undefined });
  const shown = value === undefined ? [] : [{ value, label: chosen === undefined ? value : labelOf(chosen) }];
  // What stands in the field after a choice is no search.
  const q = settled === '' || settled === shown[0]?.label ? undefined : settled;
  const { data: found } = useQuery({ ...endUsersQuery({ q, limit: MOST }), enabled: isUsed });
  const others = (found?.end_users ?? []).filter(
    ({ end_user_id, heron_id }) => end_user_id !== value && heron_id !== value,
  );
  return (
    <LazySelect
      aria-label="End user"
      placeholder="All end users"
      searchable
      clearable
      nothingFoundMessage="No end users match"
      // The API has searched, in more than the labels.
      filter={({ options }) => options}
      data={[...shown, ...others.map((row) => ({ value: row.end_user_id, label: labelOf(row) }))]}
      searchValue={text}
      onSearchChange={setText}
      onFocus={() => setUsed(true)}
      value={value ?? null}
      onChange={(next) => onChange(next ?? undefined)}
      style={style}
    />
  );
}
