import type { Break } from './break.js';
import { EXPOSURE_BREAKS } from './exposure.js';
import { INTAKE_BREAKS } from './intake.js';
import { READ_BREAKS } from './reads.js';
import { UPDATE_BREAKS } from './updates.js';

const numberOf = ({ invariant }: Break): number => Number(invariant.slice(1));

/** Every break, in the order of the invariants. */
export const BREAKS: readonly Break[] = [
  ...UPDATE_BREAKS,
  ...INTAKE_BREAKS,
  ...READ_BREAKS,
  ...EXPOSURE_BREAKS,
].sort((a, b) => numberOf(a) - numberOf(b));
