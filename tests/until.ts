/** Waits for what another process or the network brings about, and fails when it doesn't come. */

/** Resolves once `holds()` is true; rejects after `seconds`. */
export async function until(holds: () => boolean | Promise<boolean>, seconds = 15): Promise<void> {
  const end = performance.now() + seconds * 1000;
  while (!await holds()) {
    if (performance.now() > end) {
      throw new Error(`Cannot go on: not so after ${seconds} s: ${holds}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** A test that waits for what never comes ends all the same; no claim of speed, so a busy machine has room. */
const MOST_SECONDS = 180;

/** What `work` comes to, if it does in time. */
export async function within<T>(work: Promise<T>, seconds = MOST_SECONDS): Promise<T> {
  let late: ReturnType<typeof setTimeout> | undefined;
  const limit = new Promise<never>((_, reject) => {
    late = setTimeout(
      () => reject(new Error(`Cannot go on: not within ${seconds} s`)),
      seconds * 1000,
    );
  });
  return await Promise.race([work, limit]).finally(() => clearTimeout(late));
}
