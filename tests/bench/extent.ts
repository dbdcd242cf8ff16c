/** How much is measured: for figures to publish, or to see in a few minutes whether all of it still runs. */
export interface Extent {
  readonly repetitions: number;
  /** Of what takes long each time: ten thousand connections. */
  readonly longRepetitions: number;
  /** Milliseconds until a server is warm, and of each measurement after that. */
  readonly warmUp: number;
  readonly duration: number;
  readonly crowdPairs: number;
  /** Milliseconds between the last connection and the look at the memory. */
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
