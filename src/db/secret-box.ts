import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';

export interface SealedSecret {
  /** 12-byte nonce, ciphertext, 16-byte tag. */
  ciphertext: Buffer;
  keyId: string;
}

/** Where a secret is stored. It is authenticated with the ciphertext, so a value moved to another row or column does not open. */
export interface SecretPlace {
  table: string;
  column: string;
  rowId: string;
}

/** A ciphertext names a key that is not configured; the message gives the id to add to ENCRYPTION_KEYS. */
export class MissingKeyError extends Error {
  override readonly name = 'MissingKeyError';
}

export interface SecretBox {
  seal(plaintext: string, place: SecretPlace): SealedSecret;
  /** Throws MissingKeyError, or a plain Error when the ciphertext was tampered with or moved. */
  open(secret: SealedSecret, place: SecretPlace): string;
  readonly writingKeyId: string;
}

const NONCE_BYTES = 12;
const TAG_BYTES = 16;

const additionalData = (place: SecretPlace): Buffer =>
  Buffer.from(`${place.table}.${place.column}:${place.rowId}`);

/** AES-256-GCM under several keys: the first seals, all open. */
export function createSecretBox(keys: readonly { id: string; key: Buffer }[]): SecretBox {
  const [writing] = keys;
  if (!writing) throw new Error('ENCRYPTION_KEYS holds no key');
  const byId = new Map(keys.map(({ id, key }) => [id, key]));
  return {
    writingKeyId: writing.id,
    seal(plaintext, place) {
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv('aes-256-gcm', writing.key, nonce);
      cipher.setAAD(additionalData(place));
      const body = Buffer.concat([cipher.update(plaintext, 'utf8'), cipher.final()]);
      return { ciphertext: Buffer.concat([nonce, body, cipher.getAuthTag()]), keyId: writing.id };
    },
    open({ ciphertext, keyId }, place) {
      const key = byId.get(keyId);
      if (!key) throw new MissingKeyError(`encryption key "${keyId}" is missing from ENCRYPTION_KEYS`);
      const decipher = createDecipheriv('aes-256-gcm', key, ciphertext.subarray(0, NONCE_BYTES));
      decipher.setAAD(additionalData(place));
      decipher.setAuthTag(ciphertext.subarray(-TAG_BYTES));
      return Buffer.concat([
        decipher.update(ciphertext.subarray(NONCE_BYTES, -TAG_BYTES)),
        decipher.final(),
      ]).toString('utf8');
    },
  };
}
