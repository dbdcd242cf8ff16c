/**
 * Messages between nodes. Each node has a Redis channel, and all nodes share one more. Redis passes what is published
 * to the current subscribers and stores nothing.
 *
 * Everything that a node sends to a channel within one turn of the event loop is published as one batch, in order:
 *
 *        0 .. 3        4       5 ..                    0 .. 3
 *   +-----------+--------+------------------------+-----------+--
 *   |   length  |  kind  |  message               |   length  |  ...
 *   +-----------+--------+------------------------+-----------+--
 *      of kind and message, big-endian
 *
 *   kind 0    plaintext: sent before nodes share a secret (`key_exchange.ts`)
 *   kind 1    a message, sealed (`keys.ts`)
 *   kind 2    a frame: recipient and sender as two doubles, then the frame as its page encrypted it
 *
 * Messages are handled in order. Code that awaits a reply resumes a few microtasks after the reply arrives, so messages
 * that follow a reply wait for the next turn of the event loop. Otherwise the first frame of a new partner, which may
 * be in the same batch as their acceptance, would arrive before the chat exists.
 *
 * A batch that can't be delivered is dropped: nodes and pages detect the outage themselves.
 */

import { Buffer } from "node:buffer";
import { clearTimeout, setImmediate, setTimeout } from "node:timers";
import { SECOND } from "../base/clock.ts";
import type { NodeId, SessionId } from "../ids.ts";
import type { ClusterKeys } from "./keys.ts";
import type { RedisClient } from "./redis_client.ts";
import type { NodeMessage, PlainMessage, Reply } from "./messages.ts";

/** Timeout of a request to another node, in milliseconds. */
export const REPLY_TIME = 2 * SECOND;

/** Maximum number of pending requests. */
const MAX_REQUESTS = 10_000;

const LENGTH_BYTES = 4;
const FRAME_HEAD_BYTES = 16;

const EVERYBODY = "all";

/** The kind of a message in a batch. */
const Kind = { open: 0, word: 1, frame: 2 } as const;

/** A message on its way: numbered if it is a request, or the reply to one. */
type QueuedMessage =
  | Speech
  | { readonly answers: number; readonly reply: Reply };

interface Speech {
  readonly node: NodeId;
  readonly question?: number;
  readonly word: NodeMessage;
}

/** A decoded message that has not been handled yet. */
interface Opened {
  readonly isAnswer: boolean;
  readonly act: () => void;
}

/** Handles the messages that arrive. */
export interface MessageHandler {
  /** A session on another node sent a frame. */
  frame(to: SessionId, from: SessionId, frame: Uint8Array): void;
  /** Another node sent a message. If it is a request, the result is the reply. */
  message(word: NodeMessage, from: NodeId): Reply | undefined;
  /** A reply arrived after the timeout of its request. */
  lateReply(reply: Reply): void;
  /** A plaintext message arrived. */
  plainMessage(word: PlainMessage): void;
}

export interface BusOptions {
  readonly link: Pick<RedisClient, "publish" | "subscribe">;
  readonly node: NodeId;
  readonly keys: () => ClusterKeys | undefined;
  readonly recipient: MessageHandler;
  readonly onError: (error: unknown) => void;
}

/** Sends and receives the messages of one node. */
export class Bus {
  readonly #options: BusOptions;
  /** Batches to publish after this turn, by channel. */
  readonly #batches = new Map<string, Uint8Array[]>();
  readonly #requests = new Map<number, (reply: Reply | undefined) => void>();
  /** Decoded messages that wait to be handled, oldest first. */
  #inbox: Opened[] = [];
  /** Whether a reply has been handled in this turn. */
  #hasAnswered = false;
  #asked = 0;
  /** A single function, so that subscribing again does not add a second listener. */
  readonly #receive = (parcel: Buffer): void => this.#unpack(parcel);

  constructor(options: BusOptions) {
    this.#options = options;
  }

  /** Subscribes to the channels of this node. */
  async open(): Promise<void> {
    const { link, node } = this.#options;
    await Promise.all([`${node}`, EVERYBODY].map((name) => link.subscribe(name, this.#receive)));
  }

  /** Sends a frame from `from` to `to`, which is on `node`. */
  frame(node: NodeId, to: SessionId, from: SessionId, frame: Uint8Array): void {
    const letter = Buffer.allocUnsafe(FRAME_HEAD_BYTES + frame.length);
    letter.writeDoubleBE(to, 0);
    letter.writeDoubleBE(from, 8);
    letter.set(frame, FRAME_HEAD_BYTES);
    this.#post(`${node}`, Kind.frame, letter);
  }

  /** Sends a message to one node. */
  send(node: NodeId, word: NodeMessage): void {
    this.#write(`${node}`, { node: this.#options.node, word });
  }

  /** Sends a message to all nodes, including this one. */
  broadcast(word: NodeMessage): void {
    this.#write(EVERYBODY, { node: this.#options.node, word });
  }

  /** The same, as plaintext. */
  broadcastPlain(word: PlainMessage): void {
    this.#post(EVERYBODY, Kind.open, Buffer.from(JSON.stringify(word)));
  }

  sendPlain(node: NodeId, word: PlainMessage): void {
    this.#post(`${node}`, Kind.open, Buffer.from(JSON.stringify(word)));
  }

  /** Resolves to the first reply, or to `undefined` on timeout or if too many requests are pending. */
  request(node: NodeId | "all", word: NodeMessage): Promise<Reply | undefined> {
    if (this.#requests.size >= MAX_REQUESTS) return Promise.resolve(undefined);
    const question = ++this.#asked;
    return new Promise((resolve) => {
      const late = setTimeout(() => this.#settle(question, undefined), REPLY_TIME);
      this.#requests.set(question, (reply) => {
        clearTimeout(late);
        resolve(reply);
      });
      this.#write(`${node}`, { node: this.#options.node, question, word });
    });
  }

  /** Resolves pending requests to `undefined`, and publishes the remaining batches. */
  async close(): Promise<void> {
    for (const question of [...this.#requests.keys()]) this.#settle(question, undefined);
    await Promise.all([...this.#batches.keys()].map((channel) => this.#dispatch(channel)));
  }

  #answered(question: number, reply: Reply): void {
    if (this.#requests.has(question)) this.#settle(question, reply);
    else this.#options.recipient.lateReply(reply);
  }

  #settle(question: number, reply: Reply | undefined): void {
    this.#requests.get(question)?.(reply);
    this.#requests.delete(question);
  }

  #write(channel: string, letter: QueuedMessage): void {
    const keys = this.#options.keys();
    if (keys !== undefined) this.#post(channel, Kind.word, keys.seal(JSON.stringify(letter)));
  }

  #post(channel: string, kind: number, letter: Uint8Array): void {
    const head = Buffer.allocUnsafe(LENGTH_BYTES + 1);
    head.writeUInt32BE(1 + letter.length);
    head[LENGTH_BYTES] = kind;
    const parcel = this.#batches.get(channel);
    if (parcel !== undefined) return void parcel.push(head, letter);
    this.#batches.set(channel, [head, letter]);
    setImmediate(() => void this.#dispatch(channel));
  }

  async #dispatch(channel: string): Promise<void> {
    const parcel = this.#batches.get(channel);
    if (parcel === undefined) return;
    this.#batches.delete(channel);
    // The Redis client reports a lost connection itself. The batch is lost.
    await this.#options.link.publish(channel, Buffer.concat(parcel)).catch(() => {});
  }

  #unpack(parcel: Buffer): void {
    for (let at = 0; at + LENGTH_BYTES < parcel.length;) {
      const end = at + LENGTH_BYTES + parcel.readUInt32BE(at);
      const letter = parcel.subarray(at + LENGTH_BYTES + 1, end);
      const opened = this.#guarded(() => this.#open(parcel[at + LENGTH_BYTES], letter));
      if (opened !== undefined) this.#inbox.push(opened);
      at = end;
    }
    this.#actOnAll();
  }

  #actOnAll(): void {
    for (const [at, { isAnswer, act }] of this.#inbox.entries()) {
      if (this.#hasAnswered && !isAnswer) return void (this.#inbox = this.#inbox.slice(at));
      if (isAnswer && !this.#hasAnswered) this.#pause();
      this.#guarded(act);
    }
    this.#inbox = [];
  }

  /** Lets the code that awaits these replies run first. */
  #pause(): void {
    this.#hasAnswered = true;
    setImmediate(() => {
      this.#hasAnswered = false;
      this.#actOnAll();
    });
  }

  /** An invalid message must not prevent others from being handled. */
  #guarded<T>(work: () => T): T | undefined {
    try {
      return work();
    } catch (error) {
      this.#options.onError(error);
      return undefined;
    }
  }

  #open(kind: number | undefined, letter: Buffer): Opened | undefined {
    const { recipient, keys } = this.#options;
    switch (kind) {
      case Kind.frame: {
        const [to, from] = [letter.readDoubleBE(0), letter.readDoubleBE(8)];
        const frame = letter.subarray(FRAME_HEAD_BYTES);
        const act = (): void => recipient.frame(to as SessionId, from as SessionId, frame);
        return { isAnswer: false, act };
      }
      case Kind.open: // Immediately: it may bring the keys to the messages that follow.
        recipient.plainMessage(JSON.parse(letter.toString()));
        return undefined;
      case Kind.word: {
        const text = keys()?.open(letter);
        return text === undefined ? undefined : this.#opened(JSON.parse(text));
      }
    }
    return undefined;
  }

  #opened(letter: QueuedMessage): Opened {
    if (!("answers" in letter)) return { isAnswer: false, act: () => this.#answer(letter) };
    return { isAnswer: true, act: () => this.#answered(letter.answers, letter.reply) };
  }

  #answer({ word, node, question }: Speech): void {
    const reply = this.#options.recipient.message(word, node);
    if (question === undefined || reply === undefined) return;
    this.#write(`${node}`, { answers: question, reply });
  }
}
