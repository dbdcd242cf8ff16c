/**
 * Durations in buckets whose width is a fixed part of their value, so that millions of them take little memory and the
 * histograms of several processes can be added. A quantile is exact to {@linkcode RESOLUTION}.
 */

/** The width of a bucket, as a part of its value. */
export const RESOLUTION = 0.02;

/** Everything shorter counts as this, in milliseconds. */
const SHORTEST = 0.01;

const WIDTH = Math.log(1 + RESOLUTION);

export class Histogram {
  /** How many durations there are, by the number of their bucket. */
  readonly #counts: number[] = [];
  #count = 0;

  /** The sum of histograms that came as JSON. */
  static sum(all: readonly (readonly (number | null)[])[]): Histogram {
    const sum = new Histogram();
    for (const counts of all) counts.forEach((count, bucket) => sum.#add(bucket, count ?? 0));
    return sum;
  }

  get count(): number {
    return this.#count;
  }

  /** Adds a duration in milliseconds. */
  add(ms: number): void {
    this.#add(Math.floor(Math.log(Math.max(ms, SHORTEST) / SHORTEST) / WIDTH), 1);
  }

  /** The duration that a part of all durations, from 0 to 1, doesn't exceed. NaN without any. */
  quantile(part: number): number {
    let left = Math.ceil(part * this.#count);
    for (const [bucket, count = 0] of this.#counts.entries()) {
      left -= count;
      if (count > 0 && left <= 0) return SHORTEST * Math.exp((bucket + 0.5) * WIDTH);
    }
    return NaN;
  }

  /** The counts by bucket; `null` stands for 0. */
  toJSON(): number[] {
    return this.#counts;
  }

  #add(bucket: number, count: number): void {
    this.#counts[bucket] = (this.#counts[bucket] ?? 0) + count;
    this.#count += count;
  }
}
