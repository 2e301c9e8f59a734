import { Checkbox, Select, TextInput } from '@mantine/core';
import type { FaultParam } from '../../api/simulator';
import { toWords } from '../../parts/format';

/** What was entered for each parameter, as text. */
export type ParamTexts = Readonly<Record<string, string>>;

const AS_NUMBER = new Set(['integer', 'number', 'any', 'duration']);

function valueOf(type: string, text: string): unknown {
  if (type === 'boolean') return text === 'true';
  if (type === 'array')
    return text
      .split(',')
      .map((part) => part.trim())
      .filter((part) => part !== '');
  // What is no number stays as it is: the simulator says what it wants.
  return AS_NUMBER.has(type) && /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : text;
}

/** What was entered, in the types of the parameters; what was left empty is left to the simulator. */
export function paramsOf(params: readonly FaultParam[], texts: ParamTexts): Record<string, unknown> {
  const given = params.flatMap(({ name, type }) => {
    const text = (texts[name] ?? '').trim();
    return text === '' ? [] : [[name, valueOf(type, text)] as const];
  });
  return Object.fromEntries(given);
}

/** What the simulator says of itself, as a sentence. */
export const sentence = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;

interface ParamInputProps {
  param: FaultParam;
  text: string | undefined;
  onChange: (text: string) => void;
}

export function ParamInput({ param, text, onChange }: ParamInputProps) {
  const { name, type, required, values, default: otherwise, meaning } = param;
  const common = { label: toWords(name), description: sentence(meaning) };
  if (type === 'boolean')
    return (
      <Checkbox
        {...common}
        checked={(text ?? otherwise) === 'true'}
        onChange={({ currentTarget }) => onChange(String(currentTarget.checked))}
      />
    );
  if (values !== null && type !== 'array')
    return (
      <Select
        {...common}
        required={required}
        data={values}
        searchable
        clearable={!required}
        placeholder={otherwise ?? undefined}
        value={text === undefined || text === '' ? null : text}
        onChange={(value) => onChange(value ?? '')}
      />
    );
  return (
    <TextInput
      {...common}
      description={values === null ? common.description : `${common.description} ${values.join(', ')}`}
      required={required}
      autoComplete="off"
      placeholder={otherwise ?? (type === 'duration' ? '30s' : undefined)}
      value={text ?? ''}
      onChange={({ currentTarget }) => onChange(currentTarget.value)}
    />
  );
}
