/**
 * How often randomized tests repeat, and with which seed. `deno task test` takes a sample with a fixed seed: a failure
 * there is caused by a change, and can be repeated. `deno task test:long` sets `TEST_LONG=1` and runs all repetitions,
 * with a different seed each time, so that over time it covers more than any sample. A failure names its seed, and
 * `TEST_SEED` sets the seed.
 */

/** Reads an environment variable. */
export type Environment = (name: string) => string | undefined;

/** The number of repetitions. */
export interface Counts {
  readonly sample: number;
  readonly long: number;
}

/** The length and the seed of a test run. */
export interface Plan {
  readonly isLong: boolean;
  readonly seed: number;
}

/** The seed of every sample run. */
const SAMPLE_SEED = 20_261;

/** Reads the plan. `chance` returns the seed of a long run. */
export function planOf(env: Environment, chance: () => number): Plan {
  const isLong = flagIn("TEST_LONG", env);
  return { isLong, seed: wholeIn("TEST_SEED", env) ?? (isLong ? chance() : SAMPLE_SEED) };
}

const plan = planOf((name) => Deno.env.get(name), () => Date.now() >>> 0);

/** The seed of this run. Tests that use it must name it when they fail, as {@linkcode seeded} does. */
export const SEED = plan.seed;

/** The number of repetitions in this run. */
export function repeats({ sample, long }: Counts, { isLong } = plan): number {
  return isLong ? long : sample;
}

/** Repetitions and seed for fast-check, which names the seed when it fails. */
export function trials(counts: Counts): { readonly numRuns: number; readonly seed: number } {
  return { numRuns: repeats(counts), seed: SEED };
}

/** Runs a randomized test with the seed. A failure names the seed. */
export async function seeded(
  body: (seed: number) => void | Promise<void>,
  { seed } = plan,
): Promise<void> {
  try {
    await body(seed);
  } catch (error) {
    throw new Error(`TEST_SEED=${seed} tries the same again.`, { cause: error });
  }
}

function flagIn(name: string, env: Environment): boolean {
  const text = env(name) ?? "";
  if (text !== "" && text !== "1") {
    throw new RangeError(`Cannot use ${name}=${text}: it is 1 or unset.`);
  }
  return text === "1";
}

/** May be negative, since some of fast-check's seeds are. */
function wholeIn(name: string, env: Environment): number | undefined {
  const text = env(name) ?? "";
  if (text === "") return undefined;
  if (!/^-?\d{1,10}$/.test(text)) {
    throw new RangeError(`Cannot use ${name}=${text}: it is no whole number.`);
  }
  return Number(text);
}
