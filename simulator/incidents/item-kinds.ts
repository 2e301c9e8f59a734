import { breakItem, revokePermission } from '../bank/health.js';
import { sendNotice } from '../bank/notice.js';
import { relinkItem } from '../bank/relink.js';
import { repairItem } from '../bank/repair.js';
import { ControlError } from '../control/control-error.js';
import { numberOf, textOf, type ParamRules } from '../faults/params.js';
import { INSTITUTIONS } from '../data/institutions.js';
import { ERRORS } from '../plaid-api/error-catalogue.js';
import { webhookBodies } from '../webhooks/bodies.js';
import { NOTICES } from '../webhooks/notices.js';
import type { Incident, IncidentKind } from './incident.js';
import { refuseUnrepairable } from '../control/repairable.js';

const breaks: IncidentKind = {
  kind: 'break',
  summary: 'the Item breaks with an error and stays broken until it is repaired; ITEM/ERROR',
  params: {
    error_code: {
      kind: 'string',
      values: Object.keys(ERRORS),
      otherwise: 'ITEM_LOGIN_REQUIRED',
      meaning: 'the error',
    },
    reason: { kind: 'string', meaning: 'error_code_reason, like OAUTH_USER_REVOKED' },
  },
  early: true,
  act: ({ context, item, params, silent }) => {
    const code = textOf(params, 'error_code') ?? 'ITEM_LOGIN_REQUIRED';
    breakItem(context, item, { code, reason: textOf(params, 'reason'), silent });
    return { error_code: code };
  },
};

const repair: IncidentKind = {
  kind: 'repair',
  summary: 'a broken Item works again; LOGIN_REPAIRED, and what was missed is told',
  params: {},
  early: true,
  act: ({ context, item, silent }) => {
    refuseUnrepairable(item);
    const mended = item.failure?.code ?? null;
    repairItem(context, item, { silent });
    return { error_code: mended };
  },
};

const permissionRevoked: IncidentKind = {
  kind: 'permission_revoked',
  summary: 'the user withdraws the permission: the Item can only be removed; USER_PERMISSION_REVOKED',
  params: {},
  early: true,
  act: ({ context, item, silent }) => {
    revokePermission(context, item, { silent });
    return {};
  },
};

const notice: IncidentKind = {
  kind: 'notice',
  summary: 'a webhook comes though nothing happened',
  params: {
    webhook_code: { kind: 'string', required: true, values: Object.keys(NOTICES), meaning: 'which' },
  },
  early: true,
  act: ({ context, item, params }) => {
    const delivery = sendNotice(context, item, textOf(params, 'webhook_code') ?? '');
    if (delivery === null) throw new ControlError(409, `item ${item.itemId} has no webhook URL`);
    return { webhook_id: delivery.id };
  },
};

/** Parameters of a relink, also of its route. */
export const RELINK_PARAMS: ParamRules = {
  days_requested: {
    kind: 'integer',
    min: 1,
    max: 730,
    meaning: 'of the new Item; that of the old one if absent',
  },
  transactions: {
    kind: 'integer',
    min: 0,
    meaning: 'only so many of the newest transactions; all if absent',
  },
  webhook: { kind: 'string', nullable: true, meaning: 'of the new Item; that of the old one if absent' },
  ready: { kind: 'boolean', otherwise: false, meaning: 'without the delays of the pulls' },
  old: {
    kind: 'string',
    values: ['keep', 'break', 'remove'],
    otherwise: 'keep',
    meaning: 'what becomes of the old Item',
  },
  error_code: {
    kind: 'string',
    values: Object.keys(ERRORS),
    otherwise: 'ITEM_LOGIN_REQUIRED',
    meaning: 'with what the old Item breaks',
  },
};

const relink: IncidentKind = {
  kind: 'relink',
  summary:
    'the user links the same accounts again as a new Item: all ids are new; masks, names, types and persistent_account_id are the same, and so are the transactions by date, amount and name',
  params: RELINK_PARAMS,
  act: ({ context, item, params }) => {
    const copy = relinkItem(context, item, {
      daysRequested: numberOf(params, 'days_requested'),
      newest: numberOf(params, 'transactions'),
      webhook: textOf(params, 'webhook') ?? item.webhook,
      ready: params['ready'] === true,
      old: params['old'] as 'keep' | 'break' | 'remove',
      errorCode: textOf(params, 'error_code') ?? 'ITEM_LOGIN_REQUIRED',
    });
    return { item_id: copy.itemId };
  },
};

/** The id that is asked for, else another one of the same bank, else any other. */
const migratesTo = ({ item, params, random }: Incident): string => {
  const others = [...INSTITUTIONS.values()].filter(
    ({ institutionId }) => institutionId !== item.institutionId,
  );
  const wanted = textOf(params, 'institution_id');
  if (wanted !== null) {
    if (!others.some(({ institutionId }) => institutionId === wanted))
      throw new ControlError(
        400,
        `institution_id ${wanted} is not known here, or is that of the item already`,
      );
    return wanted;
  }
  const name = INSTITUTIONS.get(item.institutionId)?.name;
  return (others.find((other) => other.name === name) ?? random.pick(others)).institutionId;
};

const institutionMigrated: IncidentKind = {
  kind: 'institution_migrated',
  summary:
    'the bank moves to another platform: the Item has another institution_id from now on, and its login breaks until it is repaired; PENDING_DISCONNECT, ERROR',
  params: {
    institution_id: {
      kind: 'string',
      min: 1,
      meaning: 'the new one; another one of the same name if absent, or else any other',
    },
    login: {
      kind: 'string',
      values: ['breaks', 'works'],
      otherwise: 'breaks',
      meaning: 'whether it must be repaired, or moves along by itself',
    },
  },
  early: true,
  act: (incident) => {
    const { context, item, params, silent } = incident;
    const before = item.institutionId;
    const next = migratesTo(incident);
    if (!silent)
      context.webhooks.send(
        item,
        webhookBodies.pendingDisconnect(item, context.clock.now(), 'INSTITUTION_MIGRATION'),
      );
    item.institutionId = next;
    context.store.saveItem(item);
    if (params['login'] === 'breaks')
      breakItem(context, item, { code: 'ITEM_LOGIN_REQUIRED', reason: null, silent });
    return { institution_id: next, before };
  },
};

/** Incidents of the Item itself. */
export const ITEM_KINDS: readonly IncidentKind[] = [
  breaks,
  repair,
  permissionRevoked,
  notice,
  relink,
  institutionMigrated,
];
