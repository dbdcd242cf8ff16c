/**
 * Chats with one side on another node, and sessions that move between nodes.
 *
 *   page ── resume ──> this node ── fetch ──> the other `release`s the session, and remembers where it went
 *                                                  │
 *          back <── the partner, on any node <─────┘ away
 *
 * A session with a partner on another node has a `RemotePartner` in its place. A message names both sides of the chat,
 * and has an effect only while that chat is active. A message to a session that moved to another node is forwarded for
 * a while. A node that is asked about a chat that is over says so. So a node that missed something learns it by asking,
 * and keeps asking while a partner can't be reached.
 */

import type { Clock } from "../base/clock.ts";
import type { SessionRegistry } from "../chat/session_registry.ts";
import type { NodeId, SessionId } from "../ids.ts";
import type { Session } from "../chat/session.ts";
import type { SessionSnapshot } from "../chat/session_snapshot.ts";
import type { Bus } from "./bus.ts";
import { LIFETIME } from "./membership.ts";
import { RemotePartner } from "./remote_partner.ts";
import type { ChatEvent, ChatMessage } from "./messages.ts";

/** Maximum number of departed sessions that are remembered, so that messages can follow them. */
const MAX_DEPARTED = 10_000;

/** Where a session moved, and when, in clock milliseconds. */
interface Departure {
  readonly to: NodeId;
  readonly at: number;
}

export interface RemoteChatsOptions {
  readonly node: NodeId;
  readonly clock: Pick<Clock, "now">;
  readonly bus: Pick<Bus, "send" | "frame">;
  readonly sessions: SessionRegistry;
}

/** The chats between this node and others. */
export class RemoteChats {
  readonly #options: RemoteChatsOptions;
  /** The sessions that moved to other nodes, in the order in which they moved. */
  readonly #departed = new Map<SessionId, Departure>();

  constructor(options: RemoteChatsOptions) {
    this.#options = options;
  }

  /** Represents a session on `node` that `own` chats with. */
  partner(own: Session, id: SessionId, node: NodeId, isAway = false): RemotePartner {
    const { clock, bus } = this.#options;
    return new RemotePartner({ clock, bus, own, id, node, isAway });
  }

  /** A session on another node sent a frame. */
  frame(to: SessionId, from: SessionId, frame: Uint8Array): void {
    const session = this.#options.sessions.session(to);
    const partner = session?.partner;
    if (session === undefined || !(partner instanceof RemotePartner)) return;
    if (session.receive(frame, from, partner)) partner.delivered(frame);
  }

  /** A session on another node, or its `RemotePartner` there, sent a message. */
  handle(message: ChatMessage): void {
    const { to, from, node, event } = message;
    if (event.type === "reported" || event.type === "chatted") {
      if (this.#forward(message)) return;
      const session = this.#options.sessions.recentSession(to);
      return event.type === "reported"
        ? session?.reportedElsewhere(from, event.by, event.weight)
        : session?.chattedElsewhere(from, event.with);
    }
    const session = this.#options.sessions.session(to);
    if (event.type === "again") {
      const mayBegin = session?.wantsAgain(from, event.wants) ?? false;
      if (event.wants && !mayBegin) this.#reject(message); // Its side may have begun.
      return;
    }
    const known = session?.partner;
    if (session === undefined || known?.id !== from) return this.#handleUnknown(message);
    if (event.type === "left") return session.partnerLeft(from);
    const isThere = known instanceof RemotePartner && known.node === node;
    if (!isThere && !impliesActive(event)) return;
    if (node === this.#options.node) return this.#joined(session, from);
    const partner = isThere ? known : this.#moved(session, from, node);
    partner.handle(event, session);
  }

  /** Probes partners that can't be reached, and forgets old departures. An interval task. */
  heartbeat(): void {
    this.probe(({ isAway }) => isAway);
    const latest = this.#options.clock.now() - LIFETIME;
    for (const [id, { at }] of this.#departed) if (at <= latest) this.#departed.delete(id);
  }

  /** Asks whether chats are still active: all of them, or some. */
  probe(which: (partner: RemotePartner) => boolean = () => true): void {
    for (const [session, partner] of this.#all()) {
      if (which(partner)) partner.probe(session.isAway);
    }
  }

  /** No other node can be reached. */
  onDisconnected(): void {
    for (const [session, partner] of this.#all()) partner.wentAway(session);
  }

  /** A node is considered down. */
  lost(node: NodeId): void {
    for (const [session, partner] of this.#all()) {
      if (partner.node === node) session.partnerLeft(partner.id);
    }
  }

  /** Hands the session that `token` opens over to node `to`; `undefined` if there is no such session. */
  release(token: string, to: NodeId): SessionSnapshot | undefined {
    const { sessions, clock } = this.#options;
    const snapshot = sessions.exportSession(token);
    if (snapshot === undefined) return undefined;
    const partner = sessions.session(snapshot.chatSide?.partner ?? snapshot.id);
    if (partner !== undefined) this.#moved(partner, snapshot.id, to, true);
    this.#departed.set(snapshot.id, { to, at: clock.now() });
    const [first] = this.#departed.keys();
    if (first !== undefined && this.#departed.size > MAX_DEPARTED) this.#departed.delete(first);
    return snapshot;
  }

  /** A session moved here, perhaps back. Messages for it must stay here: two nodes would forward them in a loop. */
  arrived({ id }: SessionSnapshot): void {
    this.#departed.delete(id);
  }

  /** A session moved here after its page was refused. Its partner hears that the chat is over. */
  arrivedLate(snapshot: SessionSnapshot): void {
    this.arrived(snapshot);
    const { id, chatSide } = snapshot;
    if (chatSide === undefined || chatSide.isOver) return;
    const { partner, node } = chatSide;
    if (node === this.#options.node) this.#options.sessions.session(partner)?.partnerLeft(id);
    else this.#reject({ to: id, from: partner, node });
  }

  /** Both sides are on this node now. */
  #joined(session: Session, id: SessionId): void {
    const partner = this.#options.sessions.session(id);
    if (partner === undefined) return session.partnerLeft(id);
    session.partnerMoved(partner);
    partner.partnerMoved(session);
    session.partnerBack(id);
  }

  /** The partner of `session` has moved to `node`, or is about to. */
  #moved(session: Session, id: SessionId, node: NodeId, isAway = false): RemotePartner {
    const partner = this.partner(session, id, node, isAway);
    session.partnerMoved(partner);
    return partner;
  }

  /** `to` does not chat with `from`, or is not here. */
  #handleUnknown(message: ChatMessage): void {
    if (!this.#forward(message) && impliesActive(message.event)) this.#reject(message);
  }

  /** Whether a message has been forwarded to where `to` moved. */
  #forward(message: ChatMessage): boolean {
    const departure = this.#departed.get(message.to);
    if (departure !== undefined) this.#options.bus.send(departure.to, { type: "chat", message });
    return departure !== undefined;
  }

  /** Tells `from` that `to` is not in a chat with it. */
  #reject({ to, from, node }: Pick<ChatMessage, "to" | "from" | "node">): void {
    const event = { type: "left" as const };
    const message = { to: from, from: to, node: this.#options.node, event };
    this.#options.bus.send(node, { type: "chat", message });
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

/** Whether an event implies that its sender believes the chat is active. */
function impliesActive({ type }: ChatEvent): boolean {
  return type === "back" || type === "probe" || type === "away";
}
