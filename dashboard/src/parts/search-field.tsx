import { CloseButton, TextInput, type TextInputProps } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { IconSearch } from '@tabler/icons-react';
import { useTypedText } from './typed-text';

interface SearchFieldProps extends Omit<TextInputProps, 'value' | 'onChange'> {
  label: string;
  value: string | undefined;
  onSearch: (value: string | undefined) => void;
}

/** Searches a moment after the last key. */
export function SearchField({ label, value, onSearch, ...input }: SearchFieldProps) {
  const { text, setText, send } = useTypedText(value ?? '');
  const search = useDebouncedCallback((next: string) => {
    const wanted = next.trim();
    if (send(wanted)) onSearch(wanted === '' ? undefined : wanted);
  }, 250);
  return (
    <TextInput
      type="search"
      aria-label={label}
      placeholder={label}
      leftSection={<IconSearch size={16} aria-hidden="true" />}
      rightSection={
        text === '' ? null : (
          <CloseButton
            size="sm"
            aria-label="Clear the search"
            onClick={() => {
              setText('');
              search('');
            }}
          />
        )
      }
      value={text}
      onChange={({ currentTarget }) => {
        setText(currentTarget.value);
        search(currentTarget.value);
      }}
      {...input}
    />
  );
}
