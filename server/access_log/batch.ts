/**
 * Lines of the access log on their way to the disk. They wait as bytes in one buffer that is used again and again,
 * because bytes can be wiped: once a line is written, the address in it doesn't lie about in memory. (The string that
 * the line was made of is V8's to collect.) What finds no room is dropped and counted.
 *
 *     ┌──────────────────────────┬────────────┬───────────────────────┐
 *     │ lines of 2026-11-23      │ 2026-11-24 │ room                  │
 *     └──────────────────────────┴────────────┴───────────────────────┘
 *                              end          end
 */

/** Bytes that may wait for a flush. */
export const MAX_BATCH_BYTES = 1024 * 1024;

/** Lines that wait for the disk. */
export class Batch {
  readonly #bytes = new Uint8Array(MAX_BATCH_BYTES);
  /** Where the lines of each day end, in order of arrival; a day may come again when the calendar is set back. */
  readonly #parts: { readonly day: string; end: number }[] = [];
  #used = 0;
  #dropped = 0;

  /** How many lines found no room. */
  get dropped(): number {
    return this.#dropped;
  }

  get isEmpty(): boolean {
    return this.#used === 0;
  }

  /** Adds a line (ASCII) of a day (YYYY-MM-DD), if there is room. */
  add(day: string, line: string): void {
    const room = this.#bytes.subarray(this.#used);
    if (line.length > room.length) {
      this.#dropped++;
      return;
    }
    this.#used += new TextEncoder().encodeInto(line, room).written;
    const last = this.#parts.at(-1);
    if (last?.day === day) last.end = this.#used;
    else this.#parts.push({ day, end: this.#used });
  }

  /** The lines, by day. */
  *[Symbol.iterator](): Generator<{ day: string; lines: Uint8Array }> {
    let start = 0;
    for (const { day, end } of this.#parts) {
      yield { day, lines: this.#bytes.subarray(start, end) };
      start = end;
    }
  }

  /** Forgets everything, down to the bytes. */
  wipe(): void {
    this.#bytes.fill(0, 0, this.#used);
    this.#parts.length = 0;
    this.#used = this.#dropped = 0;
  }
}
