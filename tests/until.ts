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
