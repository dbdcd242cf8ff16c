/**
 * The post between machines. Each has a channel of its own in Redis, and all of them share one; what is published is
 * passed on to whoever listens at that moment, and kept by nobody.
 *
 * What goes to one machine within one turn of the event loop goes in one parcel, in its order:
 *
 *        0 .. 3        4       5 ..                    0 .. 3
 *   +-----------+--------+------------------------+-----------+--
 *   |   length  |  kind  |  letter                |   length  |  ...
 *   +-----------+--------+------------------------+-----------+--
 *      of kind and letter, highest byte first
 *
 *   kind 0    in the clear: what machines say before they have a secret in common (`key_exchange.ts`)
 *   kind 1    a word, sealed (`keys.ts`)
 *   kind 2    a frame: to and from as two doubles, then the frame as it came, which its page has sealed
 *
 * Letters are acted on in their order. Whoever has asked something goes on by promises, some turns of them after the
 * answer is here; so what follows an answer waits for the next turn of the event loop. Else the first frame of a new
 * partner, which may come in one piece with the word that they accepted, would find nobody yet.
 *
 * A parcel that can't be delivered is dropped: the machines notice the outage themselves, and so do the pages.
 */

import { Buffer } from "node:buffer";
import { clearTimeout, setImmediate, setTimeout } from "node:timers";
import { SECOND } from "../base/clock.ts";
import type { NodeId, SessionId } from "../ids.ts";
import type { ClusterKeys } from "./keys.ts";
import type { RedisClient } from "./redis_client.ts";
import type { NodeMessage, PlainMessage, Reply } from "./messages.ts";

/** How long an answer of another machine is waited for, in milliseconds. */
export const REPLY_TIME = 2 * SECOND;

/** How many questions may wait for their answers. */
const MAX_REQUESTS = 10_000;

const LENGTH_BYTES = 4;
const FRAME_HEAD_BYTES = 16;

const EVERYBODY = "all";

/** What a letter is. */
const Kind = { open: 0, word: 1, frame: 2 } as const;

/** A word on its way: with a number when it is a question, or the answer to one. */
type QueuedMessage =
  | Speech
  | { readonly answers: number; readonly reply: Reply };

interface Speech {
  readonly node: NodeId;
  readonly question?: number;
  readonly word: NodeMessage;
}

/** A letter that has been opened. */
interface Opened {
  readonly isAnswer: boolean;
  readonly act: () => void;
}

/** Who gets the post. */
export interface MessageHandler {
  /** Somebody of another machine has sent a frame. */
  frame(to: SessionId, from: SessionId, frame: Uint8Array): void;
  /** Another machine has said something; to a question there is a reply. */
  message(word: NodeMessage, from: NodeId): Reply | undefined;
  /** A reply that was not waited for any more. */
  lateReply(reply: Reply): void;
  /** Something has been said in the clear. */
  plainMessage(word: PlainMessage): void;
}

/** What a bus needs. */
export interface BusOptions {
  readonly link: Pick<RedisClient, "publish" | "subscribe">;
  readonly node: NodeId;
  readonly keys: () => ClusterKeys | undefined;
  readonly recipient: MessageHandler;
  readonly onError: (error: unknown) => void;
}

/** One machine's post office. */
export class Bus {
  readonly #options: BusOptions;
  /** By channel, what leaves with this turn. */
  readonly #batches = new Map<string, Uint8Array[]>();
  readonly #requests = new Map<number, (reply: Reply | undefined) => void>();
  /** What has come and waits for its turn, the oldest first. */
  #inbox: Opened[] = [];
  /** Whether an answer has been given out in this turn. */
  #hasAnswered = false;
  #asked = 0;
  /** One listener, however often it is asked to listen. */
  readonly #receive = (parcel: Buffer): void => this.#unpack(parcel);

  constructor(options: BusOptions) {
    this.#options = options;
  }

  /** Begins to listen. */
  async open(): Promise<void> {
    const { link, node } = this.#options;
    await Promise.all([`${node}`, EVERYBODY].map((name) => link.subscribe(name, this.#receive)));
  }

  /** Sends a frame of `from` on to `to`. */
  frame(node: NodeId, to: SessionId, from: SessionId, frame: Uint8Array): void {
    const letter = Buffer.allocUnsafe(FRAME_HEAD_BYTES + frame.length);
    letter.writeDoubleBE(to, 0);
    letter.writeDoubleBE(from, 8);
    letter.set(frame, FRAME_HEAD_BYTES);
    this.#post(`${node}`, Kind.frame, letter);
  }

  /** Says something to one machine. */
  send(node: NodeId, word: NodeMessage): void {
    this.#write(`${node}`, { node: this.#options.node, word });
  }

  /** Says something to all machines, this one included. */
  broadcast(word: NodeMessage): void {
    this.#write(EVERYBODY, { node: this.#options.node, word });
  }

  /** The same, in the clear. */
  broadcastPlain(word: PlainMessage): void {
    this.#post(EVERYBODY, Kind.open, Buffer.from(JSON.stringify(word)));
  }

  sendPlain(node: NodeId, word: PlainMessage): void {
    this.#post(`${node}`, Kind.open, Buffer.from(JSON.stringify(word)));
  }

  /** Asks one machine, or all; the first reply, or `undefined` when none comes in time. */
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

  /** Sends what is still here, and waits for no answer any more. */
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
    // The link itself tells when it is lost; what was in the parcel is lost with it.
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

  /** Lets those who are given their answers in this turn go on first. */
  #pause(): void {
    this.#hasAnswered = true;
    setImmediate(() => {
      this.#hasAnswered = false;
      this.#actOnAll();
    });
  }

  /** One letter that is not as it should be stops no other. */
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
      case Kind.open: // At once, since it may bring the keys to what follows.
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
