/**
 * The requests of one connection, one at a time. HTTP/1.1 lets a client send further requests before the first is
 * answered (pipelining, RFC 9112 section 9.3.2). A parser that receives 64 KiB finds thousands of requests in them, and
 * reports them all before anything else in the program can run. So the parser receives only one head at a time:
 *
 *     socket ── bytes ──> rest ── one head ──> parser ──> request ──> response
 *                │          ^                                            │
 *                └ paused   └──────────── next, when it is sent ─────────┘
 *
 * While a response is pending, no further request is parsed, and the socket is paused as soon as the client sends more.
 * So a connection costs at most one response and two reads of memory. All connections of a listener share a
 * `WorkQueue`, so that many of them together take only a part of each turn of the event loop.
 *
 * Deno's parser would read from the socket itself. It doesn't if the socket is marked as taken. That mark and the
 * parser's listener are internals that Node and Deno share. If they are missing, the connection is not served.
 */

import { Buffer } from "node:buffer";
import type { Socket } from "node:net";
import type { WorkQueue } from "../base/work_queue.ts";

/** Internal fields of a socket. */
interface Inside {
  readonly _handle?: { _consumed?: boolean } | null;
}

/** What a listener of `data` does. */
type Parse = (bytes: Buffer) => void;

const NOTHING: Buffer = Buffer.alloc(0);

/** Keeps Deno's parser from reading from a socket itself. Called before the parser is attached. */
export function readInScript(socket: Socket & Inside): void {
  if (socket._handle) socket._handle._consumed = true;
}

/** Feeds the bytes of a connection to its parser. */
export class RequestPipeline {
  readonly #socket: Socket;
  readonly #queue: WorkQueue;
  readonly #parse: Parse;
  /** Received and not parsed yet. */
  #rest: Buffer = NOTHING;
  /** Number of requests that were parsed and not answered yet. */
  #unanswered = 0;
  #isQueued = false;
  #isDetached = false;
  readonly #onData = (bytes: Buffer): void => this.#receive(bytes);

  private constructor(socket: Socket, parse: Parse, queue: WorkQueue) {
    this.#socket = socket;
    this.#parse = parse;
    this.#queue = queue;
  }

  /** Takes the place of the parser's listener. Destroys the socket, and returns `undefined`, if it is missing. */
  static attach(socket: Socket, queue: WorkQueue): RequestPipeline | undefined {
    const [parse] = socket.listeners("data") as Parse[];
    if (parse === undefined) return void socket.destroy();
    const pipeline = new RequestPipeline(socket, parse, queue);
    socket.removeListener("data", parse);
    socket.on("data", pipeline.#onData);
    return pipeline;
  }

  /** The parser has found a request. */
  begin(): void {
    this.#unanswered++;
  }

  /** The response to a request has been sent, or the connection has ended. */
  finish(): void {
    this.#unanswered--;
    this.#proceed();
  }

  /** Gives up the socket, which its next owner pauses and resumes. Returns what was received after the last request. */
  detach(): Buffer {
    this.#isDetached = true;
    this.#socket.removeListener("data", this.#onData);
    return this.#take(this.#rest.length);
  }

  #receive(bytes: Buffer): void {
    this.#rest = this.#rest.length === 0 ? bytes : Buffer.concat([this.#rest, bytes]);
    this.#proceed();
  }

  #proceed(): void {
    if (this.#isDetached) return;
    if (this.#rest.length === 0) return this.#resume();
    if (this.#unanswered > 0 || this.#isQueued) return this.#pause();
    this.#isQueued = true;
    this.#queue.add(() => this.#parseNext());
  }

  #parseNext(): void {
    this.#isQueued = false;
    if (this.#socket.destroyed) return void this.detach();
    const head = this.#take(endOfHead(this.#rest));
    this.#parse(head);
    head.fill(0); // It may contain an address. The parser has copied what it needs.
    this.#proceed();
  }

  #take(length: number): Buffer {
    const taken = this.#rest.subarray(0, length);
    this.#rest = length === this.#rest.length ? NOTHING : this.#rest.subarray(length);
    return taken;
  }

  /** The parser's own listeners resume the socket, too. So this asks the socket whether it is paused. */
  #pause(): void {
    if (!this.#socket.isPaused()) this.#socket.pause();
  }

  #resume(): void {
    if (this.#socket.isPaused()) this.#socket.resume();
  }
}

/**
 * The number of bytes up to and including the first empty line. All of them, if there is no empty line. A parser may
 * also accept lines that end without CR (RFC 9112 section 2.2).
 */
function endOfHead(bytes: Buffer): number {
  const end = bytes.indexOf("\n\r\n");
  const head = end < 0 ? bytes : bytes.subarray(0, end + 3);
  const bare = head.indexOf("\n\n");
  return bare < 0 ? head.length : bare + 2;
}
