/** A seeker that remembers its matches, and what it was told. */

import type { SearchStep } from "../../protocol.ts";
import type { SessionId } from "../../server/ids.ts";
import type { Match, Search, Seeker } from "../../server/matching/matchmaker.ts";

export class TestSeeker implements Seeker {
  readonly id: SessionId;
  search: Search | undefined;
  readonly matches: Match[] = [];
  readonly recent: SessionId[] = [];
  /** The steps that it was told, in order, each once. */
  told: SearchStep[] = [];

  constructor(id: number) {
    this.id = id as SessionId;
  }

  waits(step: SearchStep): void {
    if (this.told.at(-1) !== step) this.told.push(step);
  }

  paired(match: Match): void {
    this.matches.push(match);
  }

  /** Ids of the partners, in the order of the matches. */
  get partners(): number[] {
    return this.matches.map(({ partner }) => partner);
  }
}
