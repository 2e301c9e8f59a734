import { NOTICES } from '../webhooks/notices.js';
import type { Fault, FaultKind, Tampering, WebhookMoment } from './fault.js';
import { numberOf, textOf, type ParamRule, type ParamRules } from './params.js';

const CODE: ParamRule = { kind: 'string', meaning: 'only webhooks of this code' };

const isMeant = ({ params }: Fault, { delivery }: WebhookMoment): boolean =>
  (textOf(params, 'webhook_code') ?? delivery.webhookCode) === delivery.webhookCode;

const webhookKind = (
  kind: Pick<FaultKind, 'kind' | 'summary' | 'params' | 'queued' | 'attempt'>,
): FaultKind => {
  const { queued, attempt } = kind;
  return {
    ...kind,
    params: { webhook_code: CODE, ...kind.params },
    times: 1,
    endpoint: null,
    ...(queued === undefined
      ? {}
      : { queued: (fault, moment) => (isMeant(fault, moment) ? queued(fault, moment) : null) }),
    ...(attempt === undefined
      ? {}
      : { attempt: (fault, moment) => (isMeant(fault, moment) ? attempt(fault, moment) : null) }),
  };
};

const lost = webhookKind({
  kind: 'webhook_lost',
  summary: 'the webhook is never sent',
  params: {},
  queued: () => 'lose',
});

const duplicated = webhookKind({
  kind: 'webhook_duplicated',
  summary: 'the webhook is sent again after it was delivered',
  params: {
    copies: { kind: 'integer', min: 1, max: 20, otherwise: 1, meaning: 'how often again' },
    same_token: {
      kind: 'boolean',
      otherwise: true,
      meaning: 'with the same signature byte by byte, or each signed anew',
    },
  },
  queued: ({ params }) => ({
    copies: numberOf(params, 'copies') ?? 1,
    sameToken: params['same_token'] === true,
  }),
});

const delayed = webhookKind({
  kind: 'webhook_delayed',
  summary: 'the webhook is sent late, on the virtual clock',
  params: { by: { kind: 'any', duration: true, otherwise: '1m', meaning: 'how late' } },
  queued: ({ params }) => ({ delayMs: numberOf(params, 'by') ?? 60_000 }),
});

const reordered = webhookKind({
  kind: 'webhook_reordered',
  summary:
    'the webhook is sent only after the next one of its Item; if none comes within a minute of the virtual clock, then by itself',
  params: {},
  queued: () => 'swap',
});

const RETRY: ParamRules = {
  retry: {
    kind: 'boolean',
    otherwise: true,
    meaning:
      "whatever the receiver answers counts as a failure, so that Plaid's schedule sends the webhook again, rightly signed; false leaves it at the receiver's answer",
  },
};

const tampered = (
  kind: string,
  summary: string,
  tampering: (fault: Fault) => Omit<Tampering, 'retried' | 'kind'>,
  params: ParamRules = {},
): FaultKind =>
  webhookKind({
    kind,
    summary,
    params: { ...params, ...RETRY },
    attempt: (fault) => ({ kind, ...tampering(fault), retried: fault.params['retry'] === true }),
  });

const rotatedKey = webhookKind({
  kind: 'webhook_rotated_key',
  summary: 'a new key signs from now on, the old ones get expired_at; the webhook itself is right',
  params: {},
  attempt: ({ kind }) => ({ kind, rotateKey: true, retried: false }),
});

const shift = (otherwise: string): ParamRules => ({
  by: { kind: 'any', duration: true, otherwise, meaning: 'how far from the real time' },
});

const seconds = ({ params }: Fault): number => Math.round((numberOf(params, 'by') ?? 0) / 1000);

const beforeLink: FaultKind = {
  kind: 'webhook_before_link',
  summary: 'a webhook is sent the moment an Item is made, before its public token can have been exchanged',
  params: {
    webhook_code: {
      kind: 'string',
      values: Object.keys(NOTICES),
      otherwise: 'INITIAL_UPDATE',
      meaning: 'which',
    },
  },
  times: 1,
  endpoint: null,
  linked: ({ params }) => textOf(params, 'webhook_code'),
};

const afterRemoval: FaultKind = {
  kind: 'webhook_after_removal',
  summary: 'a webhook is sent for an Item that has just been removed',
  params: {
    webhook_code: {
      kind: 'string',
      values: Object.keys(NOTICES),
      otherwise: 'SYNC_UPDATES_AVAILABLE',
      meaning: 'which',
    },
  },
  times: 1,
  endpoint: null,
  removed: ({ params }) => textOf(params, 'webhook_code'),
};

/** Faults of webhooks on their way. */
export const WEBHOOK_KINDS: readonly FaultKind[] = [
  lost,
  duplicated,
  delayed,
  reordered,
  beforeLink,
  afterRemoval,
  rotatedKey,
  tampered('webhook_expired_key', 'signed with a key whose expired_at has passed', () => ({
    key: 'expired',
  })),
  tampered('webhook_unknown_key', 'signed with a key that Plaid does not know', () => ({ key: 'unknown' })),
  tampered('webhook_reserialised_body', 'the body is sent without the white space that was signed', () => ({
    body: (signed) => JSON.stringify(JSON.parse(signed)),
  })),
  tampered(
    'webhook_stale_iat',
    'signed as if long ago',
    (fault) => ({ iatShift: -seconds(fault) }),
    shift('10m'),
  ),
  tampered(
    'webhook_future_iat',
    'signed as if in the future',
    (fault) => ({ iatShift: seconds(fault) }),
    shift('1h'),
  ),
  tampered(
    'webhook_algorithm',
    'signed with another algorithm; HS256 takes the public key as its secret, as forgers do',
    ({ params }) => ({ algorithm: params['algorithm'] as NonNullable<Tampering['algorithm']> }),
    {
      algorithm: {
        kind: 'string',
        values: ['HS256', 'RS256', 'none'],
        otherwise: 'HS256',
        meaning: 'which',
      },
    },
  ),
  tampered('webhook_unsigned', 'without the header Plaid-Verification', () => ({ unsigned: true })),
];
