/** Delays, and waiting with a time limit. */

/** Resolves with `work`, or after `ms` milliseconds, whichever comes first. The work itself is not cancelled. */
export async function withTimeout(ms: number, work: Promise<void>): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<void>((resolve) => timer = setTimeout(resolve, ms));
  await Promise.race([work, late]).finally(() => clearTimeout(timer));
}

/** Resolves after `ms` milliseconds. */
export async function delay(ms: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, ms));
}
