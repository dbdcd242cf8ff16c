/** Reproducible randomness: the same seed gives the same numbers. */

/** Numbers from 0 to below 1 (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = state + 0x6D2B79F5 >>> 0;
    let mixed = Math.imul(state ^ state >>> 15, state | 1);
    mixed ^= mixed + Math.imul(mixed ^ mixed >>> 7, mixed | 61);
    return ((mixed ^ mixed >>> 14) >>> 0) / 2 ** 32;
  };
}

/** A random element of a list. */
export function oneOf<T>(things: readonly [T, ...T[]], roll: () => number): T {
  return things[Math.floor(roll() * things.length)] ?? things[0];
}
