import { TextInput } from '@mantine/core';

interface TypeToConfirmProps {
  /** What has to be typed. */
  text: string;
  value: string;
  onChange: (value: string) => void;
}

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
