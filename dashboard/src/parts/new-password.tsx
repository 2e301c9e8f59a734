import { PasswordInput, type MantineSize } from '@mantine/core';
import type { GetInputPropsReturnType } from '@mantine/form';

/** The API's own rules come with its answer; these are what need not be sent to be known. */
export const passwordRule = (password: string): string | null =>
  password.length < 12 ? 'At least 12 characters.' : null;

export const againRule = (again: string, password: string): string | null =>
  again === password ? null : 'The passwords do not match.';

interface NewPasswordProps {
  label: string;
  /** The API's name of it. */
  name: string;
  size?: MantineSize;
  password: GetInputPropsReturnType;
  again: GetInputPropsReturnType;
}

/** A password that is set anew, typed twice. */
export function NewPassword({ label, name, size, password, again }: NewPasswordProps) {
  return (
    <>
      <PasswordInput
        label={label}
        name={name}
        description="At least 12 characters; a few words are easy to remember."
        autoComplete="new-password"
        size={size}
        {...password}
      />
      <PasswordInput
        label={`${label}, again`}
        name="again"
        autoComplete="new-password"
        size={size}
        {...again}
      />
    </>
  );
}
