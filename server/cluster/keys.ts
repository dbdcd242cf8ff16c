/**
 * What the nodes of a cluster know and Redis doesn't: one secret, from which two keys are derived (RFC 5869).
 *
 *   names     HMAC-SHA256: turns an address or an interest into a pseudonym that only the nodes can compute. Without
 *             the key, nobody can find an address by trying all of them.
 *   messages  AES-256-GCM: seals what nodes send each other about sessions. A nonce is 96 random bits. Up to 2^32
 *             messages with one key, a repeated nonce is less likely than winning a lottery (NIST SP 800-38D section
 *             8.3), and a secret lasts no longer than its last node.
 *
 * Frames are not sealed again: the pages encrypted them, and no node can read them either.
 */

import { Buffer } from "node:buffer";
import { createCipheriv, createDecipheriv, createHmac, hkdfSync } from "node:crypto";

/** Length of a secret, in bytes. */
export const SECRET_BYTES = 32;

const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** Length of a pseudonym, in bytes: long enough that two addresses never share one. */
const NAME_BYTES = 18;

/** Computes pseudonyms and seals messages. */
export class ClusterKeys {
  /** Nodes compare it to find out whether they have the same secret. It reveals nothing about the secret. */
  readonly fingerprint: string;
  readonly secret: Uint8Array;
  readonly #nameKey: Buffer;
  readonly #messageKey: Buffer;
  readonly #random: (bytes: number) => Uint8Array;

  /** `random` returns this many random bytes. */
  constructor(secret: Uint8Array, random: (bytes: number) => Uint8Array) {
    this.secret = secret;
    this.#random = random;
    this.#nameKey = derive(secret, "names");
    this.#messageKey = derive(secret, "messages");
    this.fingerprint = this.pseudonym("fingerprint", "");
  }

  /** The pseudonym of `text`, in base64url. The same text of another kind has another pseudonym. */
  pseudonym(kind: string, text: string): string {
    const hmac = createHmac("sha256", this.#nameKey).update(`${kind} ${text}`).digest();
    return hmac.subarray(0, NAME_BYTES).toString("base64url");
  }

  seal(message: string): Buffer {
    return sealWith(this.#messageKey, this.#random(NONCE_BYTES), Buffer.from(message));
  }

  /** Opens a sealed message; `undefined` if it was altered or sealed with another secret. */
  open(sealed: Uint8Array): string | undefined {
    return openWith(this.#messageKey, sealed)?.toString();
  }
}

/** Seals with AES-256-GCM: nonce, ciphertext, tag. */
export function sealWith(key: Uint8Array, nonce: Uint8Array, plain: Uint8Array): Buffer {
  const cipher = createCipheriv("aes-256-gcm", key, nonce);
  return Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
}

/** Opens what {@linkcode sealWith} returned; `undefined` if it is incomplete, altered or sealed with another key. */
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

/** Derives a key for one purpose (HKDF-SHA256). */
export function derive(secret: Uint8Array, purpose: string): Buffer {
  return Buffer.from(hkdfSync("sha256", secret, "", `anonymous-chat.v1 ${purpose}`, SECRET_BYTES));
}
