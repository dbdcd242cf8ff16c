/** How much is measured: enough for figures to publish, or just enough to see in a few minutes that everything runs. */
export interface Profile {
  readonly repetitions: number;
  /** For the measurements with ten thousand connections, which take longest. */
  readonly longRepetitions: number;
  /** The warm-up time of a server, and the duration of each measurement after it, in milliseconds. */
  readonly warmUp: number;
  readonly duration: number;
  readonly idlePairs: number;
  /** The time between the last connection and the memory reading, in milliseconds. */
  readonly settle: number;
  readonly visitors: number;
  readonly pageLoads: number;
}

/** For docs/benchmarks.md. */
export const FULL: Profile = {
  repetitions: 3,
  longRepetitions: 1,
  warmUp: 1_500,
  duration: 3_000,
  idlePairs: 5_000,
  settle: 5_000,
  visitors: 4_000,
  pageLoads: 15,
};

/** With `--quick`. */
export const QUICK: Profile = {
  repetitions: 3,
  longRepetitions: 1,
  warmUp: 1_500,
  duration: 1_500,
  idlePairs: 5_000,
  settle: 2_000,
  visitors: 1_000,
  pageLoads: 5,
};
