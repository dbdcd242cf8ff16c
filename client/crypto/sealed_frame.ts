/**
 * A frame that only the partner can open. Byte 0 is for the relay (see `protocol.ts`), and `padding.ts` explains the
 * lengths.
 *
 *        0      1      2 .. 5      6 .. n-17    n-16 .. n-1
 *   +-------+-------+-----------+-------------+-----------+
 *   | 1, 2  |   3   |  counter  |  ciphertext |    tag    |      n is 1024, 4096 or 16384
 *   +-------+-------+-----------+-------------+-----------+
 *      associated data: 0 .. 5; nonce: 8 zero bytes, then the counter
 */

import { isFrameKind } from "../../protocol.ts";
import { type Bytes, concat } from "./bytes.ts";
import { pad, SEALED_SIZES, unpad } from "./padding.ts";

const TAG_SEALED = 3;
const HEADER_BYTES = 6;
const GCM_TAG_BYTES = 16;

/** The largest counter that a header can hold. */
export const MAX_COUNTER = 2 ** 32 - 1;

/** What a frame contained. */
export interface Opened {
  readonly kind: number;
  readonly content: Uint8Array;
}

/** Seals `content` as the frame with this counter. The same arguments give the same frame. */
export async function seal(
  key: CryptoKey,
  kind: number,
  counter: number,
  content: Uint8Array,
): Promise<Bytes> {
  const header = new Uint8Array(HEADER_BYTES);
  header.set([kind, TAG_SEALED]);
  new DataView(header.buffer).setUint32(2, counter);
  const padded = pad(content, HEADER_BYTES + GCM_TAG_BYTES);
  return concat(header, new Uint8Array(await crypto.subtle.encrypt(gcm(header), key, padded)));
}

/** Opens a frame that {@linkcode counterOf} accepts; `undefined` if it was altered, or sealed with another key. */
export async function open(key: CryptoKey, frame: Uint8Array): Promise<Opened | undefined> {
  const header = frame.slice(0, HEADER_BYTES);
  const padded = await crypto.subtle.decrypt(gcm(header), key, frame.slice(HEADER_BYTES))
    .catch(() => undefined);
  const content = padded && unpad(new Uint8Array(padded));
  return content && { kind: header[0]!, content };
}

/** The counter of a frame, which is not authentic yet; `undefined` if it has not the form of a sealed frame. */
export function counterOf(frame: Uint8Array): number | undefined {
  if (!isSealed(frame) || !isFrameKind(frame[0])) return undefined;
  return new DataView(frame.buffer, frame.byteOffset).getUint32(2);
}

/** Whether a frame has the tag and a length of a sealed frame. */
export function isSealed(frame: Uint8Array): boolean {
  return frame[1] === TAG_SEALED && SEALED_SIZES.some((size) => size === frame.length);
}

/** AES-GCM with the header's counter as nonce, and the header as associated data. */
function gcm(header: Bytes): AesGcmParams {
  const iv = new Uint8Array(12);
  iv.set(header.subarray(2), 8);
  return { name: "AES-GCM", iv, additionalData: header };
}
