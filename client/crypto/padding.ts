/**
 * Hides how long something is: every frame has one of four lengths.
 *
 *   256 bytes    the key exchange
 *   1 KiB        any signal, and any message of up to 200 characters, in whatever script
 *   4 KiB        longer messages
 *   16 KiB       the longest
 *
 * 200 characters can take 800 bytes of UTF-8, which is why sealed frames begin at 1 KiB: at 256 bytes a short message
 * in Russian or Japanese would be longer than one in English, and than a typing mark.
 *
 *        0 .. 1       2 .. 1+length      the rest
 *   +------------+------------------+-------------+
 *   |   length   |     content      |    zeros    |
 *   +------------+------------------+-------------+
 */

/** The length of a frame of the key exchange, in bytes. */
export const HANDSHAKE_SIZE = 256;

/** The lengths that a sealed frame may have, in bytes. */
export const SEALED_SIZES = [1024, 4096, 16_384] as const;

const PREFIX = 2;

/** `content` with its length before it and zeros behind, so that with `overhead` it fills one of the sizes. */
export function pad(content: Uint8Array, overhead: number): Uint8Array<ArrayBuffer> {
  const size = SEALED_SIZES.find((one) => overhead + PREFIX + content.length <= one);
  if (size === undefined) throw new RangeError(`Cannot pad: ${content.length} bytes are too many`);
  const padded = new Uint8Array(size - overhead);
  new DataView(padded.buffer).setUint16(0, content.length);
  padded.set(content, PREFIX);
  return padded;
}

/** What was padded, or `undefined` when the length is impossible. */
export function unpad(padded: Uint8Array): Uint8Array | undefined {
  if (padded.length < PREFIX) return undefined;
  const length = new DataView(padded.buffer, padded.byteOffset).getUint16(0);
  return PREFIX + length <= padded.length ? padded.subarray(PREFIX, PREFIX + length) : undefined;
}
