import { TextInput, type TextInputProps } from '@mantine/core';
import { isPlausibleDay } from './search-params';
import { useTypedText } from './typed-text';

interface DayFilterProps extends Omit<TextInputProps, 'value' | 'onChange' | 'type'> {
  value: string | undefined;
  onDay: (day: string | undefined) => void;
}

/** Takes effect with a whole date: while a year is typed, 0002 and 0020 are none that anybody means. */
export function DayFilter({ value = '', onDay, ...input }: DayFilterProps) {
  const { text, setText, send } = useTypedText(value);
  return (
    <TextInput
      {...input}
      type="date"
      value={text}
      onChange={({ currentTarget: { value: next, validity } }) => {
        // Half a date is empty, too.
        if (validity.badInput) return;
        setText(next);
        if ((next === '' || isPlausibleDay(next)) && send(next)) onDay(next === '' ? undefined : next);
      }}
      onBlur={() => {
        if (text !== '' && !isPlausibleDay(text)) setText(value);
      }}
    />
  );
}
