/** How much is measured: enough for figures to publish, or just enough to see in a few minutes that everything runs. */
export interface Profile {
  readonly repetitions: number;
  /** For memory, which hardly varies and takes thousands of connections. */
  readonly longRepetitions: number;
  /** For `find`, each of which is a median of thousands of runs. */
  readonly findRepetitions: number;
  /** The warm-up time of a server, and the duration of each measurement after it, in milliseconds. */
  readonly warmUp: number;
  readonly duration: number;
  readonly idlePairs: number;
  /** Pairs that connect before these, so that what a process needs once is not counted as theirs. */
  readonly firstPairs: number;
  /** The time between the last connection and the memory reading, in milliseconds. */
  readonly settle: number;
  readonly visitors: number;
  /** Fewer, because the generator takes milliseconds for each handshake. */
  readonly tlsVisitors: number;
  readonly pageLoads: number;
  /** Pages that return after a restart, and how often they do. */
  readonly pages: number;
  readonly restarts: number;
}

/** For docs/benchmarks.md. */
export const FULL: Profile = {
  repetitions: 5,
  longRepetitions: 1,
  findRepetitions: 3,
  warmUp: 800,
  duration: 1_200,
  idlePairs: 4_000,
  firstPairs: 1_000,
  settle: 4_000,
  visitors: 3_000,
  tlsVisitors: 800,
  pageLoads: 15,
  pages: 10_000,
  restarts: 1,
};

/** With `--quick`. */
export const QUICK: Profile = {
  repetitions: 1,
  longRepetitions: 1,
  findRepetitions: 1,
  warmUp: 500,
  duration: 1_000,
  idlePairs: 1_000,
  firstPairs: 500,
  settle: 1_000,
  visitors: 1_000,
  tlsVisitors: 300,
  pageLoads: 3,
  pages: 1_000,
  restarts: 1,
};
