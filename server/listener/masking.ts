/**
 * The masking of a client's payload (RFC 6455 section 5.3): byte i is XORed with byte i mod 4 of the key. A key is a
 * number here, which costs no memory, and the lowest byte of it is used first.
 */

/** Unmasks `bytes` from `start` to `end`. The lowest byte of `key` belongs to the first of them. */
export function unmask(bytes: Uint8Array, start: number, end: number, key: number): void {
  const [key0, key1, key2, key3] = [key & 255, key >> 8 & 255, key >> 16 & 255, key >>> 24];
  let at = start;
  for (; at + 3 < end; at += 4) {
    bytes[at]! ^= key0;
    bytes[at + 1]! ^= key1;
    bytes[at + 2]! ^= key2;
    bytes[at + 3]! ^= key3;
  }
  for (let rest = key; at < end; at++, rest >>>= 8) bytes[at]! ^= rest & 255;
}

/** The key for the bytes that follow the next `count`. */
export function rotate(key: number, count: number): number {
  const bits = 8 * (count & 3);
  return bits === 0 ? key : key >>> bits | key << 32 - bits;
}
