/**
 * The chats of which one side is on another machine, and the sessions that go from one to another.
 *
 *   page ── resume ──> this machine ── fetch ──> the other: `release`s the session, and names where it went
 *                                                  │
 *        back <── the partner, wherever that is <──┘ away
 *
 * Whoever has a partner elsewhere keeps a `RemotePartner` in its place. A word names both sides of the chat, and is acted
 * on only while that chat is on; to somebody who has gone to another machine it is sent on for a while. Who is asked
 * about a chat that is over says so. So a machine that has missed something learns it by asking, and each asks again as
 * long as its partner can't be heard.
 */

import type { Clock } from "../base/clock.ts";
import type { Lobby } from "../chat/session_registry.ts";
import type { NodeId, SessionId } from "../ids.ts";
import type { Session } from "../chat/session.ts";
import type { Traveller } from "../chat/session_snapshot.ts";
import type { Bus } from "./bus.ts";
import { LIFETIME } from "./membership.ts";
import { RemotePartner } from "./remote_partner.ts";
import type { ChatWord } from "./messages.ts";

/** How many sessions that have gone to other machines are remembered, so that words follow them. */
const MAX_DEPARTED = 10_000;

/** Where a session has gone, and when, in clock milliseconds. */
interface Departure {
  readonly to: NodeId;
  readonly at: number;
}

/** What chats need. */
export interface ChatsOptions {
  readonly node: NodeId;
  readonly clock: Pick<Clock, "now">;
  readonly bus: Pick<Bus, "say" | "frame">;
  readonly lobby: Lobby;
}

/** The chats between this machine and others. */
export class Chats {
  readonly #options: ChatsOptions;
  /** The sessions that have gone to other machines, in the order in which they went. */
  readonly #departed = new Map<SessionId, Departure>();

  constructor(options: ChatsOptions) {
    this.#options = options;
  }

  /** Stands for a session on `node` that `own` chats with. */
  partner(own: Session, id: SessionId, node: NodeId, isAway = false): RemotePartner {
    return new RemotePartner(this.#options.bus, own, id, node, isAway);
  }

  /** Somebody of another machine has sent a frame. */
  frame(to: SessionId, from: SessionId, frame: Uint8Array): void {
    const session = this.#options.lobby.session(to);
    const partner = session?.partner;
    if (session === undefined || !(partner instanceof RemotePartner)) return;
    if (session.receive(frame, from, partner)) partner.delivered(frame);
  }

  /** Somebody of another machine, or what stands for them there, has said something. */
  hear(word: ChatWord): void {
    const { to, from, node, say } = word;
    if (say.type === "reported") {
      if (!this.#follows(word)) this.#options.lobby.known(to)?.accused(from, say.by, say.weight);
      return;
    }
    const session = this.#options.lobby.session(to);
    const known = session?.partner;
    if (session === undefined || known?.id !== from) return this.#stray(word);
    if (say.type === "left") return session.partnerLeft(from);
    const isThere = known instanceof RemotePartner && known.node === node;
    if (!isThere && !isCalling(say)) return;
    if (node === this.#options.node) return this.#joined(session, from);
    const partner = isThere ? known : this.#moved(session, from, node);
    partner.hear(say, session);
  }

  /** Asks after those who can't be heard, and forgets who went long ago. An interval task. */
  beat(): void {
    this.ask(({ isAway }) => isAway);
    const latest = this.#options.clock.now() - LIFETIME;
    for (const [id, { at }] of this.#departed) if (at <= latest) this.#departed.delete(id);
  }

  /** Asks whether chats are still on: all of them, or some. */
  ask(which: (partner: RemotePartner) => boolean = () => true): void {
    for (const [session, partner] of this.#all()) {
      if (which(partner)) partner.greet(session.isAway);
    }
  }

  /** No other machine can be heard. */
  wentDown(): void {
    for (const [session, partner] of this.#all()) partner.wentAway(session);
  }

  /** A machine is gone. */
  lost(node: NodeId): void {
    for (const [session, partner] of this.#all()) {
      if (partner.node === node) session.partnerLeft(partner.id);
    }
  }

  /** Lets the session that `token` opens go on at `to`; `undefined` when there is none. */
  release(token: string, to: NodeId): Traveller | undefined {
    const { lobby, clock } = this.#options;
    const traveller = lobby.release(token);
    if (traveller === undefined) return undefined;
    const partner = lobby.session(traveller.encounter?.partner ?? traveller.id);
    if (partner !== undefined) this.#moved(partner, traveller.id, to, true);
    this.#departed.set(traveller.id, { to, at: clock.now() });
    const [first] = this.#departed.keys();
    if (first !== undefined && this.#departed.size > MAX_DEPARTED) this.#departed.delete(first);
    return traveller;
  }

  /** A session has come here, perhaps back: words about it stay here, else they would go to and fro for ever. */
  arrived({ id }: Traveller): void {
    this.#departed.delete(id);
  }

  /** One came here when its page had been told already that it would not: its partner is told that it is over. */
  arrivedLate(traveller: Traveller): void {
    this.arrived(traveller);
    const { id, encounter } = traveller;
    if (encounter === undefined || encounter.isOver) return;
    const { partner, node } = encounter;
    if (node === this.#options.node) this.#options.lobby.session(partner)?.partnerLeft(id);
    else this.#deny({ to: id, from: partner, node });
  }

  /** Both sides have come to this machine. */
  #joined(session: Session, id: SessionId): void {
    const partner = this.#options.lobby.session(id);
    if (partner === undefined) return session.partnerLeft(id);
    session.partnerMoved(partner);
    partner.partnerMoved(session);
    session.partnerBack(id);
  }

  /** The partner of `session` speaks from another machine than before, or is about to. */
  #moved(session: Session, id: SessionId, node: NodeId, isAway = false): RemotePartner {
    const partner = this.partner(session, id, node, isAway);
    session.partnerMoved(partner);
    return partner;
  }

  /** Somebody believes to be chatting with who is not, or not here. */
  #stray(word: ChatWord): void {
    if (!this.#follows(word) && isCalling(word.say)) this.#deny(word);
  }

  /** Whether a word has been sent on to where `to` went. */
  #follows(word: ChatWord): boolean {
    const departure = this.#departed.get(word.to);
    if (departure !== undefined) this.#options.bus.say(departure.to, { type: "chat", word });
    return departure !== undefined;
  }

  /** Tells `from` that `to` does not chat with them. */
  #deny({ to, from, node }: Pick<ChatWord, "to" | "from" | "node">): void {
    const say = { type: "left" as const };
    const word = { to: from, from: to, node: this.#options.node, say };
    this.#options.bus.say(node, { type: "chat", word });
  }

  #all(): [Session, RemotePartner][] {
    const all: [Session, RemotePartner][] = [];
    for (const session of this.#options.lobby.sessions) {
      const { partner } = session;
      if (partner instanceof RemotePartner) all.push([session, partner]);
    }
    return all;
  }
}

/** Whether somebody says this who believes that the chat is on. */
function isCalling({ type }: ChatWord["say"]): boolean {
  return type === "back" || type === "hello" || type === "away";
}
