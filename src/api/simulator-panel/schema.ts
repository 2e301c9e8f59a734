import { z } from 'zod';
import { text } from '../fields.js';
import { link } from '../links/schema.js';

const itemId = text(1, 255).meta({ description: "Plaid's item_id of a link of this integration." });
const amount = z
  .union([z.number(), z.string().regex(/^-?\d{1,20}(\.\d{1,20})?$/, 'Must be a decimal number.')])
  .meta({ description: 'As Plaid has it: what is spent is positive. As text it keeps its digits.' });
const count = (most: number) => z.int().min(1).max(most);

/** What the panel can do, and what each takes. */
export const ACTION_BODIES = {
  link_item: z.strictObject({
    end_user_id: text(1, 140).meta({ description: 'Your own id of the customer; created if it is new.' }),
    end_user_name: text(1, 128).optional(),
    institution_id: text(1, 64).optional(),
    username: text(1, 256)
      .optional()
      .meta({ description: "One of the sandbox's users (docs/simulator.md)." }),
    password: text(1, 256).optional(),
    days_requested: count(730).optional(),
    transactions: z.int().min(0).max(100_000).optional().meta({ description: 'How many in all.' }),
    ready: z
      .boolean()
      .optional()
      .meta({ description: 'Its history is there at once, without the delays of a bank.' }),
  }),
  relink: z.strictObject({ item_id: itemId }),
  spend: z.strictObject({
    item_id: itemId,
    amount,
    name: text(1, 200),
    pending: z.boolean().optional().meta({ description: 'True unless told otherwise.' }),
    date: z.iso.date().optional(),
    account_id: text(1, 255).optional(),
  }),
  post: z.strictObject({
    item_id: itemId,
    transaction_ids: z
      .array(text(1, 255))
      .min(1)
      .max(500)
      .optional()
      .meta({ description: 'All that are pending, if absent.' }),
  }),
  refresh: z.strictObject({ item_id: itemId }),
  history: z.strictObject({ item_id: itemId, count: count(100_000), days: count(730).optional() }),
  break: z.strictObject({
    item_id: itemId,
    error_code: text(1, 100)
      .optional()
      .meta({ description: "One of Plaid's; ITEM_LOGIN_REQUIRED if absent." }),
  }),
  repair: z.strictObject({ item_id: itemId }),
  revoke: z.strictObject({ item_id: itemId }),
  webhook: z.strictObject({
    item_id: itemId,
    webhook_type: text(1, 100),
    webhook_code: text(1, 100),
    fields: z.record(z.string(), z.unknown()).optional(),
  }),
  incident: z.strictObject({
    item_id: itemId,
    kind: text(1, 100).meta({ description: 'Of `fault_kinds`, what acts as an incident.' }),
    params: z.record(z.string(), z.unknown()).optional(),
  }),
  fault: z.strictObject({
    item_id: itemId.optional().meta({ description: 'Absent: all Items of the client of this integration.' }),
    kind: text(1, 100).meta({ description: 'Of `fault_kinds`, what acts as a fault.' }),
    endpoint: text(1, 100).optional(),
    times: count(1_000).nullable().optional().meta({ description: 'null: until it is cleared.' }),
    params: z.record(z.string(), z.unknown()).optional(),
  }),
  clear_faults: z.strictObject({}),
  advance_clock: z.strictObject({
    by: z
      .string()
      .regex(/^\d{1,3}(ms|s|m|h|d)$/, 'Must be like 30s, 6h or 1d.')
      .meta({ description: 'Of all Items of the simulator; what falls due happens before it answers.' }),
  }),
} as const;

export type SimulatorAction = keyof typeof ACTION_BODIES;
export const SIMULATOR_ACTIONS = Object.keys(ACTION_BODIES) as SimulatorAction[];

const faultParam = z
  .object({
    name: z.string(),
    type: z.string().meta({ description: 'As JSON has it, `duration` for text like `30s`, or `any`.' }),
    required: z.boolean(),
    values: z
      .array(z.string())
      .nullable()
      .meta({ description: 'Those that are taken; null where whatever is given is.' }),
    default: z.string().nullable().meta({ description: 'What it is when it is not given, as text.' }),
    meaning: z.string(),
  })
  .meta({ id: 'SimulatorFaultParam' });

const faultKind = z
  .object({
    kind: z.string(),
    acts_as: z.enum(['fault', 'incident']),
    summary: z.string(),
    default_times: z
      .int()
      .nullable()
      .meta({ description: 'How often a fault acts unless told otherwise; null: until it is cleared.' }),
    params: z.array(faultParam),
  })
  .meta({ id: 'SimulatorFaultKind' });

const fault = z
  .object({
    id: z.int(),
    kind: z.string(),
    item_id: z.string().nullable().meta({ description: 'null: all Items of the client.' }),
    fired: z.int().meta({ description: 'How often it has acted.' }),
    times: z.int().nullable().meta({ description: 'How often it acts in all; null: until it is cleared.' }),
  })
  .meta({ id: 'SimulatorFault' });

export const simulatorAnswer = z.object({
  simulator: z
    .object({
      available: z.boolean(),
      reason: z.string().nullable().meta({ description: 'Why it is not.' }),
      actions: z.array(z.enum(SIMULATOR_ACTIONS)),
      faults: z.array(fault).meta({ description: 'Those that are on for this integration.' }),
      fault_kinds: z.array(faultKind),
    })
    .meta({ id: 'SimulatorPanel' }),
});

export const actionAnswer = z.object({
  result: z
    .object({
      action: z.enum(SIMULATOR_ACTIONS),
      message: z.string().meta({ description: 'What happened at the bank.' }),
      link: link.nullable().meta({ description: 'Of what was linked.' }),
      transactions: z
        .array(z.object({ transaction_id: z.string(), name: z.string().nullable() }))
        .meta({ description: 'That were spent or posted.' }),
    })
    .meta({ id: 'SimulatorResult' }),
});
