/**
 * A listener and its connections without the kernel's sockets: handshakes are values, and streams are queues in memory.
 * Everything above them is real: frames are read and written by `WebSocketConnection`, and heartbeats reach every
 * connection. So a process can have more connections than descriptors.
 *
 *   Visitor ── MemoryTransport ──> MemoryStream ──> WebSocketConnection ──> session
 *
 * As between two processes, what one side writes never runs code of the other side in the same call. Deliveries have
 * their own turns of the event loop, and a turn has only a few of them.
 */

import { Buffer } from "node:buffer";
import { Duplex } from "node:stream";
import { SOCKET_PATH } from "../../protocol.ts";
import type { Clock } from "../../server/base/clock.ts";
import type { Log } from "../../server/base/log.ts";
import { Slices } from "../../server/base/slices.ts";
import type { Listener } from "../../server/listener/listener.ts";
import { type ConnectionContext, WebSocketConnection } from "../../server/listener/websocket.ts";
import { ClosingConnections } from "../../server/listener/closing_connections.ts";
import { WriteBatcher } from "../../server/listener/write_batch.ts";
import type { Handler } from "../../server/transport.ts";
import { HANDSHAKE } from "../support/raw_client.ts";
import type { Transport } from "./crowd.ts";
import { loopbackAddress } from "./socket_transport.ts";
import type { Visitor, Wire } from "./visitor.ts";

/** How many chunks are delivered in one turn of the event loop. */
const DELIVERIES = 32;

/** The headers of a handshake, by their names in lower case. */
const HEADERS = new Map(
  HANDSHAKE.slice(1).map((line) => {
    const [name = "", value = ""] = line.split(": ");
    return [name.toLowerCase(), value];
  }),
);

/** Delivers what was sent, in order. */
class Deliveries {
  #queue: (() => void)[] = [];
  #at = 0;

  add(delivery: () => void): void {
    if (this.#queue.push(delivery) === 1) setImmediate(() => this.#run());
  }

  #run(): void {
    const end = Math.min(this.#queue.length, this.#at + DELIVERIES);
    while (this.#at < end) this.#queue[this.#at++]!();
    if (this.#at < this.#queue.length) return void setImmediate(() => this.#run());
    this.#queue = [];
    this.#at = 0;
  }
}

/** The server's end of a connection. */
class MemoryStream extends Duplex {
  readonly #deliveries: Deliveries;
  readonly #visitor: Visitor;

  constructor(deliveries: Deliveries, visitor: Visitor) {
    super();
    this.#deliveries = deliveries;
    this.#visitor = visitor;
  }

  override _read(): void {}

  override _write(chunk: Buffer, _encoding: string, done: (error?: Error | null) => void): void {
    this.#deliveries.add(() => {
      this.#visitor.read(chunk);
      done();
    });
  }

  override _final(done: (error?: Error | null) => void): void {
    this.#deliveries.add(() => done());
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#deliveries.add(() => this.#visitor.closed());
    done(error);
  }

  /** The visitor's end. */
  wire(): Wire {
    const deliver = (chunk: Buffer | null): void =>
      this.#deliveries.add(() => {
        if (!this.destroyed) this.push(chunk);
      });
    return {
      write: (bytes) => deliver(Buffer.from(bytes)),
      end: () => deliver(null),
    };
  }
}

export interface MemoryListenerOptions {
  readonly handler: Pick<Handler, "admit">;
  readonly clock: Clock;
  readonly log: Log;
}

/** Visitors here send no request that could be answered. */
const NO_RESPONSE = Buffer.alloc(0);

/** Accepts connections from visitors of the same process. */
export class MemoryListener implements Listener, Transport {
  readonly port = 0;
  readonly #handler: Pick<Handler, "admit">;
  readonly #context: ConnectionContext;
  readonly #deliveries = new Deliveries();
  readonly #connections = new Set<WebSocketConnection>();
  readonly #heartbeats: Slices;

  constructor({ handler, clock, log }: MemoryListenerOptions) {
    this.#handler = handler;
    this.#heartbeats = new Slices(clock);
    const closing = new ClosingConnections(clock);
    const onClosed = (connection: WebSocketConnection): void => {
      this.#connections.delete(connection);
      closing.delete(connection);
    };
    this.#context = { clock, log, batcher: new WriteBatcher(), closing, onClosed };
  }

  async connect(visitor: Visitor): Promise<void> {
    await new Promise<void>((resolve) => this.#deliveries.add(resolve));
    const decision = await this.#handler.admit({
      ...{ method: "GET", target: SOCKET_PATH, version: "1.1" },
      remote: loopbackAddress(visitor.index),
      header: (name) => HEADERS.get(name),
    });
    if (decision.kind === "refused") throw new Error(`${decision.reply.status}`);
    const stream = new MemoryStream(this.#deliveries, visitor);
    visitor.opened(stream.wire());
    const { handshake } = decision;
    this.#connections.add(new WebSocketConnection(stream, this.#context, handshake, NO_RESPONSE));
  }

  heartbeat(): void {
    void this.#heartbeats.runUnlessRunning(this.#connections, (one) => one.heartbeat());
  }

  async sockets(): Promise<number> {
    return await Promise.resolve(this.#connections.size);
  }

  async reloadCertificate(): Promise<void> {}

  async close(): Promise<void> {
    for (const connection of this.#connections) connection.destroy();
    await Promise.resolve();
  }
}
