/**
 * Writes to a store that several servers share, without a lock. An attempt reads, changes and writes on condition that
 * nobody else has written meanwhile. If somebody has, the next attempt starts from what they wrote.
 */

/** Maximum number of attempts of one write. */
export const MAX_ATTEMPTS = 20;

/** Repeats `attempt` until it resolves to whether it has written; rejects if `others` are always faster. */
export async function writeOptimistically(
  others: string,
  attempt: () => Promise<boolean>,
): Promise<void> {
  for (let n = 0; n < MAX_ATTEMPTS; n++) {
    if (await attempt()) return;
  }
  throw new Error(`too many concurrent writes by ${others}`);
}
