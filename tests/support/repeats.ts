/**
 * How often tests repeat what they try by chance, and by which chance. `deno task test` takes a sample, with a seed that
 * is always the same: what fails there fails because of a change, and fails again. `deno task test:long` sets
 * `TEST_LONG=1` and takes all of it, with another seed each time, so that in the end more is tried than any sample holds.
 * A failure names its seed; `TEST_SEED` sets it.
 */

/** Tells what the environment holds under a name. */
export type Environment = (name: string) => string | undefined;

/** How often something is tried. */
export interface Counts {
  readonly sample: number;
  readonly long: number;
}

/** The length and the seed of one run of the tests. */
export interface Plan {
  readonly isLong: boolean;
  readonly seed: number;
}

/** The seed of every sample. */
const SAMPLE_SEED = 20_261;

/** Reads the plan; `chance` makes the seed of a long run. */
export function planOf(env: Environment, chance: () => number): Plan {
  const isLong = flagIn("TEST_LONG", env);
  return { isLong, seed: wholeIn("TEST_SEED", env) ?? (isLong ? chance() : SAMPLE_SEED) };
}

const plan = planOf((name) => Deno.env.get(name), () => Date.now() >>> 0);

/** Where this run takes its chance from; whoever uses it names it on failure, as {@linkcode seeded} does. */
export const SEED = plan.seed;

/** How often to try. */
export function repeats({ sample, long }: Counts, { isLong } = plan): number {
  return isLong ? long : sample;
}

/** The same and the seed, for fast-check, which names the latter when it fails. */
export function trials(counts: Counts): { readonly numRuns: number; readonly seed: number } {
  return { numRuns: repeats(counts), seed: SEED };
}

/** Runs what takes its chance from the seed; a failure names it. */
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

/** Negative, too, since some seeds of fast-check are. */
function wholeIn(name: string, env: Environment): number | undefined {
  const text = env(name) ?? "";
  if (text === "") return undefined;
  if (!/^-?\d{1,10}$/.test(text)) {
    throw new RangeError(`Cannot use ${name}=${text}: it is no whole number.`);
  }
  return Number(text);
}
