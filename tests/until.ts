/**
 * Waits for what another process or the network brings about, and fails when it doesn't come. The bounds here end a test
 * that would wait for ever, and leave room for a machine that is busy; a test that claims a time has a stopwatch.
 */

/** Resolves once `holds()` is true; rejects after `seconds`. */
export async function until(holds: () => boolean | Promise<boolean>, seconds = 60): Promise<void> {
  const end = performance.now() + seconds * 1000;
  while (!await holds()) {
    if (performance.now() > end) {
      throw new Error(`Cannot go on: not so after ${seconds} s: ${holds}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** In how long a test as a whole is over. */
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
