/**
 * HalfSipHash-2-4 with an output of 32 bits (Aumasson and Bernstein, 2012): a hash that only those who know its key can
 * predict. It is written in JavaScript because the hashes of the runtime copy their input to native memory, where
 * an address would stay until that memory is used again.
 */

/** The four words of the state. */
type State = [number, number, number, number];

/** Rounds for each word of the input, and at the end. */
const ROUNDS = 2;
const FINAL_ROUNDS = 4;

/** Both halves of a key at the beginning of a token. */
const KEY = /^([0-9a-f]{8})([0-9a-f]{8})/;

/** Hashes short texts of code points below 256, such as addresses. */
export class KeyedHash {
  readonly #low: number;
  readonly #high: number;

  /** Takes both halves of the key, 32 bits each. */
  constructor(low: number, high: number) {
    this.#low = low;
    this.#high = high;
  }

  /** A hash whose key is the beginning of a secret token, in hexadecimal. Throws if there are too few digits. */
  static fromToken(token: string): KeyedHash {
    const [, low, high] = KEY.exec(token) ?? [];
    if (low === undefined || high === undefined) throw new TypeError("not a token");
    return new KeyedHash(parseInt(low, 16), parseInt(high, 16));
  }

  /** A number from 0 to 2^32 - 1. */
  of(text: string): number {
    const state: State = [this.#low, this.#high, 0x6c796765 ^ this.#low, 0x74656462 ^ this.#high];
    const whole = text.length & ~3;
    for (let at = 0; at < whole; at += 4) absorb(state, wordAt(text, at));
    absorb(state, wordAt(text, whole) | text.length << 24);
    state[2] ^= 0xff;
    mix(state, FINAL_ROUNDS);
    return (state[1] ^ state[3]) >>> 0;
  }
}

/** Up to four characters as a little-endian word. */
function wordAt(text: string, at: number): number {
  let word = 0;
  for (let index = 0; index < 4 && at + index < text.length; index++) {
    word |= (text.charCodeAt(at + index) & 255) << 8 * index;
  }
  return word;
}

function absorb(state: State, word: number): void {
  state[3] ^= word;
  mix(state, ROUNDS);
  state[0] ^= word;
}

function mix(state: State, rounds: number): void {
  let [a, b, c, d] = state;
  for (let round = 0; round < rounds; round++) {
    a = a + b | 0;
    b = rotate(b, 5) ^ a;
    a = rotate(a, 16);
    c = c + d | 0;
    d = rotate(d, 8) ^ c;
    a = a + d | 0;
    d = rotate(d, 7) ^ a;
    c = c + b | 0;
    b = rotate(b, 13) ^ c;
    c = rotate(c, 16);
  }
  state[0] = a;
  state[1] = b;
  state[2] = c;
  state[3] = d;
}

function rotate(word: number, bits: number): number {
  return word << bits | word >>> 32 - bits;
}
