import { z } from 'zod';
import { durationMs } from './durations.js';

/**
 * The places in the code where a process can be made to die, wait or fail (docs/adr/0012). A name is `part.place`.
 */
export const FAILPOINT_NAMES = [
  'look.after_claim',
  'look.between_pages',
  'look.before_commit',
  'look.in_commit',
  'look.after_commit',
  'intake.before_commit',
  'intake.after_commit',
  'link.before_commit',
  'link.after_commit',
  'signal.before_send',
  'forward.before_post',
  'forward.after_post',
  'sweep.before_signals',
  'relink.in_commit',
  'audit.before_compare',
  'audit.after_compare',
  'audit.before_settle',
] as const;
export type FailpointName = (typeof FAILPOINT_NAMES)[number];

export interface ArmedFailpoint {
  name: FailpointName;
  /** At which hit in the life of the process it fires, from 1; null: at every one. */
  hit: number | null;
  action: { kind: 'kill' } | { kind: 'error' } | { kind: 'delay'; ms: number };
}

const ENTRY = /^([a-z_.]+)(?:@(\d+|\*))?=(kill|error|delay:\w+)$/;

function parseEntry(entry: string): ArmedFailpoint | string {
  const [, name, hit, action] = ENTRY.exec(entry) ?? [];
  if (action === undefined)
    return `${entry} is not name@hit=kill, name@hit=error or name@hit=delay:500ms (hit: a number, or * for every one)`;
  const known = FAILPOINT_NAMES.find((candidate) => candidate === name);
  if (known === undefined) return `${name} is not a failpoint; there are ${FAILPOINT_NAMES.join(', ')}`;
  const armed = { name: known, hit: hit === '*' ? null : Number(hit ?? 1) };
  if (action === 'kill' || action === 'error') return { ...armed, action: { kind: action } };
  const ms = durationMs.safeParse(action.slice('delay:'.length));
  return ms.success ? { ...armed, action: { kind: 'delay', ms: ms.data } } : `${entry}: not a duration`;
}

/** `look.between_pages@3=kill,look.after_commit@*=delay:500ms` */
export const failpoints = z.string().transform((text, context): ArmedFailpoint[] => {
  const entries = text
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '')
    .map(parseEntry);
  for (const entry of entries)
    if (typeof entry === 'string') context.addIssue({ code: 'custom', message: entry });
  return entries.filter((entry) => typeof entry !== 'string');
});
