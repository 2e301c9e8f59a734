import type { PlaidError } from '../../plaid/plaid-error.js';

/** A passing failure of Plaid that Temporal is to retry after `delayMs`. */
export class RetryLater extends Error {
  override readonly name = 'RetryLater';
  constructor(
    readonly delayMs: number,
    readonly plaidError: PlaidError,
  ) {
    super(plaidError.summary);
  }
}
