/** Byte arrays of the key agreement and of sealed frames. */

/** The byte arrays that WebCrypto accepts. */
export type Bytes = Uint8Array<ArrayBuffer>;

export function concat(...parts: Uint8Array[]): Bytes {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let end = 0;
  for (const part of parts) {
    whole.set(part, end);
    end += part.length;
  }
  return whole;
}

/** Whether two byte arrays are equal. Both are public, so timing reveals nothing. */
export function areEqual(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, index) => byte === b[index]);
}

/** Overwrites secrets that are no longer needed. */
export function erase(...secrets: (Uint8Array | undefined)[]): void {
  secrets.forEach((secret) => secret?.fill(0));
}
