const HEADER =
  'Its Plaid-Verification header is not what Plaid sends: it was changed on its way, or is forged.';

const REASONS: Readonly<Record<string, string>> = {
  header_missing:
    'It came without the Plaid-Verification header: whoever forwards has to pass it on, or it is not from Plaid.',
  body_mismatch:
    'Its body is not the one that Plaid signed: forward it byte for byte, never parsed and written anew.',
  key_unknown:
    'Plaid does not know the key that signed it: it is of another environment or other keys, or forged.',
  key_expired: 'Plaid has withdrawn the key that signed it: an old webhook was sent again, or it is forged.',
  issued_in_future: 'It was signed in the future: set the clock of this server, then replay it.',
  signature_invalid: 'Its signature is wrong: the header was changed on its way, or it is forged.',
  header_malformed: HEADER,
  algorithm_not_allowed: HEADER,
  key_id_missing: HEADER,
  claims_malformed: HEADER,
};

/** Why a webhook was not believed, and what to do about it. */
export const sayRejection = (reason: string): string => REASONS[reason] ?? reason;
