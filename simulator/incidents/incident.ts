import type { BankContext } from '../bank/context.js';
import type { ParamRules } from '../faults/params.js';
import type { Item } from '../model/item.js';
import type { Random } from '../model/random.js';
import type { Json } from '../plaid-api/fields.js';

/** Something that happens to an Item at its bank. */
export interface Incident {
  context: BankContext;
  item: Item;
  params: Json;
  /** Belongs to this incident alone: the log has grown before the next one, or its number has. */
  random: Random;
  /** Happens without a webhook. */
  silent: boolean;
}

/** A kind of incident: its rules validate and document it. */
export interface IncidentKind {
  kind: string;
  summary: string;
  params: ParamRules;
  /** Happens also to an Item without any history yet. */
  early?: true;
  /**
   * Makes it happen.
   * @returns what is worth knowing about it
   * @throws ControlError 400, 409 when this Item cannot have it
   */
  act(incident: Incident): Json;
}
