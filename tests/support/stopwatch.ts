/**
 * Time for a bound that the product's own timers keep, such as "closed within 10 s": the seconds that pass, less those in
 * which a process that takes part was ready to run and waited for a core. A machine that is busy with something else
 * stretches the latter without bound, and they are no fault of the program; a timer that is too long or missing is waited
 * for asleep, and counts in full. Only Linux tells how long a thread has waited; elsewhere every second counts.
 */

/** What a stopwatch reads, in milliseconds. */
export interface Readings {
  now(): number;
  /** How long this thread, or the main one of a process, has waited for a core; `undefined` when it is gone. */
  waited(pid?: number): number | undefined;
}

const machine: Readings = {
  now: () => performance.now(),
  waited: (pid) => waitedIn(`/proc/${pid ?? "thread-self"}/schedstat`),
};

/** Runs from the moment it is made. */
export class Stopwatch {
  readonly #readings: Readings;
  readonly #start: number;
  /** How long each that takes part had waited when it was last seen. */
  readonly #waits: Map<number | undefined, readonly [first: number, last: number]>;

  /** With the processes that take part besides this one, which are running. */
  constructor(pids: readonly number[] = [], readings = machine) {
    this.#readings = readings;
    this.#start = readings.now();
    this.#waits = new Map([undefined, ...pids].map((pid) => {
      const waited = readings.waited(pid) ?? 0;
      return [pid, [waited, waited]];
    }));
  }

  /** The milliseconds so far, without those spent in waiting for a core. */
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

/** The second figure of the kernel's `schedstat`, which is in nanoseconds. */
function waitedIn(file: string): number | undefined {
  try {
    return Number(Deno.readTextFileSync(file).split(" ")[1]) / 1e6;
  } catch {
    return undefined;
  }
}
