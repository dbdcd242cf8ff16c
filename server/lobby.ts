/**
 * Everybody who is here: opens a session for each socket, tells people how many they are, and sends away who has
 * asked for nothing for a long while.
 */

import { CloseCode, IDLE_REASON } from "../protocol.ts";
import type { Conduct } from "./abuse.ts";
import { type Clock, MINUTE } from "./clock.ts";
import type { SessionRates } from "./limits.ts";
import type { Matchmaker } from "./matchmaker.ts";
import type { SessionId } from "./pairing.ts";
import type { HumanCheck } from "./proof_of_work.ts";
import type { Outlet, Relay } from "./relay.ts";
import { Session, type Surroundings, type Tally } from "./session.ts";

/** How long a session may neither search nor chat, in milliseconds. */
export const MAX_IDLE = 10 * MINUTE;

const GOING_AWAY = "The server is going away.";

/** What a lobby needs. */
export interface LobbyOptions {
  readonly clock: Clock;
  readonly relay: Relay;
  readonly matchmaker: Matchmaker;
  readonly tally: Tally;
  /** How fast each may go. */
  readonly rates: SessionRates;
  readonly humanCheck: HumanCheck;
  /** Makes a new unguessable text. */
  readonly newToken: () => string;
}

/** All sessions of this process. */
export class Lobby implements Surroundings {
  readonly clock: Clock;
  readonly relay: Relay;
  readonly matchmaker: Matchmaker;
  readonly tally: Tally;
  readonly rates: SessionRates;
  readonly humanCheck: HumanCheck;
  readonly newToken: () => string;
  readonly #sessions = new Map<SessionId, Session>();
  #nextId = 1;
  #announced = 0;
  #draining = false;

  constructor({ clock, relay, matchmaker, tally, rates, humanCheck, newToken }: LobbyOptions) {
    this.clock = clock;
    this.relay = relay;
    this.matchmaker = matchmaker;
    this.tally = tally;
    this.rates = rates;
    this.humanCheck = humanCheck;
    this.newToken = newToken;
  }

  /** How many are here. */
  get online(): number {
    return this.#sessions.size;
  }

  /** Whether the server is about to stop. */
  get isDraining(): boolean {
    return this.#draining;
  }

  /** Lets somebody in whose address has behaved like this, and welcomes them. */
  enter(outlet: Outlet, conduct: Conduct): Session {
    const session = new Session(this.#nextId++ as SessionId, outlet, conduct, this);
    this.#sessions.set(session.id, session);
    this.humanCheck.entered();
    session.tell({ type: "welcome", token: this.newToken(), online: this.online });
    return session;
  }

  session(id: SessionId): Session | undefined {
    return this.#sessions.get(id);
  }

  left(session: Session): void {
    this.#sessions.delete(session.id);
  }

  /** Tells those who aren't chatting how many are here, if that has changed. An interval task. */
  announce(): void {
    if (this.online === this.#announced) return;
    this.#announced = this.online;
    const message = JSON.stringify({ type: "online", count: this.online });
    for (const session of this.#sessions.values()) {
      if (session.doing !== "chatting") session.tellEncoded(message);
    }
  }

  /** Closes sessions that have been idle for too long. An interval task. */
  dismissIdle(): void {
    const latest = this.clock.now() - MAX_IDLE;
    for (const session of this.#sessions.values()) {
      const { idleSince } = session;
      if (idleSince !== undefined && idleSince <= latest) {
        session.close(CloseCode.goingAway, IDLE_REASON);
      }
    }
  }

  /** Tells everybody that the server is about to stop; who isn't chatting can go at once. */
  drain(): void {
    this.#draining = true;
    const message = JSON.stringify({ type: "draining" });
    for (const session of [...this.#sessions.values()]) {
      session.tellEncoded(message);
      if (session.doing !== "chatting") session.close(CloseCode.goingAway, GOING_AWAY);
    }
  }

  /** Sends everybody away, because the server stops; nobody is told that their partner has left. */
  close(): void {
    const sessions = [...this.#sessions.values()];
    for (const { outlet } of sessions) {
      outlet.close(CloseCode.goingAway, GOING_AWAY);
    }
    for (const session of sessions) session.disconnected();
  }
}
