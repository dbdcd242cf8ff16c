/** A fast hash of a text, which is not cryptographic (FNV-1a). */

/** A whole number from 0 to below 2^32. */
export function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) {
    hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  }
  return hash >>> 0;
}
