/** Figures of one repetition, by name. */
export type Figures = Readonly<Record<string, number>>;

/** The median of each figure over all repetitions. There must be at least one repetition. */
export function medians<F extends Figures>(repetitions: readonly F[]): F {
  const names = Object.keys(repetitions[0]!);
  const entries = names.map((name) => [name, median(repetitions.map((one) => one[name]!))]);
  return Object.fromEntries(entries);
}

/** The middle value. For an even number of values, the mean of the two middle ones. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
