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
import type { SessionRegistry } from "../chat/session_registry.ts";
import type { NodeId, SessionId } from "../ids.ts";
import type { Session } from "../chat/session.ts";
import type { SessionSnapshot } from "../chat/session_snapshot.ts";
import type { Bus } from "./bus.ts";
import { LIFETIME } from "./membership.ts";
import { RemotePartner } from "./remote_partner.ts";
import type { ChatMessage } from "./messages.ts";

/** How many sessions that have gone to other machines are remembered, so that words follow them. */
const MAX_DEPARTED = 10_000;

/** Where a session has gone, and when, in clock milliseconds. */
interface Departure {
  readonly to: NodeId;
  readonly at: number;
}

/** What chats need. */
export interface RemoteChatsOptions {
  readonly node: NodeId;
  readonly clock: Pick<Clock, "now">;
  readonly bus: Pick<Bus, "send" | "frame">;
  readonly sessions: SessionRegistry;
}

/** The chats between this machine and others. */
export class RemoteChats {
  readonly #options: RemoteChatsOptions;
  /** The sessions that have gone to other machines, in the order in which they went. */
  readonly #departed = new Map<SessionId, Departure>();

  constructor(options: RemoteChatsOptions) {
    this.#options = options;
  }

  /** Stands for a session on `node` that `own` chats with. */
  partner(own: Session, id: SessionId, node: NodeId, isAway = false): RemotePartner {
    return new RemotePartner(this.#options.bus, own, id, node, isAway);
  }

  /** Somebody of another machine has sent a frame. */
  frame(to: SessionId, from: SessionId, frame: Uint8Array): void {
    const session = this.#options.sessions.session(to);
    const partner = session?.partner;
    if (session === undefined || !(partner instanceof RemotePartner)) return;
    if (session.receive(frame, from, partner)) partner.delivered(frame);
  }

  /** Somebody of another machine, or what stands for them there, has said something. */
  hear(word: ChatMessage): void {
    const { to, from, node, say } = word;
    if (say.type === "reported") {
      if (!this.#forward(word)) {
        this.#options.sessions.recentSession(to)?.accused(from, say.by, say.weight);
      }
      return;
    }
    const session = this.#options.sessions.session(to);
    const known = session?.partner;
    if (session === undefined || known?.id !== from) return this.#handleUnknown(word);
    if (say.type === "left") return session.partnerLeft(from);
    const isThere = known instanceof RemotePartner && known.node === node;
    if (!isThere && !isCalling(say)) return;
    if (node === this.#options.node) return this.#joined(session, from);
    const partner = isThere ? known : this.#moved(session, from, node);
    partner.hear(say, session);
  }

  /** Asks after those who can't be heard, and forgets who went long ago. An interval task. */
  heartbeat(): void {
    this.ask(({ isAway }) => isAway);
    const latest = this.#options.clock.now() - LIFETIME;
    for (const [id, { at }] of this.#departed) if (at <= latest) this.#departed.delete(id);
  }

  /** Asks whether chats are still on: all of them, or some. */
  ask(which: (partner: RemotePartner) => boolean = () => true): void {
    for (const [session, partner] of this.#all()) {
      if (which(partner)) partner.probe(session.isAway);
    }
  }

  /** No other machine can be heard. */
  onDisconnected(): void {
    for (const [session, partner] of this.#all()) partner.wentAway(session);
  }

  /** A machine is gone. */
  lost(node: NodeId): void {
    for (const [session, partner] of this.#all()) {
      if (partner.node === node) session.partnerLeft(partner.id);
    }
  }

  /** Lets the session that `token` opens go on at `to`; `undefined` when there is none. */
  release(token: string, to: NodeId): SessionSnapshot | undefined {
    const { sessions, clock } = this.#options;
    const traveller = sessions.surrender(token);
    if (traveller === undefined) return undefined;
    const partner = sessions.session(traveller.chatSide?.partner ?? traveller.id);
    if (partner !== undefined) this.#moved(partner, traveller.id, to, true);
    this.#departed.set(traveller.id, { to, at: clock.now() });
    const [first] = this.#departed.keys();
    if (first !== undefined && this.#departed.size > MAX_DEPARTED) this.#departed.delete(first);
    return traveller;
  }

  /** A session has come here, perhaps back: words about it stay here, else they would go to and fro for ever. */
  arrived({ id }: SessionSnapshot): void {
    this.#departed.delete(id);
  }

  /** One came here when its page had been told already that it would not: its partner is told that it is over. */
  arrivedLate(traveller: SessionSnapshot): void {
    this.arrived(traveller);
    const { id, chatSide } = traveller;
    if (chatSide === undefined || chatSide.isOver) return;
    const { partner, node } = chatSide;
    if (node === this.#options.node) this.#options.sessions.session(partner)?.partnerLeft(id);
    else this.#reject({ to: id, from: partner, node });
  }

  /** Both sides have come to this machine. */
  #joined(session: Session, id: SessionId): void {
    const partner = this.#options.sessions.session(id);
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
  #handleUnknown(word: ChatMessage): void {
    if (!this.#forward(word) && isCalling(word.say)) this.#reject(word);
  }

  /** Whether a word has been sent on to where `to` went. */
  #forward(word: ChatMessage): boolean {
    const departure = this.#departed.get(word.to);
    if (departure !== undefined) this.#options.bus.send(departure.to, { type: "chat", word });
    return departure !== undefined;
  }

  /** Tells `from` that `to` does not chat with them. */
  #reject({ to, from, node }: Pick<ChatMessage, "to" | "from" | "node">): void {
    const say = { type: "left" as const };
    const word = { to: from, from: to, node: this.#options.node, say };
    this.#options.bus.send(node, { type: "chat", word });
  }

  #all(): [Session, RemotePartner][] {
    const all: [Session, RemotePartner][] = [];
    for (const session of this.#options.sessions.sessions) {
      const { partner } = session;
      if (partner instanceof RemotePartner) all.push([session, partner]);
    }
    return all;
  }
}

/** Whether somebody says this who believes that the chat is on. */
function isCalling({ type }: ChatMessage["say"]): boolean {
  return type === "back" || type === "hello" || type === "away";
}
