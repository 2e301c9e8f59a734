import type { ActionDeps } from './driver/actions.js';
import type { WorldItem } from './driver/world.js';
import type { Sql } from './check/context.js';
import type { Invariant } from './options.js';
import type { Tenant } from './stack/tenants.js';

/** What a scenario acts with. */
export interface Stage extends ActionDeps {
  tenants: readonly Tenant[];
  sql: Sql;
}

/** A short run that looks for one thing: a scenario in place of drawn lives, nothing random, no chaos. */
export interface Focus {
  /** Over those of torture/stack/settings.ts. */
  settings: Readonly<Record<string, string>>;
  /** FAILPOINTS of a program in its n-th life, from 1. */
  failpoints: (kind: 'worker' | 'api', life: number) => string;
  /** Lives the Items' lives; answers them. */
  play: (stage: Stage) => Promise<WorldItem[]>;
  /** A violation of one of these ends the run; empty: it goes through all checks. */
  until: readonly Invariant[];
}
