/** What the visitors of a crowd have seen since the last report. */

import { Histogram } from "./histogram.ts";

/** A tally as JSON. Histograms are counts by bucket. */
export interface TallyReport {
  readonly latency: readonly (number | null)[];
  readonly pairing: readonly (number | null)[];
  readonly waiting: readonly (number | null)[];
  readonly sent: number;
  readonly delivered: number;
  readonly seen: Readonly<Record<string, number>>;
}

export class CrowdTally {
  /** From the sending of a message until its arrival. */
  #latency = new Histogram();
  /** From a search for anyone until it is paired. */
  #pairing = new Histogram();
  /** From a search for an interest that no one shares until it is paired. */
  #waiting = new Histogram();
  #sent = 0;
  #delivered = 0;
  /** How often something else was seen, such as a close code. */
  #seen: Record<string, number> = {};

  messageSent(): void {
    this.#sent++;
  }

  delivered(ms: number): void {
    this.#delivered++;
    this.#latency.add(ms);
  }

  paired(ms: number, waited: boolean): void {
    (waited ? this.#waiting : this.#pairing).add(ms);
  }

  saw(what: string): void {
    this.#seen[what] = (this.#seen[what] ?? 0) + 1;
  }

  /** The tally so far. It starts again. */
  take(): TallyReport {
    const report = {
      latency: this.#latency.toJSON(),
      pairing: this.#pairing.toJSON(),
      waiting: this.#waiting.toJSON(),
      sent: this.#sent,
      delivered: this.#delivered,
      seen: this.#seen,
    };
    this.#latency = new Histogram();
    this.#pairing = new Histogram();
    this.#waiting = new Histogram();
    this.#sent = this.#delivered = 0;
    this.#seen = {};
    return report;
  }
}
