/**
 * Lines of the access log that wait to be written. They wait as bytes in a reused buffer, because bytes can be wiped:
 * after a line is written, the address in it does not remain in memory. (The string that the line was built from is
 * left to V8's garbage collector.) Lines that don't fit are dropped and counted.
 *
 *     ┌──────────────────────────┬────────────┬───────────────────────┐
 *     │ lines of 2026-11-23      │ 2026-11-24 │ free                  │
 *     └──────────────────────────┴────────────┴───────────────────────┘
 *                              end          end
 */

/** Maximum number of bytes that wait for a flush. */
export const MAX_BATCH_BYTES = 1024 * 1024;

/** Lines that wait to be written. */
export class Batch {
  readonly #bytes = new Uint8Array(MAX_BATCH_BYTES);
  /** Where the lines of each day end, in order of arrival. A day may occur twice if the calendar is set back. */
  readonly #parts: { readonly day: string; end: number }[] = [];
  #used = 0;
  #dropped = 0;

  /** Number of lines that did not fit. */
  get dropped(): number {
    return this.#dropped;
  }

  get isEmpty(): boolean {
    return this.#used === 0;
  }

  /** Adds a line (ASCII) of a day (YYYY-MM-DD). Returns whether it fits. */
  add(day: string, line: string): boolean {
    const room = this.#bytes.subarray(this.#used);
    if (line.length > room.length) {
      this.#dropped++;
      return false;
    }
    this.#used += new TextEncoder().encodeInto(line, room).written;
    const last = this.#parts.at(-1);
    if (last?.day === day) last.end = this.#used;
    else this.#parts.push({ day, end: this.#used });
    return true;
  }

  /** The lines, by day. */
  *[Symbol.iterator](): Generator<{ day: string; lines: Uint8Array }> {
    let start = 0;
    for (const { day, end } of this.#parts) {
      yield { day, lines: this.#bytes.subarray(start, end) };
      start = end;
    }
  }

  /** Empties the batch and overwrites its bytes. */
  wipe(): void {
    this.#bytes.fill(0, 0, this.#used);
    this.#parts.length = 0;
    this.#used = this.#dropped = 0;
  }
}
