import { TextInput } from '@mantine/core';

interface TypeToConfirmProps {
  /** What has to be typed. */
  text: string;
  value: string;
  onChange: (value: string) => void;
}

/** Whether what was typed is what had to be; spaces at the ends are seen by nobody. */
export const isTyped = (typed: string, text: string): boolean => typed.trim() === text.trim();

/** Before what cannot be taken back: a click alone is too little. */
export function TypeToConfirm({ text, value, onChange }: TypeToConfirmProps) {
  return (
    <TextInput
      label={
        <>
          Type <b style={{ overflowWrap: 'anywhere' }}>{text}</b> to confirm
        </>
      }
      autoComplete="off"
      spellCheck={false}
      data-autofocus
      value={value}
      onChange={({ currentTarget }) => onChange(currentTarget.value)}
    />
  );
}
