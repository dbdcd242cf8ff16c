/**
 * Measures time against a bound that the product's own timers keep, such as "closed within 10 s". It counts the seconds
 * that pass, without those in which a process involved was ready to run and waited for a core. A busy machine extends
 * those waits without limit, and they are not the program's fault. A timer that is too long or missing is waited for
 * asleep, and counts in full. Only Linux reports how long a thread has waited. On other systems every second counts.
 */

/** The sources of a stopwatch, in milliseconds. */
export interface Readings {
  now(): number;
  /** How long this thread, or the main thread of a process, has waited for a core. `undefined` once it has exited. */
  waited(pid?: number): number | undefined;
}

const machine: Readings = {
  now: () => performance.now(),
  waited: (pid) => waitedIn(`/proc/${pid ?? "thread-self"}/schedstat`),
};

/** Starts when it is created. */
export class Stopwatch {
  readonly #readings: Readings;
  readonly #start: number;
  /** The waiting time of each process involved, when first and last read. */
  readonly #waits: Map<number | undefined, readonly [first: number, last: number]>;

  /** `pids` are the running processes that are involved besides this one. */
  constructor(pids: readonly number[] = [], readings = machine) {
    this.#readings = readings;
    this.#start = readings.now();
    this.#waits = new Map([undefined, ...pids].map((pid) => {
      const waited = readings.waited(pid) ?? 0;
      return [pid, [waited, waited]];
    }));
  }

  /** The milliseconds so far, without the time spent waiting for a core. */
  get ms(): number {
    let waited = 0;
    for (const [pid, [first, last]] of this.#waits) {
      const now = this.#readings.waited(pid) ?? last;
      this.#waits.set(pid, [first, now]);
      waited += now - first;
    }
    return this.#readings.now() - this.#start - waited;
  }
}

/** The second figure of the kernel's `schedstat`, converted from nanoseconds to milliseconds. */
function waitedIn(file: string): number | undefined {
  try {
    return Number(Deno.readTextFileSync(file).split(" ")[1]) / 1e6;
  } catch {
    return undefined;
  }
}

/** How long this thread has run on a core, in milliseconds: the first figure of `schedstat`. 0 where it is unknown. */
export function computedMs(): number {
  try {
    return Number(Deno.readTextFileSync("/proc/thread-self/schedstat").split(" ")[0]) / 1e6;
  } catch {
    return 0;
  }
}
