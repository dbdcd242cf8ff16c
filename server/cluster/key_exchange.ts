/**
 * How machines come by one secret that Redis never sees, without being told it. The first machine makes it; whoever
 * comes later asks, and any machine that has it hands it over, sealed for the one who asks (X25519, RFC 7748; then HKDF
 * and AES-256-GCM).
 *
 *   newcomer ──"who has the secret? my key is P"──> everybody
 *   holder   ──"here, for P: my key is Q, sealed"──> newcomer
 *
 * Redis keeps the fingerprint of the secret in force, set by whoever comes first and kept alive by those who have it;
 * when the last of them is gone, so is the fingerprint, and the next machine makes a new secret. So Redis, its files
 * and whoever watches it see public keys and sealed bytes.
 *
 * Limit admitted: who can change what Redis passes on, rather than only see it, can pretend to be a machine that asks.
 * Machines and Redis belong to one operator, and talk by `rediss:` where somebody else's network is between them.
 */

import { Buffer } from "node:buffer";
import { createPublicKey, diffieHellman, generateKeyPairSync, type KeyObject } from "node:crypto";
import { SECOND } from "../base/clock.ts";
import { ClusterKeys, derive, openWith, sealWith, SECRET_BYTES } from "./keys.ts";
import { type RedisClient, Script } from "./redis_client.ts";

/** How long the fingerprint of a secret lives without a machine that has it, in milliseconds. */
export const FINGERPRINT_LIFETIME = 10 * SECOND;

/** Where the fingerprint of the secret in force is. */
export const FINGERPRINT_KEY = "secret";
const NONCE_BYTES = 12;

/** Sets the fingerprint unless there is one; the answer is the one in force, which its holders keep alive. */
const PROPOSE = new Script(`
  redis.call('SET', KEYS[1], ARGV[1], 'NX', 'PX', ARGV[2])
  local inForce = redis.call('GET', KEYS[1])
  if inForce == ARGV[1] then redis.call('PEXPIRE', KEYS[1], ARGV[2]) end
  return inForce
`);

/** "Who has the secret?" */
export interface KeyRequest {
  /** The public key of who asks (SPKI in base64). */
  readonly key: string;
}

/** "Here." */
export interface KeyAnswer {
  readonly key: string;
  /** In base64. */
  readonly sealed: string;
}

/** One machine's part in it. */
export class KeyExchange {
  readonly #link: Pick<RedisClient, "run">;
  readonly #random: (bytes: number) => Uint8Array;
  readonly #pair = generateKeyPairSync("x25519");
  #keys: ClusterKeys;
  #inForce = "";

  constructor(link: Pick<RedisClient, "run">, random: (bytes: number) => Uint8Array) {
    this.#link = link;
    this.#random = random;
    this.#keys = new ClusterKeys(random(SECRET_BYTES), random);
  }

  /** The keys of the secret in force; `undefined` before there is agreement. */
  get keys(): ClusterKeys | undefined {
    return this.#inForce === this.#keys.fingerprint ? this.#keys : undefined;
  }

  /** What to ask everybody when there is no agreement. */
  get request(): KeyRequest {
    return { key: exported(this.#pair.publicKey) };
  }

  /** Proposes the own secret, and keeps the one in force alive if it is that. Whether there is agreement. */
  async propose(): Promise<boolean> {
    const args = [this.#keys.fingerprint, `${FINGERPRINT_LIFETIME}`];
    this.#inForce = String(await this.#link.run(PROPOSE, [FINGERPRINT_KEY], args));
    return this.keys !== undefined;
  }

  /** Hands the secret over, if it is had. */
  answer(request: KeyRequest): KeyAnswer | undefined {
    const key = this.keys && this.#sharedKey(request.key);
    if (key === undefined) return undefined;
    const sealed = sealWith(key, this.#random(NONCE_BYTES), this.#keys.secret);
    return { key: exported(this.#pair.publicKey), sealed: sealed.toString("base64") };
  }

  /** Takes an answer, if it is the secret in force. Whether there is agreement now. */
  take({ key: theirs, sealed }: KeyAnswer): boolean {
    const key = this.#sharedKey(theirs);
    const secret = key && openWith(key, Buffer.from(sealed, "base64"));
    if (this.keys !== undefined || secret?.length !== SECRET_BYTES) return false;
    const keys = new ClusterKeys(secret, this.#random);
    if (keys.fingerprint !== this.#inForce) return false;
    this.#keys = keys;
    return true;
  }

  /** What only the two know; `undefined` when theirs is no key. */
  #sharedKey(theirs: string): Uint8Array | undefined {
    try {
      const der = Buffer.from(theirs, "base64");
      const publicKey = createPublicKey({ key: der, format: "der", type: "spki" });
      const { privateKey } = this.#pair;
      return derive(diffieHellman({ privateKey, publicKey }), "agreement");
    } catch {
      return undefined;
    }
  }
}

function exported(key: KeyObject): string {
  return key.export({ format: "der", type: "spki" }).toString("base64");
}
