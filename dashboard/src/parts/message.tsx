import { Alert } from '@mantine/core';
import { IconAlertTriangle, IconInfoCircle } from '@tabler/icons-react';
import type { ReactNode } from 'react';

interface MessageProps {
  tone: 'bad' | 'warn' | 'busy';
  title?: string;
  children: ReactNode;
  /** Said at once by screen readers: it has just come up. */
  isAlert?: boolean;
}

/** Something to know or to do, above what it is about. */
export function Message({ tone, title, children, isAlert = false }: MessageProps) {
  return (
    <Alert
      className="notice"
      data-tone={tone}
      title={title}
      role={isAlert ? 'alert' : 'note'}
      icon={
        tone === 'busy' ? <IconInfoCircle aria-hidden="true" /> : <IconAlertTriangle aria-hidden="true" />
      }
    >
      {children}
    </Alert>
  );
}

/** `[CODE] message` of Plaid, its code set apart. */
export function PlaidMessage({ text }: { text: string }) {
  const [, code, message] = /^\[([A-Z_]+)\]\s*(.*)$/s.exec(text) ?? [];
  if (code === undefined) return <>{text}</>;
  return (
    <>
      <span className="code">{code}</span> {message}
    </>
  );
}
