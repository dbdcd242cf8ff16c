/**
 * The relay by UDP, at one local address. All its clients share one socket, and are told apart by their address and port:
 *
 *     socket ── datagram ──> a new path ──────────> TurnServer     a stranger: the path is forgotten
 *                     └────> the client's path ───> TurnServer     the path lives as long as its allocation
 *
 * A datagram is received into a buffer with room on both sides, handled there, and sent on from there. The buffer is
 * free again when the system has taken what is sent. Until then the next datagram needs another one:
 *
 *     buffer  | HEADROOM | datagram ........ | TAILROOM |
 *
 * Nothing waits here: what can't be sent immediately is dropped, as it would be by a router. Media tolerates loss but
 * not delay.
 */

import { parseAddress } from "../admission/address.ts";
import type { Address } from "../admission/address.ts";
import { type Cancel, type Clock, SECOND } from "../base/clock.ts";
import { describeError, type Log } from "../base/log.ts";
import type { Allocation, TurnPath } from "./allocation.ts";
import { type DatagramSocket, type Endpoint, openDatagramSocket } from "./datagram_socket.ts";
import { HEADROOM, TAILROOM } from "./packet.ts";
import { MAX_MESSAGE_BYTES } from "./turn_limits.ts";
import type { TurnServer } from "./turn_server.ts";

/** Datagrams that the system may not have taken yet. What exceeds them is dropped. */
export const MAX_PENDING_SENDS = 256;

/** How long after an error of the socket it is opened again, in milliseconds. */
export const REOPEN_INTERVAL = SECOND;

/** A longer datagram fills the whole buffer, so that it is known to be cut off. */
const BUFFER_BYTES = HEADROOM + MAX_MESSAGE_BYTES + 1 + TAILROOM;

export interface UdpTransportOptions extends Endpoint {
  readonly server: Pick<TurnServer, "receive">;
  readonly clock: Pick<Clock, "every">;
  readonly log: Log;
  /** {@linkcode openDatagramSocket}, or that of a test. */
  readonly open?: (at: Endpoint) => Promise<DatagramSocket>;
}

/** The socket, and the clients behind it. */
export class UdpTransport {
  /** How many datagrams could not be sent. */
  dropped = 0;
  readonly #options: UdpTransportOptions;
  /** The clients with an allocation, by address and port. */
  readonly #paths = new Map<string, UdpPath>();
  readonly #free: Uint8Array[] = [];
  /** The buffer whose datagram is being handled. */
  #current: Uint8Array | undefined;
  /** Whether that buffer is also being sent. */
  #isKept = false;
  #pending = 0;
  #socket: DatagramSocket | undefined;
  #stopReopening: Cancel | undefined;
  #isClosed = false;

  constructor(options: UdpTransportOptions) {
    this.#options = options;
  }

  /** The port that it listens on; 0 while the socket is not open. */
  get port(): number {
    return this.#socket?.port ?? 0;
  }

  /** How many clients have an allocation. */
  get clients(): number {
    return this.#paths.size;
  }

  /** Whether the socket can't be opened. */
  get isFailing(): boolean {
    return this.#socket === undefined && !this.#isClosed;
  }

  /** Opens the socket. Rejects if the port is taken. */
  async open(): Promise<void> {
    const { hostname, port, open = openDatagramSocket } = this.#options;
    const socket = await open({ hostname, port });
    if (this.#isClosed) return socket.close();
    this.#socket = socket;
    void this.#receiveAll(socket);
  }

  /** Opens the socket, now or as soon as possible. */
  async keepOpen(): Promise<void> {
    await this.open().catch((error) => this.#fail(error));
  }

  close(): void {
    this.#isClosed = true;
    this.#stopReopening?.();
    this.#socket?.close();
    this.#socket = undefined;
  }

  async #receiveAll(socket: DatagramSocket): Promise<void> {
    try {
      while (!this.#isClosed) await this.#receiveOne(socket);
    } catch (error) {
      if (this.#isClosed) return;
      socket.close();
      this.#socket = undefined;
      this.#fail(error);
    }
  }

  async #receiveOne(socket: DatagramSocket): Promise<void> {
    const buffer = this.#free.pop() ?? new Uint8Array(BUFFER_BYTES);
    const view = buffer.subarray(HEADROOM, BUFFER_BYTES - TAILROOM);
    const datagram = await socket.receive(view).catch(unlessUnreachable);
    if (datagram === undefined) return;
    const { length, from } = datagram;
    this.#current = buffer;
    this.#isKept = false;
    this.#handle(buffer, length, from);
    this.#current = undefined;
    if (!this.#isKept) this.#free.push(buffer);
  }

  #handle(buffer: Uint8Array, length: number, from: Endpoint): void {
    const path = this.#paths.get(keyOf(from)) ?? this.#stranger(from);
    if (path === undefined) return;
    this.#options.server.receive(path, { buffer, start: HEADROOM, end: HEADROOM + length });
    if (path.allocation !== undefined) this.#paths.set(path.key, path);
  }

  #stranger(from: Endpoint): UdpPath | undefined {
    const address = parseAddress(from.hostname);
    if (address === undefined) return undefined;
    return new UdpPath(address, from, {
      send: (bytes) => this.#send(bytes, from),
      ended: (path) => void this.#paths.delete(path.key),
    });
  }

  /** Sends bytes from the current buffer as they are. All others may change as soon as this returns. */
  #send(bytes: Uint8Array, to: Endpoint): void {
    if (this.#socket === undefined || this.#pending >= MAX_PENDING_SENDS) {
      return void this.dropped++;
    }
    const buffer = this.#current;
    const isOwn = !this.#isKept && buffer !== undefined && bytes.buffer === buffer.buffer;
    if (isOwn) this.#isKept = true;
    void this.#transmit(
      this.#socket,
      isOwn ? bytes : bytes.slice(),
      to,
      isOwn ? buffer : undefined,
    );
  }

  /** `buffer` is free when the system has taken the bytes. */
  async #transmit(
    socket: DatagramSocket,
    bytes: Uint8Array,
    to: Endpoint,
    buffer: Uint8Array | undefined,
  ): Promise<void> {
    this.#pending++;
    try {
      await socket.send(bytes, to);
    } catch {
      this.dropped++; // The client can't be reached, or the system has no room.
    }
    this.#pending--;
    if (buffer !== undefined) this.#free.push(buffer);
  }

  /** Logs an error, and opens the socket again later. No error of a socket contains the address of a client. */
  #fail(error: unknown): void {
    const { clock, log } = this.#options;
    if (this.#stopReopening !== undefined) return;
    log.error("The relay's UDP socket failed: it is opened again.", describeError(error));
    this.#stopReopening = clock.every(REOPEN_INTERVAL, () => void this.#reopen());
  }

  async #reopen(): Promise<void> {
    const isOpen = await this.open().then(() => true, () => false);
    if (!isOpen || this.#isClosed) return;
    this.#stopReopening?.();
    this.#stopReopening = undefined;
    this.#options.log.info("The relay's UDP socket is open again.");
  }
}

/** On Windows, `receive` reports that an earlier datagram did not reach its client. The socket still works. */
function unlessUnreachable(error: unknown): undefined {
  if (!(error instanceof Deno.errors.ConnectionReset)) throw error;
}

function keyOf({ hostname, port }: Endpoint): string {
  return `${port} ${hostname}`;
}

/** What a path needs of its transport. */
interface PathHost {
  send(bytes: Uint8Array): void;
  ended(path: UdpPath): void;
}

/** A client of the socket. */
class UdpPath implements TurnPath {
  readonly isStream = false;
  readonly address: Address;
  readonly port: number;
  /** Its place in the map of clients. */
  readonly key: string;
  allocation: Allocation | undefined;
  readonly #host: PathHost;

  constructor(address: Address, from: Endpoint, host: PathHost) {
    this.address = address;
    this.port = from.port;
    this.key = keyOf(from);
    this.#host = host;
  }

  send(bytes: Uint8Array): void {
    this.#host.send(bytes);
  }

  ended(): void {
    this.#host.ended(this);
  }
}
