export interface DeliveryAttempt {
  /** Virtual clock, milliseconds. */
  at: number;
  /** HTTP status, or null when no answer came. */
  status: number | null;
  error: string | null;
  durationMs: number;
  kid: string;
  /** The `Plaid-Verification` header that was sent. */
  verification: string;
  /** The kind of fault that was in it. */
  fault?: string;
}

/** One webhook and what became of it. `body` holds the exact bytes that were signed and sent. */
export interface Delivery {
  id: number;
  itemId: string;
  url: string;
  webhookType: string;
  webhookCode: string;
  body: string;
  createdAt: number;
  /** `held` while the sending of webhooks is paused; `lost` by a fault, never sent. */
  state: 'held' | 'waiting' | 'delivered' | 'given_up' | 'lost';
  nextAttemptAt: number | null;
  /** Sent again so often once it is delivered, by a fault. */
  copies?: { left: number; sameToken: boolean };
  /** Lets the next webhook of its Item go first, by a fault. */
  swapped?: boolean;
  attempts: DeliveryAttempt[];
}

/** A key that signs webhooks. Instants are seconds of the real clock, like Plaid's. */
export interface SigningKey {
  kid: string;
  createdAt: number;
  expiredAt: number | null;
  publicJwk: { kty: string; crv: string; x: string; y: string };
  privateJwk: { kty: string; crv: string; x: string; y: string; d: string };
}
