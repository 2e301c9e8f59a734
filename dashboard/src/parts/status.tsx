import {
  IconAlertTriangleFilled,
  IconCircleCheckFilled,
  IconCircleDashed,
  IconCircleXFilled,
  IconClock,
  IconPlayerPauseFilled,
  IconRefresh,
} from '@tabler/icons-react';
import type { ReactNode } from 'react';
import classes from './status.module.css';

type Tone = 'good' | 'busy' | 'warn' | 'bad' | 'quiet';

const ICONS = {
  check: IconCircleCheckFilled,
  cross: IconCircleXFilled,
  alert: IconAlertTriangleFilled,
  pause: IconPlayerPauseFilled,
  sync: IconRefresh,
  clock: IconClock,
  dashed: IconCircleDashed,
} as const;

type StatusIcon = keyof typeof ICONS;

export interface StatusLook {
  tone: Tone;
  icon: StatusIcon;
  label: string;
}

/** A word with a shape and a colour; each alone would do. */
export function Status({ tone, icon, label }: StatusLook) {
  const Icon = ICONS[icon];
  return (
    <span className={classes.status} data-tone={tone}>
      <Icon size={14} aria-hidden="true" />
      <span>{label}</span>
    </span>
  );
}

/** A small word in the margin of something, like "pending". */
export function Tag({ children, tone = 'quiet' }: { children: ReactNode; tone?: Tone }) {
  return (
    <span className={classes.tag} data-tone={tone}>
      {children}
    </span>
  );
}
