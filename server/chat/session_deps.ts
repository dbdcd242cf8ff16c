/** The parts of the server that every session works with. They are passed on as one object. */

import type { Clock } from "../base/clock.ts";
import type { SessionRates } from "../limits/rate_limits.ts";
import type { Matchmaker } from "../matching/matchmaker.ts";
import type { CallRoutes } from "./call_routes.ts";
import type { ProofOfWorkGate } from "./proof_of_work.ts";
import type { Relay } from "./relay.ts";

/** Counts events without learning whose they are. */
export interface StatsSink {
  /** A message was relayed. */
  message(): void;
  /** A chat ended that lasted `duration` milliseconds. */
  chatEnded(duration: number): void;
}

export interface SessionDeps {
  readonly clock: Clock;
  readonly relay: Relay;
  readonly matchmaker: Matchmaker;
  readonly statistics: StatsSink;
  /** Rate limits of each session. */
  readonly rates: SessionRates;
  readonly proofOfWork: ProofOfWorkGate;
  readonly callRoutes: CallRoutes;
  /** Returns a new unguessable text. */
  readonly newToken: () => string;
}
