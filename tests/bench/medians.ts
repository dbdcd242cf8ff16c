/** Figures of one repetition, by name. */
export type Figures = Readonly<Record<string, number>>;

/** The median of each figure over all repetitions, which must not be none. */
export function medians<F extends Figures>(repetitions: readonly F[]): F {
  const names = Object.keys(repetitions[0]!);
  const entries = names.map((name) => [name, median(repetitions.map((one) => one[name]!))]);
  return Object.fromEntries(entries);
}

/** The one in the middle; of an even number, the mean of the two. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
