/**
 * How nodes agree on one secret that Redis never sees. The first node creates it. A node that joins later requests it,
 * and any node that has it sends it, sealed for the requester (X25519, RFC 7748; then HKDF and AES-256-GCM).
 *
 *   newcomer ──"who has the secret? my key is P"──> all nodes
 *   holder   ──"here, for P: my key is Q, sealed"──> newcomer
 *
 * Redis keeps the fingerprint of the current secret. The first node sets it, and the nodes that have the secret keep it
 * alive. Once the last of them is gone, so is the fingerprint, and the next node creates a new secret. So Redis, its
 * files and anybody who watches it see only public keys and sealed bytes.
 *
 * Known limit: an attacker who can change what Redis passes on, rather than only read it, can impersonate a requesting
 * node. Nodes and Redis belong to one operator, and use `rediss:` where the network between them is not trusted.
 */

import { Buffer } from "node:buffer";
import { createPublicKey, diffieHellman, generateKeyPairSync, type KeyObject } from "node:crypto";
import { SECOND } from "../base/clock.ts";
import { ClusterKeys, derive, openWith, sealWith, SECRET_BYTES } from "./keys.ts";
import { type RedisClient, Script } from "./redis_client.ts";

/** Lifetime of a fingerprint after the last heartbeat of a node that has its secret, in milliseconds. */
export const FINGERPRINT_LIFETIME = 10 * SECOND;

/** Key of the current fingerprint. */
export const FINGERPRINT_KEY = "secret";
const NONCE_BYTES = 12;

/** Sets the fingerprint if it is missing. Returns the current one, and keeps it alive if it is the given one. */
const PROPOSE = new Script(`
  redis.call('SET', KEYS[1], ARGV[1], 'NX', 'PX', ARGV[2])
  local inForce = redis.call('GET', KEYS[1])
  if inForce == ARGV[1] then redis.call('PEXPIRE', KEYS[1], ARGV[2]) end
  return inForce
`);

/** "Who has the secret?" */
export interface KeyRequest {
  /** The public key of the requester (SPKI in base64). */
  readonly key: string;
}

/** The secret, sealed for the requester. */
export interface KeyAnswer {
  readonly key: string;
  /** In base64. */
  readonly sealed: string;
}

/** The key exchange of one node. */
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

  /** The keys of the current secret; `undefined` if this node does not have it. */
  get keys(): ClusterKeys | undefined {
    return this.#inForce === this.#keys.fingerprint ? this.#keys : undefined;
  }

  /** The request to broadcast while this node lacks the current secret. */
  get request(): KeyRequest {
    return { key: exported(this.#pair.publicKey) };
  }

  /** Proposes this node's secret, and keeps its fingerprint alive if it is the current one. Whether it is. */
  async propose(): Promise<boolean> {
    const args = [this.#keys.fingerprint, `${FINGERPRINT_LIFETIME}`];
    this.#inForce = String(await this.#link.run(PROPOSE, [FINGERPRINT_KEY], args));
    return this.keys !== undefined;
  }

  /** Seals the secret for the requester, if this node has it. */
  answer(request: KeyRequest): KeyAnswer | undefined {
    const key = this.keys && this.#sharedKey(request.key);
    if (key === undefined) return undefined;
    const sealed = sealWith(key, this.#random(NONCE_BYTES), this.#keys.secret);
    return { key: exported(this.#pair.publicKey), sealed: sealed.toString("base64") };
  }

  /** Adopts the secret in an answer if it is the current one. Whether it was adopted. */
  take({ key: theirs, sealed }: KeyAnswer): boolean {
    const key = this.#sharedKey(theirs);
    const secret = key && openWith(key, Buffer.from(sealed, "base64"));
    if (this.keys !== undefined || secret?.length !== SECRET_BYTES) return false;
    const keys = new ClusterKeys(secret, this.#random);
    if (keys.fingerprint !== this.#inForce) return false;
    this.#keys = keys;
    return true;
  }

  /** The key shared with the owner of `theirs`; `undefined` if that is not a valid public key. */
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
