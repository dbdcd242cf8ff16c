/** How much is measured: enough for figures to publish, or just enough to see in a few minutes that everything runs. */
export interface Extent {
  readonly repetitions: number;
  /** For what takes long each time: ten thousand connections. */
  readonly longRepetitions: number;
  /** The warm-up time of a server, and the duration of each measurement after it, in milliseconds. */
  readonly warmUp: number;
  readonly duration: number;
  readonly crowdPairs: number;
  /** The time between the last connection and the memory reading, in milliseconds. */
  readonly settle: number;
  readonly visitors: number;
  readonly pageLoads: number;
}

/** For docs/benchmarks.md. */
export const FULL: Extent = {
  repetitions: 3,
  longRepetitions: 1,
  warmUp: 1_500,
  duration: 3_000,
  crowdPairs: 5_000,
  settle: 5_000,
  visitors: 4_000,
  pageLoads: 15,
};

/** With `--quick`. */
export const QUICK: Extent = {
  repetitions: 3,
  longRepetitions: 1,
  warmUp: 1_500,
  duration: 1_500,
  crowdPairs: 5_000,
  settle: 2_000,
  visitors: 1_000,
  pageLoads: 5,
};
