import { SegmentedControl } from '@mantine/core';
import type { Language } from './snippets';

interface LanguageChoiceProps {
  language: Language;
  onChange: (language: Language) => void;
}

/** Which language snippets are in. */
export function LanguageChoice({ language, onChange }: LanguageChoiceProps) {
  return (
    <SegmentedControl
      size="xs"
      aria-label="Language"
      value={language}
      onChange={onChange}
      data={[
        { value: 'curl', label: 'curl' },
        { value: 'node', label: 'Node' },
        { value: 'python', label: 'Python' },
      ]}
    />
  );
}
