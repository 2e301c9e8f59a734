import { TextInput, type TextInputProps } from '@mantine/core';
import { useState } from 'react';

interface TextFilterProps extends Pick<
  TextInputProps,
  'label' | 'description' | 'placeholder' | 'inputMode'
> {
  value: string | undefined;
  onDone: (value: string | undefined) => void;
  /** What is wrong with what was typed; then it does not take effect. */
  check?: (text: string) => string | undefined;
}

/** Takes effect when it is left or entered. */
export function TextFilter({ value = '', onDone, check, ...input }: TextFilterProps) {
  const [text, setText] = useState(value);
  const [known, setKnown] = useState(value);
  // Another address (back, a link) wins over what was typed.
  if (value !== known) {
    setKnown(value);
    setText(value);
  }
  const error = text.trim() === '' ? undefined : check?.(text.trim());
  const finish = (): void => {
    const wanted = text.trim();
    if (error === undefined && wanted !== value) onDone(wanted === '' ? undefined : wanted);
  };
  return (
    <TextInput
      {...input}
      value={text}
      error={error}
      onChange={({ currentTarget }) => setText(currentTarget.value)}
      onBlur={finish}
      onKeyDown={({ key }) => {
        if (key === 'Enter') finish();
      }}
    />
  );
}
