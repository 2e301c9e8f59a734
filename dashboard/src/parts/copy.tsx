import {
  ActionIcon,
  Button,
  CopyButton as MantineCopy,
  Group,
  Text,
  Tooltip,
  VisuallyHidden,
} from '@mantine/core';
import { IconCheck, IconCopy } from '@tabler/icons-react';
import classes from './copy.module.css';

/** Puts text on the clipboard and says so. */
export function Copy({ value, what }: { value: string; what: string }) {
  return (
    <MantineCopy value={value} timeout={1_500}>
      {({ copied, copy }) => (
        <>
          <Tooltip label={copied ? 'Copied' : `Copy ${what}`}>
            <ActionIcon size="sm" onClick={copy} aria-label={`Copy ${what}`}>
              {copied ? <IconCheck size={15} /> : <IconCopy size={15} />}
            </ActionIcon>
          </Tooltip>
          <VisuallyHidden role="status">{copied ? `Copied ${what}` : ''}</VisuallyHidden>
        </>
      )}
    </MantineCopy>
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
        <MantineCopy value={value} timeout={1_500}>
          {({ copied, copy }) => (
            <>
              <Button
                variant="default"
                size="compact-sm"
                onClick={copy}
                leftSection={copied ? <IconCheck size={14} /> : <IconCopy size={14} />}
                aria-label={`Copy ${label}`}
              >
                {copied ? 'Copied' : 'Copy'}
              </Button>
              <VisuallyHidden role="status">{copied ? `Copied ${label}` : ''}</VisuallyHidden>
            </>
          )}
        </MantineCopy>
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
