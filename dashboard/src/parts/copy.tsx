import { ActionIcon, Button, Group, Text, Tooltip, VisuallyHidden } from '@mantine/core';
import { IconCheck, IconCopy } from '@tabler/icons-react';
import { useEffect, useState } from 'react';
import { copyText } from './copy-text';
import classes from './copy.module.css';

const SAID_MS = 1_500;
const SAID = { copied: 'Copied', refused: 'Not copied: select it' } as const;

function useCopy(value: string): { outcome: keyof typeof SAID | null; copy: () => void } {
  const [outcome, setOutcome] = useState<keyof typeof SAID | null>(null);
  useEffect(() => {
    if (outcome === null) return undefined;
    const timer = setTimeout(() => setOutcome(null), outcome === 'copied' ? SAID_MS : 4 * SAID_MS);
    return () => clearTimeout(timer);
  }, [outcome]);
  return {
    outcome,
    copy: () => void copyText(value).then((isCopied) => setOutcome(isCopied ? 'copied' : 'refused')),
  };
}

/** Puts text on the clipboard and says so. */
export function Copy({ value, what }: { value: string; what: string }) {
  const { outcome, copy } = useCopy(value);
  return (
    <>
      <Tooltip label={outcome === null ? `Copy ${what}` : SAID[outcome]}>
        <ActionIcon size="sm" onClick={copy} aria-label={`Copy ${what}`}>
          {outcome === 'copied' ? <IconCheck size={15} /> : <IconCopy size={15} />}
        </ActionIcon>
      </Tooltip>
      <VisuallyHidden role="status">{outcome === null ? '' : `${SAID[outcome]}: ${what}`}</VisuallyHidden>
    </>
  );
}

/** An id or address with a button that copies it. */
export function CopyText({ value, what, shown = value }: { value: string; what: string; shown?: string }) {
  return (
    <Group gap={4} wrap="nowrap" component="span" display="inline-flex">
      <span className="code" title={value}>
        {shown}
      </span>
      <Copy value={value} what={what} />
    </Group>
  );
}

/** An address that somebody has to carry elsewhere. */
export function CopyField({
  label,
  value,
  description,
}: {
  label: string;
  value: string;
  description?: string;
}) {
  const { outcome, copy } = useCopy(value);
  return (
    <div>
      <Text fw={500} size="sm">
        {label}
      </Text>
      {description !== undefined && (
        <Text size="xs" c="dimmed">
          {description}
        </Text>
      )}
      <div className={classes.field}>
        <span className="code">{value}</span>
        <Button
          variant="default"
          size="compact-sm"
          onClick={copy}
          leftSection={outcome === 'copied' ? <IconCheck size={14} /> : <IconCopy size={14} />}
          aria-label={`Copy ${label}`}
        >
          {outcome === null ? 'Copy' : SAID[outcome]}
        </Button>
        <VisuallyHidden role="status">{outcome === null ? '' : `${SAID[outcome]}: ${label}`}</VisuallyHidden>
      </div>
    </div>
  );
}

/** A snippet to paste elsewhere. */
export function CodeBlock({ code, what }: { code: string; what: string }) {
  return (
    <div className={classes.block}>
      {/* Scrolls sideways, so the keyboard must reach it. */}
      {/* eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
      <pre tabIndex={0} role="region" aria-label={what}>
        <code>{code}</code>
      </pre>
      <div className={classes.corner}>
        <Copy value={code} what={what} />
      </div>
    </div>
  );
}
