/** Delays, and waiting with a time limit. Work that takes longer is not cancelled. */

/** Resolves with `work`, or after `ms` milliseconds, whichever comes first. */
export async function withTimeout(ms: number, work: Promise<void>): Promise<void> {
  await race(ms, work, () => {});
}

/** Resolves with the result of `work`, or rejects with the code ETIMEDOUT after `ms` milliseconds. */
export async function deadline<T>(ms: number, work: Promise<T>): Promise<T> {
  return await race(ms, work, () => {
    throw Object.assign(new Error("no answer"), { code: "ETIMEDOUT" });
  });
}

/** Resolves after `ms` milliseconds. */
export async function delay(ms: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, ms));
}

async function race<T>(ms: number, work: Promise<T>, onTimeout: () => T): Promise<T> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, ms);
  return await Promise.race([work, promise.then(onTimeout)]).finally(() => clearTimeout(timer));
}
