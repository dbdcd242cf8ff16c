/**
 * The pauses of the garbage collector, from the lines that V8 prints with `--trace-gc`. Deno reports no `gc` entries to
 * a `PerformanceObserver`. A line looks like this, with the pause in milliseconds before the slash:
 *
 *   [7006:0x556f] 766 ms: Mark-Compact (reduce) 139.7 (143.7) -> 3.8 (7.1) MB, pooled: 0.0 MB, 34.80 / 0.00 ms ...
 */

/** A pause. A minor collection covers only new objects. */
export interface Pause {
  readonly kind: "minor" | "major";
  /** Milliseconds. */
  readonly ms: number;
}

const LINE =
  /^\[\d+:0x[0-9a-f]+\] +\d+ ms: (?:Incremental )?(Scavenge|Minor|Mark-Compact).* MB, (?:pooled: +[\d.]+ MB, )?([\d.]+) \/ [\d.]+ ms/;

/** The environment variable that adds options of V8, and its value for such lines. */
export const TRACE_GC: Readonly<Record<string, string>> = { DENO_V8_FLAGS: "--trace-gc" };

/** The pause that a line reports; `undefined` for any other line. */
export function pauseIn(line: string): Pause | undefined {
  const [, name, ms] = LINE.exec(line) ?? [];
  if (ms === undefined) return undefined;
  return { kind: name === "Mark-Compact" ? "major" : "minor", ms: Number(ms) };
}
