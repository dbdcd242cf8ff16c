/** The lines that are missing from the access log: how many, why, and whether the log says so. */

/** Why a line is missing: a limit of the address or of the day, too many requests in a second, or a broken disk. */
export const LOSS_REASONS = ["address", "day", "overflow", "write"] as const;

export type LossReason = (typeof LOSS_REASONS)[number];

/** Lines that are missing, and that the log doesn't mention yet. */
export interface Loss {
  readonly lines: number;
  /** When the first of them was missing. */
  readonly since: Date;
}

/** Counts missing lines. */
export class LostLines {
  readonly #totals: Record<LossReason, number> = { address: 0, day: 0, overflow: 0, write: 0 };
  #unstated: Loss | undefined;

  /** The number of missing lines since the start, by reason. */
  get totals(): Readonly<Record<LossReason, number>> {
    return this.#totals;
  }

  /** The lines that the log doesn't mention yet. */
  get unstated(): Loss | undefined {
    return this.#unstated;
  }

  add(reason: LossReason, lines: number, at: Date): void {
    if (lines === 0) return;
    this.#totals[reason] += lines;
    const { lines: before, since } = this.#unstated ?? { lines: 0, since: at };
    this.#unstated = { lines: before + lines, since };
  }

  /** The log mentions `stated` now. More lines may have been lost in the meantime. */
  state(stated: Loss, at: Date): void {
    const lines = (this.#unstated?.lines ?? 0) - stated.lines;
    this.#unstated = lines > 0 ? { lines, since: at } : undefined;
  }
}
