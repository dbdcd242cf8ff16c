/**
 * The hashes of what two pages have sent each other to agree on keys.
 *
 * The commitment fixes a side's key, its suites, the caller's encapsulation key and the callee's opening before either
 * side reveals anything. The opening is 32 random bytes. The callee sends them with the ciphertext, masked with a hash of
 * the encapsulated secret. Nobody else knows them, so nobody else can send another ciphertext: the caller would find other
 * bytes than those that the callee has committed to.
 *
 * The pictures cover exactly what both commitments have fixed. They must not depend on the ciphertext, nor on a secret
 * that it influences: the side that sends the ciphertext has seen the other's key by then, and could try ciphertexts
 * until the pictures match.
 *
 * The salt covers every byte that was sent.
 */

import { type Role, SUBPROTOCOL } from "../../protocol.ts";
import { type Bytes, concat, erase } from "./bytes.ts";
import { readReveal } from "./handshake_frame.ts";
import { PICTURE_BYTES } from "./safety_emoji.ts";

/** What both sides have sent. */
export interface Transcript {
  /** The suite that both sides chose. */
  readonly suite: number;
  /** The first frames, the caller's first. */
  readonly offers: readonly [Bytes, Bytes];
  /** The second frames, the caller's first. */
  readonly reveals: readonly [Bytes, Bytes];
}

/** The commitment of a side to its terms, its public key and its opening: 32 bytes. */
export function commitmentOf(
  role: Role,
  ...fixed: [terms: Bytes, key: Bytes, opening: Bytes]
): Promise<Bytes> {
  return sha256(`offer of the ${role}`, ...fixed);
}

/** Hides an opening from all but those who know the secret of the encapsulation, or shows it again. */
export async function mask(opening: Bytes, secret: Bytes): Promise<Bytes> {
  const hash = await sha256("opening", secret);
  return hash.map((byte, index) => byte ^ opening[index]!);
}

/** The bits of the four pictures: {@linkcode PICTURE_BYTES} bytes. */
export async function pictureBits({ suite, offers, reveals }: Transcript): Promise<Bytes> {
  const keys = reveals.map((frame) => readReveal(frame).key);
  const hash = await sha256("emoji", Uint8Array.of(suite), ...offers, ...keys);
  return hash.slice(0, PICTURE_BYTES);
}

/** The salt of the key schedule: 32 bytes. */
export function saltOf({ suite, offers, reveals }: Transcript): Promise<Bytes> {
  return sha256("key schedule", Uint8Array.of(suite), ...offers, ...reveals);
}

async function sha256(label: string, ...parts: Bytes[]): Promise<Bytes> {
  const input = concat(new TextEncoder().encode(`${SUBPROTOCOL} ${label}`), ...parts);
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", input));
  erase(input); // It may contain a secret.
  return hash;
}
