/**
 * Makes several nodes act as one server. This is the wiring of the parts that a node has for that:
 *
 *                         ┌── Membership ──────── which nodes are up
 *   Redis ── RedisClient ─┼── KeyExchange ─────── the secret that Redis never sees
 *                         ├── RedisPool ───────── SharedBackend ────> Matchmaker
 *                         ├── SharedAddresses ─── AddressRecord
 *                         └── Bus ─┬───────────── RemotePairings ──────> Matchmaker
 *                                  └───────────── RemoteChats ── RemotePartner ──> Session
 *
 * A chat between two sessions of one node uses none of this. Between nodes, frames pass through Redis pub/sub, which
 * stores nothing, exactly as the pages encrypted them. Nodes seal all other messages, except the key exchange
 * (`bus.ts`).
 *
 * To a chat between nodes, a Redis outage is like a dropped connection: each side sees the partner as disconnected, and
 * afterwards the pages resend what was missed. If it outlasts the lifetime of a node, the chat ends. Chats and matching
 * within a node continue.
 */

import { Buffer } from "node:buffer";
import type { AddressRecord } from "../admission/address_record.ts";
import type { Address } from "../admission/address.ts";
import type { Clock } from "../base/clock.ts";
import type { IpRegistry } from "../admission/ip_registry.ts";
import type { RemoteNodes } from "../chat/remote_nodes.ts";
import type { SessionRegistry } from "../chat/session_registry.ts";
import { describeError, type Log } from "../base/log.ts";
import type { Matchmaker } from "../matching/matchmaker.ts";
import type { NodeId, SessionId } from "../ids.ts";
import type { Partner } from "../chat/partner.ts";
import { withTimeout } from "../base/timeout.ts";
import type { Session } from "../chat/session.ts";
import type { RelayAnswer } from "../chat/remote_relay.ts";
import type { SessionSnapshot } from "../chat/session_snapshot.ts";
import { KeyExchange } from "./key_exchange.ts";
import { Bus, type MessageHandler, REPLY_TIME } from "./bus.ts";
import { RemoteChats } from "./remote_chats.ts";
import { RemotePairings } from "./remote_pairings.ts";
import type { ClusterKeys } from "./keys.ts";
import { Membership } from "./membership.ts";
import type { RedisClient } from "./redis_client.ts";
import { RedisPool } from "./redis_pool.ts";
import { SharedAddresses } from "./shared_addresses.ts";
import { SharedBackend } from "./shared_backend.ts";
import type { NodeMessage, PairNotice, PlainMessage, Reply } from "./messages.ts";

const INSTANCE_ID_BYTES = 12;

/** Number of addresses that are refreshed at the same time. */
const REFRESHED_TOGETHER = 200;

/** Number of missed echoes in a row after which a node is down. */
const MAX_MISSED_ECHOES = 2;

export interface ClusterOptions {
  readonly link: RedisClient;
  readonly node: NodeId;
  readonly clock: Clock;
  readonly log: Log;
  /** Returns this many random bytes. */
  readonly random: (bytes: number) => Uint8Array;
}

/** The parts of this node that the cluster works with. */
export interface Parts {
  readonly sessions: SessionRegistry;
  readonly matchmaker: Matchmaker;
  readonly registry: IpRegistry<AddressRecord>;
  /** Minimum number of reporting addresses for a block. */
  readonly threshold: number;
}

/** One node of a cluster. */
export class Cluster implements RemoteNodes, MessageHandler {
  readonly node: NodeId;
  /** The pool of searches. */
  readonly backend: SharedBackend;
  readonly #options: ClusterOptions;
  readonly #keyExchange: KeyExchange;
  readonly #bus: Bus;
  readonly #membership: Membership;
  readonly #pool: RedisPool;
  #missedEchoes = 0;
  /** Resolves when the other nodes can be reached, or this one closes. */
  #joined = Promise.withResolvers<void>();
  #parts: Parts | undefined;
  #chats: RemoteChats | undefined;
  #pairings: RemotePairings | undefined;
  #sharedAddresses: SharedAddresses | undefined;

  constructor(options: ClusterOptions) {
    const { link, node, clock, log, random } = options;
    const isUp = (): boolean => this.isUp;
    this.node = node;
    this.#options = options;
    this.#keyExchange = new KeyExchange(link, random);
    this.#bus = new Bus({
      link,
      node,
      clock,
      keys: () => this.#keyExchange.keys,
      handler: this,
      onError: (error) => log.error("Unhandled error.", describeError(error)),
    });
    this.#membership = new Membership({
      link,
      node,
      clock,
      instanceId: Buffer.from(random(INSTANCE_ID_BYTES)).toString("base64url"),
      here: () => this.#parts?.sessions.connected ?? 0,
      prepare: () => this.#exchangeKeys(),
      onConnected: () => this.#onConnected(),
      onDisconnected: () => this.#onDisconnected(),
      onAnswered: () => link.heartbeatAnswered(),
      onFailed: (error) => link.heartbeatFailed(error),
      onTaken: () => log.error("Duplicate node number: restart this node."),
      onGone: (gone) => this.#chats?.lost(gone),
      waitingHere: () => this.#parts?.matchmaker.waiting ?? 0,
      onForgotten: () => this.#parts?.matchmaker.reoffer(),
    });
    this.#pool = new RedisPool({ link, keys: () => this.#keys });
    this.backend = new SharedBackend({ node, clock, pool: this.#pool, isUp });
  }

  /** Whether the other nodes, if there are any, can be reached. */
  get isUp(): boolean {
    return this.#membership.isUp;
  }

  get online(): number {
    return this.#membership.online;
  }

  get hasOthers(): boolean {
    return this.isUp && this.others > 0;
  }

  get others(): number {
    return this.#membership.others;
  }

  /** Connects to Redis, and works with these parts from now on. */
  start(parts: Parts): void {
    const { link, node, clock } = this.#options;
    const { threshold, registry: { lifetime } } = parts;
    const keys = (): ClusterKeys | undefined => this.#keyExchange.keys;
    this.#parts = parts;
    const chats = new RemoteChats({ node, clock, bus: this.#bus, sessions: parts.sessions });
    this.#chats = chats;
    this.#pairings = new RemotePairings({
      node,
      bus: this.#bus,
      pool: this.#pool,
      matchmaker: parts.matchmaker,
      deliver: (message) => chats.handle(message),
    });
    this.#sharedAddresses = new SharedAddresses({
      link,
      bus: this.#bus,
      node,
      keys,
      threshold,
      lifetime,
    });
    let opened: Promise<void> | undefined;
    const onReady = (): void => {
      opened ??= this.#bus.open();
      opened.then(() => this.heartbeat(), () => opened = undefined);
    };
    link.start({ onReady, onLost: () => this.#membership.lost() });
  }

  /** Sends a heartbeat, and probes partners that can't be reached. An interval task. */
  heartbeat(): void {
    void this.#membership.heartbeat();
    if (this.isUp) this.#chats?.heartbeat();
  }

  /** Offers waiting searches again, before their places expire. An interval task. */
  rejoin(): void {
    if (this.isUp) this.#parts?.matchmaker.reoffer();
  }

  /** Refreshes the shared records of the addresses that are held here. An interval task. */
  async refreshAddresses(): Promise<void> {
    const held: AddressRecord[] = [];
    for (const { record, address } of this.#parts?.registry.entries() ?? []) {
      this.share(record, address);
      held.push(record);
    }
    for (let at = 0; at < held.length && this.isUp; at += REFRESHED_TOGETHER) {
      const some = held.slice(at, at + REFRESHED_TOGETHER);
      some.forEach((record) => record.refresh());
      await Promise.all(some.map((record) => record.clusterConnections));
    }
  }

  /** Attaches the shared record of `address` to `record`. */
  share(record: AddressRecord, address: Address): void {
    const { keys } = this.#keyExchange;
    if (!this.isUp || record.keyId === keys?.fingerprint) return; // Once per secret.
    const shared = this.#sharedAddresses?.of(address);
    if (shared !== undefined) record.share(shared);
  }

  partner(own: Session, id: SessionId, node: NodeId, isAway = false): Partner {
    if (this.#chats === undefined) {
      throw new Error("Cannot chat with another node: the cluster is not started");
    }
    return this.#chats.partner(own, id, node, isAway);
  }

  async fetch(token: string): Promise<SessionSnapshot | undefined> {
    if (!this.isUp) await withTimeout(REPLY_TIME, this.#joined.promise); // A resume may precede the join.
    if (!this.hasOthers) return undefined;
    const reply = await this.#bus.request("all", { type: "fetch", token });
    const snapshot = reply?.type === "fetched" ? reply.snapshot : undefined;
    if (snapshot !== undefined) this.#chats?.arrived(snapshot);
    return snapshot;
  }

  /** A node answers in order. One that answers only the second message doesn't know the first: its version is older. */
  async askRelay(own: SessionId, { id, node }: Partner): Promise<RelayAnswer> {
    const first = await Promise.race([
      this.#bus.request(node, { type: "relay", to: id, from: own }),
      this.#bus.request(node, { type: "echo" }),
    ]);
    if (first?.type === "relay") return first.answer;
    return { kind: first?.type === "echoed" ? "unaware" : "gone" };
  }

  /** Leaves the cluster. Pending messages are still sent. */
  async close(): Promise<void> {
    this.#joined.resolve();
    await this.#membership.leave();
    await this.#bus.close();
    this.#options.link.close();
  }

  frame(to: SessionId, from: SessionId, frame: Uint8Array): void {
    this.#chats?.frame(to, from, frame);
  }

  message(message: NodeMessage, from: NodeId): Reply | undefined {
    if (this.isUp) this.#membership.seen(from);
    switch (message.type) {
      case "here":
        return undefined;
      case "chat":
        this.#chats?.handle(message.message);
        return undefined;
      case "invite":
        return { type: "accepted", isAccepted: this.#invited(message) };
      case "declined":
        return void this.#pairings?.declined(message.ticket);
      case "echo":
        return { type: "echoed" };
      case "fetch":
        return from === this.node ? undefined : this.#release(message.token, from);
      case "relay":
        return { type: "relay", answer: this.#relayFor(message) };
      case "blocked":
        return this.#blocked(message);
    }
  }

  paired(notice: PairNotice): void {
    if (this.isUp) this.#membership.seen(notice.request.node);
    this.#pairings?.noticed(notice);
  }

  plainMessage(message: PlainMessage): void {
    if (message.type === "answer") {
      if (this.#keyExchange.take(message.answer)) this.heartbeat();
    } else if (message.node !== this.node) {
      const answer = this.#keyExchange.answer(message.request);
      if (answer !== undefined) this.#bus.sendPlain(message.node, { type: "answer", answer });
    }
  }

  get #keys(): ClusterKeys {
    const { keys } = this.#keyExchange;
    if (keys === undefined) throw new Error("Cannot derive a pseudonym: no keys are agreed yet");
    return keys;
  }

  /**
   * Whether this node has the current secret; if not, it requests the secret. A node must also receive its own
   * messages: otherwise it would miss those of other nodes without noticing.
   */
  async #exchangeKeys(): Promise<boolean> {
    const { node } = this;
    if (await this.#keyExchange.propose()) return await this.#receivesItself();
    this.#bus.broadcastPlain({ type: "request", node, request: this.#keyExchange.request });
    return false;
  }

  /** A node that is up may miss one echo, because it may just be busy. */
  async #receivesItself(): Promise<boolean> {
    const isReceived = await this.#bus.request(this.node, { type: "echo" }) !== undefined;
    this.#missedEchoes = isReceived ? 0 : this.#missedEchoes + 1;
    return isReceived || this.isUp && this.#missedEchoes < MAX_MISSED_ECHOES;
  }

  /** Offers every search of this node to the whole cluster, and asks whether chats between nodes are still active. */
  #onConnected(): void {
    this.#joined.resolve();
    this.#bus.broadcast({ type: "here" });
    this.backend.onConnected().then(() => this.#parts?.matchmaker.offerAll());
    this.#chats?.probe();
    void this.refreshAddresses();
  }

  #onDisconnected(): void {
    this.#joined = Promise.withResolvers();
    this.#parts?.matchmaker.offerAll();
    this.#chats?.onDisconnected();
  }

  #invited({ ticket, request }: NodeMessage & { type: "invite" }): boolean {
    return this.#pairings?.invited(ticket, request) ?? false;
  }

  #relayFor({ to, from }: NodeMessage & { type: "relay" }): RelayAnswer {
    return this.#parts?.sessions.session(to)?.relayFor(from) ?? { kind: "gone" };
  }

  #release(token: string, to: NodeId): Reply | undefined {
    const snapshot = this.#chats?.release(token, to);
    return snapshot && { type: "fetched", snapshot };
  }

  /** A session that arrives too late is lost, so its partner must hear of it. */
  lateReply(reply: Reply): void {
    if (reply.type !== "fetched" || reply.snapshot === undefined) return;
    this.#chats?.arrivedLate(reply.snapshot);
  }

  #blocked({ name, cause, wait }: NodeMessage & { type: "blocked" }): undefined {
    const now = this.#options.clock.now();
    for (const { record } of this.#parts?.registry.entries() ?? []) {
      if (record.name === name) record.blockedElsewhere(cause, wait, now);
    }
  }
}
