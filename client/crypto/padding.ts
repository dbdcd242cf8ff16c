/**
 * Padding hides the length of what is sent: every frame has one of four lengths.
 *
 *   1.25 KiB     the key agreement, in one packet with most networks
 *   1 KiB        any signal, and any message of up to 200 characters, in any script
 *   4 KiB        longer messages
 *   16 KiB       the longest
 *
 * 200 characters can take 800 bytes of UTF-8, so sealed frames begin at 1 KiB. With 256 bytes, a short message in
 * Russian or Japanese would be longer than one in English, and than a typing signal.
 *
 *        0 .. 1       2 .. 1+length      the rest
 *   +------------+------------------+-------------+
 *   |   length   |     content      |    zeros    |
 *   +------------+------------------+-------------+
 */

/** Length of a frame of the key agreement, in bytes. */
export const HANDSHAKE_SIZE = 1280;

/** Possible lengths of a sealed frame, in bytes. */
export const SEALED_SIZES = [1024, 4096, 16_384] as const;

const PREFIX = 2;

/**
 * Puts the length before `content` and zeros after it, so that the result and `overhead` together have one of the
 * sizes.
 */
export function pad(content: Uint8Array, overhead: number): Uint8Array<ArrayBuffer> {
  const size = SEALED_SIZES.find((one) => overhead + PREFIX + content.length <= one);
  if (size === undefined) throw new RangeError(`Cannot pad: ${content.length} bytes are too many`);
  const padded = new Uint8Array(size - overhead);
  new DataView(padded.buffer).setUint16(0, content.length);
  padded.set(content, PREFIX);
  return padded;
}

/** Removes the padding; `undefined` if the length is impossible. */
export function unpad(padded: Uint8Array): Uint8Array | undefined {
  if (padded.length < PREFIX) return undefined;
  const length = new DataView(padded.buffer, padded.byteOffset).getUint16(0);
  return PREFIX + length <= padded.length ? padded.subarray(PREFIX, PREFIX + length) : undefined;
}
