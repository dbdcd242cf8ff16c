/**
 * What the machines of a cluster know and Redis doesn't: one secret, of which two keys are made (RFC 5869).
 *
 *   names     HMAC-SHA256: an address or an interest becomes a name that only they could have made. Without the key
 *             nobody can try all addresses of the world until one fits.
 *   letters   AES-256-GCM: what machines say to each other about people. A nonce is 96 bits of chance; a cluster would
 *             have to write 2^32 letters with one key before two were as likely alike as a lottery win (NIST SP
 *             800-38D section 8.3), and its secret ends with its last machine.
 *
 * Frames are not sealed again: the pages have sealed them, and no machine can read them either.
 */

import { Buffer } from "node:buffer";
import { createCipheriv, createDecipheriv, createHmac, hkdfSync } from "node:crypto";

/** How long a secret is, in bytes. */
export const SECRET_BYTES = 32;

const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** How much of an HMAC a name keeps, in bytes: too much for two addresses ever to share one. */
const NAME_BYTES = 18;

/** Makes names and seals letters. */
export class ClusterKeys {
  /** What two machines compare to see that they have the same secret; tells nothing of it. */
  readonly fingerprint: string;
  readonly secret: Uint8Array;
  readonly #nameKey: Buffer;
  readonly #letterKey: Buffer;
  readonly #random: (bytes: number) => Uint8Array;

  /** `random` makes so many bytes of chance. */
  constructor(secret: Uint8Array, random: (bytes: number) => Uint8Array) {
    this.secret = secret;
    this.#random = random;
    this.#nameKey = derive(secret, "names");
    this.#letterKey = derive(secret, "letters");
    this.fingerprint = this.pseudonym("fingerprint", "");
  }

  /** The name of `text`, in base64url; what is named of another kind has another name. */
  pseudonym(kind: string, text: string): string {
    const hmac = createHmac("sha256", this.#nameKey).update(`${kind} ${text}`).digest();
    return hmac.subarray(0, NAME_BYTES).toString("base64url");
  }

  /** Seals a letter. */
  seal(letter: string): Buffer {
    return sealWith(this.#letterKey, this.#random(NONCE_BYTES), Buffer.from(letter));
  }

  /** Opens one; `undefined` when it was sealed with another secret, or altered. */
  open(sealed: Uint8Array): string | undefined {
    return openWith(this.#letterKey, sealed)?.toString();
  }
}

/** Seals with AES-256-GCM: nonce, ciphertext, tag. */
export function sealWith(key: Uint8Array, nonce: Uint8Array, plain: Uint8Array): Buffer {
  const cipher = createCipheriv("aes-256-gcm", key, nonce);
  return Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
}

/** Opens what {@linkcode sealWith} made; `undefined` when it is not whole, or of another key. */
export function openWith(key: Uint8Array, sealed: Uint8Array): Buffer | undefined {
  if (sealed.length < NONCE_BYTES + TAG_BYTES) return undefined;
  const end = sealed.length - TAG_BYTES;
  const decipher = createDecipheriv("aes-256-gcm", key, sealed.subarray(0, NONCE_BYTES));
  decipher.setAuthTag(sealed.subarray(end));
  try {
    const plain = decipher.update(sealed.subarray(NONCE_BYTES, end));
    return Buffer.concat([plain, decipher.final()]);
  } catch {
    return undefined;
  }
}

/** A key for one purpose (HKDF-SHA256). */
export function derive(secret: Uint8Array, purpose: string): Buffer {
  return Buffer.from(hkdfSync("sha256", secret, "", `anonymous-chat.v1 ${purpose}`, SECRET_BYTES));
}
