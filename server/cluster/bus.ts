/**
 * Messages between nodes. Each node has a Redis channel, and all nodes share one more. Redis passes what is published
 * to the current subscribers and stores nothing.
 *
 * Everything that a node sends to a channel within one turn of the event loop is published as one batch, in order:
 *
 *        0 .. 3        4       5 ..                    0 .. 3
 *   +-----------+--------+------------------------+-----------+--
 *   |   length  |  kind  |  body                  |   length  |  ...
 *   +-----------+--------+------------------------+-----------+--
 *      of kind and body, big-endian
 *
 *   kind 0    plaintext: sent before nodes share a secret (`key_exchange.ts`)
 *   kind 1    a message, sealed (`keys.ts`)
 *   kind 2    a frame: recipient and sender as two doubles, then the frame as its page encrypted it
 *   kind 3    two searches that Redis has paired, as JSON (`pool_script.ts`)
 *
 * Messages are handled in order, some in each turn of the event loop, because a crowd can arrive in one chunk. Code that
 * awaits a reply resumes a few microtasks after the reply arrives, so messages that follow a reply wait for the next
 * turn. Otherwise the first frame of a new partner, which may be in the same batch as their acceptance, would arrive
 * before the chat exists.
 *
 * A batch that can't be delivered is dropped: nodes and pages detect the outage themselves. A message that is malformed
 * or of an unknown kind is dropped, too (`message_schema.ts`): anybody who can publish in Redis may have sent it.
 */

import { Buffer } from "node:buffer";
import { clearTimeout, setImmediate, setTimeout } from "node:timers";
import { MAX_FRAME_BYTES } from "../../protocol.ts";
import { type Clock, SECOND } from "../base/clock.ts";
import { LinkedQueue } from "../base/linked_queue.ts";
import { MAX_SLICE_ITEMS, SLICE_TIME } from "../base/slices.ts";
import type { NodeId, SessionId } from "../ids.ts";
import type { ClusterKeys } from "./keys.ts";
import {
  isSessionId,
  parseEnvelope,
  parsePairNotice,
  parsePlainMessage,
} from "./message_schema.ts";
import type { Envelope, NodeMessage, PairNotice, PlainMessage, Reply } from "./messages.ts";
import type { RedisClient } from "./redis_client.ts";

/** Timeout of a request to another node, in milliseconds. */
export const REPLY_TIME = 2 * SECOND;

/** Maximum number of pending requests. */
export const MAX_REQUESTS = 10_000;

const LENGTH_BYTES = 4;
const FRAME_HEAD_BYTES = 16;

const ALL_NODES = "all";

/** The kind of a message that a script of Redis publishes. */
export const PAIR_KIND = 3;

/** The kind of a message in a batch. */
const Kind = { plain: 0, sealed: 1, frame: 2, pair: PAIR_KIND } as const;

/** Maximum size of the messages that wait to be handled, in bytes. As much as Redis keeps for a slow subscriber. */
export const MAX_WAITING_BYTES = 32 * 1024 * 1024;

/** A message as it arrived. */
interface Packed {
  readonly kind: number | undefined;
  readonly body: Buffer;
}

/** A decoded message that has not been handled yet. */
interface Incoming {
  readonly isReply: boolean;
  readonly handle: () => void;
}

/** Handles the messages that arrive. */
export interface MessageHandler {
  /** A session on another node sent a frame. */
  frame(to: SessionId, from: SessionId, frame: Uint8Array): void;
  /** Another node sent a message. If it is a request, the result is the reply. */
  message(message: NodeMessage, from: NodeId): Reply | undefined;
  /** A reply arrived after the timeout of its request. */
  lateReply(reply: Reply): void;
  /** Redis has taken a search of this node for one of another node. */
  paired(notice: PairNotice): void;
  /** A plaintext message arrived. */
  plainMessage(message: PlainMessage): void;
}

export interface BusOptions {
  readonly link: Pick<RedisClient, "publish" | "subscribe">;
  readonly node: NodeId;
  readonly clock: Pick<Clock, "now">;
  readonly keys: () => ClusterKeys | undefined;
  readonly handler: MessageHandler;
  readonly onError: (error: unknown) => void;
}

/** Sends and receives the messages of one node. */
export class Bus {
  readonly #options: BusOptions;
  /** Batches to publish after this turn, by channel. */
  readonly #batches = new Map<string, Uint8Array[]>();
  readonly #requests = new Map<number, (reply: Reply | undefined) => void>();
  /** Messages that wait to be handled, and their size in bytes. */
  readonly #inbox = new LinkedQueue<Packed>();
  #waitingBytes = 0;
  /** The first of them, once it is decoded. */
  #next: Incoming | undefined;
  /** Whether a reply has been handled in this turn. */
  #hasReplied = false;
  /** Whether as many messages have been handled as one turn may have. */
  #isTurnOver = false;
  #lastRequest = 0;
  /** A single function, so that subscribing again does not add a second listener. */
  readonly #receive = (batch: Buffer): void => this.#unpack(batch);

  constructor(options: BusOptions) {
    this.#options = options;
  }

  /** Subscribes to the channels of this node. */
  async open(): Promise<void> {
    const { link, node } = this.#options;
    await Promise.all([`${node}`, ALL_NODES].map((name) => link.subscribe(name, this.#receive)));
  }

  /** Sends a frame from `from` to `to`, which is on `node`. */
  frame(node: NodeId, to: SessionId, from: SessionId, frame: Uint8Array): void {
    const body = Buffer.allocUnsafe(FRAME_HEAD_BYTES + frame.length);
    body.writeDoubleBE(to, 0);
    body.writeDoubleBE(from, 8);
    body.set(frame, FRAME_HEAD_BYTES);
    this.#enqueue(`${node}`, Kind.frame, body);
  }

  /** Sends a message to one node. */
  send(node: NodeId, message: NodeMessage): void {
    this.#seal(`${node}`, { kind: "message", from: this.#options.node, message });
  }

  /** Sends a message to all nodes, including this one. */
  broadcast(message: NodeMessage): void {
    this.#seal(ALL_NODES, { kind: "message", from: this.#options.node, message });
  }

  /** The same, as plaintext. */
  broadcastPlain(message: PlainMessage): void {
    this.#enqueue(ALL_NODES, Kind.plain, Buffer.from(JSON.stringify(message)));
  }

  sendPlain(node: NodeId, message: PlainMessage): void {
    this.#enqueue(`${node}`, Kind.plain, Buffer.from(JSON.stringify(message)));
  }

  /** Resolves to the first reply, or to `undefined` on timeout or if too many requests are pending. */
  request(node: NodeId | "all", message: NodeMessage): Promise<Reply | undefined> {
    if (this.#requests.size >= MAX_REQUESTS) return Promise.resolve(undefined);
    const request = ++this.#lastRequest;
    return new Promise((resolve) => {
      const late = setTimeout(() => this.#settle(request, undefined), REPLY_TIME);
      this.#requests.set(request, (reply) => {
        clearTimeout(late);
        resolve(reply);
      });
      this.#seal(`${node}`, { kind: "message", from: this.#options.node, request, message });
    });
  }

  /** Resolves pending requests to `undefined`, and publishes the remaining batches. */
  async close(): Promise<void> {
    for (const request of [...this.#requests.keys()]) this.#settle(request, undefined);
    await Promise.all([...this.#batches.keys()].map((channel) => this.#publish(channel)));
  }

  #settle(request: number, reply: Reply | undefined): void {
    this.#requests.get(request)?.(reply);
    this.#requests.delete(request);
  }

  #seal(channel: string, envelope: Envelope): void {
    const keys = this.#options.keys();
    if (keys === undefined) return;
    this.#enqueue(channel, Kind.sealed, keys.seal(JSON.stringify(envelope)));
  }

  #enqueue(channel: string, kind: number, body: Uint8Array): void {
    const head = Buffer.allocUnsafe(LENGTH_BYTES + 1);
    head.writeUInt32BE(1 + body.length);
    head[LENGTH_BYTES] = kind;
    const batch = this.#batches.get(channel);
    if (batch !== undefined) return void batch.push(head, body);
    this.#batches.set(channel, [head, body]);
    setImmediate(() => void this.#publish(channel));
  }

  async #publish(channel: string): Promise<void> {
    const batch = this.#batches.get(channel);
    if (batch === undefined) return;
    this.#batches.delete(channel);
    // The Redis client reports a lost connection itself. The batch is lost.
    await this.#options.link.publish(channel, Buffer.concat(batch)).catch(() => {});
  }

  /** Adds the messages of a batch, up to the first that is incomplete. */
  #unpack(batch: Buffer): void {
    if (this.#waitingBytes + batch.length > MAX_WAITING_BYTES) return;
    for (let at = 0; at + LENGTH_BYTES < batch.length;) {
      const start = at + LENGTH_BYTES;
      const end = start + batch.readUInt32BE(at);
      if (end === start || end > batch.length) break;
      this.#inbox.append({ kind: batch[start], body: batch.subarray(start + 1, end) });
      this.#waitingBytes += end - start;
      at = end;
    }
    this.#handleInbox();
  }

  #handleInbox(): void {
    const { clock } = this.#options;
    const end = clock.now() + SLICE_TIME;
    for (let count = 0; !this.#isTurnOver; count++) {
      const incoming = this.#next ??= this.#decodeNext();
      if (incoming === undefined || this.#hasReplied && !incoming.isReply) return;
      if (count === MAX_SLICE_ITEMS || clock.now() >= end) return this.#endTurn();
      if (incoming.isReply && !this.#hasReplied) this.#pause();
      this.#next = undefined;
      this.#guarded(incoming.handle);
    }
  }

  /** Decodes the first message that is well-formed. */
  #decodeNext(): Incoming | undefined {
    let incoming: Incoming | undefined;
    while (incoming === undefined) {
      const packed = this.#inbox.shift();
      if (packed === undefined) return undefined;
      this.#waitingBytes -= 1 + packed.body.length;
      incoming = this.#guarded(() => this.#decode(packed));
    }
    return incoming;
  }

  /** Lets the sockets have a turn. Between two immediate callbacks, the runtime need not look at them. */
  #endTurn(): void {
    this.#isTurnOver = true;
    setTimeout(() => {
      this.#isTurnOver = false;
      this.#handleInbox();
    }, 0);
  }

  /** Lets the code that awaits these replies run first. */
  #pause(): void {
    this.#hasReplied = true;
    setImmediate(() => {
      this.#hasReplied = false;
      this.#handleInbox();
    });
  }

  /** A message that can't be handled must not prevent others from being handled. */
  #guarded<T>(work: () => T): T | undefined {
    try {
      return work();
    } catch (error) {
      this.#options.onError(error);
      return undefined;
    }
  }

  #decode({ kind, body }: Packed): Incoming | undefined {
    switch (kind) {
      case Kind.frame:
        return this.#decodeFrame(body);
      case Kind.sealed:
        return this.#decodeSealed(body);
      case Kind.pair:
        return this.#decodePair(body);
      case Kind.plain:
        return this.#decodePlain(body);
    }
    return undefined;
  }

  #decodeFrame(body: Buffer): Incoming | undefined {
    const length = body.length - FRAME_HEAD_BYTES;
    if (length < 0 || length > MAX_FRAME_BYTES) return undefined;
    const [to, from] = [body.readDoubleBE(0), body.readDoubleBE(8)];
    if (!isSessionId(to) || !isSessionId(from)) return undefined;
    const frame = body.subarray(FRAME_HEAD_BYTES);
    return { isReply: false, handle: () => this.#options.handler.frame(to, from, frame) };
  }

  #decodeSealed(body: Buffer): Incoming | undefined {
    const json = this.#options.keys()?.open(body);
    const envelope = json === undefined ? undefined : parseEnvelope(json);
    if (envelope === undefined) return undefined;
    return { isReply: envelope.kind === "reply", handle: () => this.#handle(envelope) };
  }

  #decodePair(body: Buffer): Incoming | undefined {
    const notice = parsePairNotice(body.toString());
    if (notice === undefined) return undefined;
    return { isReply: false, handle: () => this.#options.handler.paired(notice) };
  }

  /** It may bring the keys to the messages that follow. */
  #decodePlain(body: Buffer): Incoming | undefined {
    const message = parsePlainMessage(body.toString());
    if (message === undefined) return undefined;
    return { isReply: false, handle: () => this.#options.handler.plainMessage(message) };
  }

  #handle(envelope: Envelope): void {
    if (envelope.kind === "message") this.#handleMessage(envelope);
    else if (this.#requests.has(envelope.request)) this.#settle(envelope.request, envelope.reply);
    else this.#options.handler.lateReply(envelope.reply);
  }

  #handleMessage({ message, from, request }: Envelope & { kind: "message" }): void {
    const reply = this.#options.handler.message(message, from);
    if (request === undefined || reply === undefined) return;
    this.#seal(`${from}`, { kind: "reply", request, reply });
  }
}
