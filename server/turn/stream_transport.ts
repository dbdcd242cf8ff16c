/**
 * The relay by TCP and TLS, on connections that the listener accepted and whose first byte is not HTTP. Each connection
 * is one client:
 *
 *     listener ── connection ──> a stranger ── Allocate ──> a client ── its allocation ends ──> closed
 *                                   └── STREAM_DEADLINE, or invalid bytes ──> closed
 *
 * Until its first allocation a connection counts as pending for the listener, which may cut it. What is sent to a
 * client while one of its chunks or of its partner's is being read leaves in one write. A client that reads too slowly
 * loses data, as by UDP: late media is worthless, and would delay what follows.
 */

import { Buffer } from "node:buffer";
import type { Address } from "../admission/address.ts";
import { parseAddress } from "../admission/address.ts";
import type { Cancel, Clock } from "../base/clock.ts";
import type { ByteStream, StreamHandler } from "../transport.ts";
import type { Allocation, TurnPath } from "./allocation.ts";
import { MessageReader } from "./message_reader.ts";
import type { Packet } from "./packet.ts";
import { MAX_STREAM_BACKLOG, MIN_PACKET_COST, STREAM_DEADLINE } from "./turn_limits.ts";
import type { TurnServer } from "./turn_server.ts";

/** Messages that a client may send before its first allocation. Browsers send two. */
export const MAX_STRANGER_MESSAGES = 16;

export interface StreamTransportOptions {
  readonly server: Pick<TurnServer, "receive">;
  readonly clock: Pick<Clock, "every" | "now">;
  /** Maximum number of clients with an allocation. */
  readonly capacity: number;
}

/** All connections to the relay. */
export class StreamTransport implements StreamHandler {
  /** How many messages were dropped because their reader is too slow. */
  dropped = 0;
  readonly #options: StreamTransportOptions;
  readonly #paths = new Set<StreamPath>();

  constructor(options: StreamTransportOptions) {
    this.#options = options;
  }

  get capacity(): number {
    return this.#options.capacity;
  }

  /** How many connections are open. */
  get clients(): number {
    return this.#paths.size;
  }

  /** Whether another client may allocate. */
  get hasRoom(): boolean {
    const allocated = this.#paths.values().filter(({ allocation }) => allocation !== undefined);
    return allocated.reduce((count) => count + 1, 0) < this.capacity;
  }

  accept(stream: ByteStream): void {
    const address = parseAddress(stream.remoteAddress ?? "");
    if (address === undefined) return void stream.destroy();
    const path = new StreamPath(stream, address, {
      ...this.#options,
      dropped: () => void this.dropped++,
      closed: (closed) => void this.#paths.delete(closed),
    });
    this.#paths.add(path);
    path.start();
  }

  /** Cuts all connections. */
  close(): void {
    for (const path of this.#paths) path.ended();
  }
}

interface StreamHost extends StreamTransportOptions {
  dropped(): void;
  closed(path: StreamPath): void;
}

/** A client of the relay, and its connection. */
class StreamPath implements TurnPath {
  readonly isStream = true;
  readonly address: Address;
  readonly port: number;
  allocation: Allocation | undefined;
  readonly #stream: ByteStream;
  readonly #host: StreamHost;
  readonly #reader = new MessageReader();
  readonly #stopWaiting: Cancel;
  /** Sent and not written yet. */
  #unwritten: Uint8Array[] = [];
  #unwrittenBytes = 0;
  /** How many messages it sent before its first allocation; `undefined` after that. */
  #attempts: number | undefined = 0;

  constructor(stream: ByteStream, address: Address, host: StreamHost) {
    this.#stream = stream;
    this.address = address;
    this.port = stream.remotePort ?? 0;
    this.#host = host;
    this.#stopWaiting = host.clock.every(STREAM_DEADLINE, () => stream.destroy());
  }

  start(): void {
    const stream = this.#stream;
    stream.onData((bytes) => this.#receive(bytes));
    stream.onClose(() => this.#closed());
  }

  send(bytes: Uint8Array): void {
    if (this.#stream.backlog + this.#unwrittenBytes > MAX_STREAM_BACKLOG) {
      return this.#host.dropped();
    }
    if (this.#unwritten.length === 0) queueMicrotask(() => this.#write());
    this.#unwritten.push(bytes.slice());
    this.#unwrittenBytes += bytes.length;
  }

  /** Without an allocation there is no reason to stay. What was sent before still arrives. */
  ended(): void {
    this.#write();
    this.#stream.end();
  }

  #receive(bytes: Uint8Array): void {
    if (!this.#stream.isOpen) return; // It is being closed.
    const isValid = this.#reader.read(bytes, (message) => this.#handle(message));
    if (!isValid) this.#stream.destroy();
  }

  /** Returns whether the stream continues. */
  #handle(message: Packet): boolean {
    if (this.#isFlood(message)) {
      this.#stream.destroy();
      return false;
    }
    this.#host.server.receive(this, message);
    if (this.#attempts !== undefined) this.#countAttempt(this.#attempts);
    return this.#stream.isOpen;
  }

  /** Whether its person sends far more than is relayed. Reading it would take time from everyone else. */
  #isFlood({ start, end }: Packet): boolean {
    if (this.allocation === undefined) return false;
    const { inflow } = this.allocation;
    const now = this.#host.clock.now();
    inflow.charge(Math.max(end - start, MIN_PACKET_COST), now);
    return inflow.credit(now) < 0;
  }

  #countAttempt(before: number): void {
    this.#attempts = this.allocation === undefined ? before + 1 : undefined;
    if (before + 1 >= MAX_STRANGER_MESSAGES) this.#stream.destroy();
    if (this.#attempts !== undefined) return;
    this.#stopWaiting();
    this.#stream.served();
  }

  #write(): void {
    const [only, ...others] = this.#unwritten.splice(0);
    this.#unwrittenBytes = 0;
    if (only === undefined || !this.#stream.isOpen) return;
    this.#stream.write(others.length === 0 ? only : Buffer.concat([only, ...others]));
  }

  #closed(): void {
    this.#stopWaiting();
    this.#host.closed(this);
    this.allocation?.end();
  }
}
