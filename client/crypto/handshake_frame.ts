/**
 * The two frames that each page sends to agree on keys. All of them have the same length, so that they show neither the
 * role nor, later, the suite. The parts that only one role sends are zeros for the other one.
 *
 *        0      1       2      3 .. 6       7 .. 1190        1191 .. 1222     1223 .. 1279
 *   +-------+-------+-------+---------+------------------+--------------+--------------+
 *   |   2   |   1   | count | suites  | ek of the caller |  commitment  |    zeros     |    offer
 *   +-------+-------+-------+---------+------------------+--------------+--------------+
 *                   \------------- terms --------------/
 *        0      1       2 .. 66       67 .. 1154       1155 .. 1186       1187 .. 1279
 *   +-------+-------+------------+------------------+-----------------+---------------+
 *   |   2   |   2   | public key |    ciphertext    | masked opening  |     zeros     |    reveal
 *   +-------+-------+------------+------------------+-----------------+---------------+
 *                                 \--------- of the callee ----------/
 */

import { FrameKind, MAX_SUITES } from "../../protocol.ts";
import { type Bytes, concat } from "./bytes.ts";
import { CIPHERTEXT_BYTES, EK_BYTES } from "./kem.ts";
import { HANDSHAKE_SIZE } from "./padding.ts";

/** Byte 1 of a frame. */
export const TAG_OFFER = 1;
export const TAG_REVEAL = 2;

/** Length of a public key, an uncompressed point of P-256, in bytes. */
const KEY_BYTES = 65;

/** Length of an opening, in bytes. */
export const OPENING_BYTES = 32;

const HASH_BYTES = 32;
const PREFIX_BYTES = 2;
const TERMS_BYTES = 1 + MAX_SUITES + EK_BYTES;

/** The first frame of a side. */
export interface Offer {
  /** Best first. */
  readonly suites: readonly number[];
  /** The encapsulation key if the caller has sent this, and otherwise zeros. */
  readonly ek: Bytes;
  /** The bytes that contain both, and that the commitment covers. */
  readonly terms: Bytes;
  readonly commitment: Bytes;
}

/** The second frame of a side. */
export interface Reveal {
  readonly key: Bytes;
  /** These are zeros if the caller has sent this. */
  readonly ciphertext: Bytes;
  readonly masked: Bytes;
}

/** The terms of an offer. There are 1 to {@linkcode MAX_SUITES} suites. */
export function termsOf(suites: readonly number[], ek?: Uint8Array): Bytes {
  const terms = new Uint8Array(TERMS_BYTES);
  terms.set([suites.length, ...suites]);
  if (ek) terms.set(ek, 1 + MAX_SUITES);
  return terms;
}

/** A frame of the key agreement. */
export function handshakeFrame(tag: number, ...parts: Uint8Array[]): Bytes {
  const frame = new Uint8Array(HANDSHAKE_SIZE);
  frame.set(concat(Uint8Array.of(FrameKind.signal, tag), ...parts));
  return frame;
}

/** Whether a frame has the kind, the tag and the length of a frame of the key agreement. */
export function isHandshake(frame: Uint8Array, tag: number): boolean {
  return frame.length === HANDSHAKE_SIZE && frame[0] === FrameKind.signal && frame[1] === tag;
}

/** Reads an offer. Its suites are empty if there are too many. */
export function readOffer(frame: Bytes): Offer {
  const [terms, commitment] = split(frame, TERMS_BYTES, HASH_BYTES);
  const [count = 0] = terms;
  const suites = count > MAX_SUITES ? [] : [...terms.subarray(1, 1 + count)];
  return { suites, ek: terms.slice(1 + MAX_SUITES), terms, commitment };
}

export function readReveal(frame: Bytes): Reveal {
  const [key, rest] = split(frame, KEY_BYTES, CIPHERTEXT_BYTES + OPENING_BYTES);
  return {
    key,
    ciphertext: rest.slice(0, CIPHERTEXT_BYTES),
    masked: rest.slice(CIPHERTEXT_BYTES),
  };
}

/** The first two parts of a frame, which have these lengths. */
function split(frame: Bytes, first: number, second: number): [Bytes, Bytes] {
  const end = PREFIX_BYTES + first;
  return [frame.slice(PREFIX_BYTES, end), frame.slice(end, end + second)];
}
