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
 *
 * Datagrams that are waiting are received in one turn of the event loop, but not without limit: after 128 operations
 * Deno lets other sockets have a turn. That is 64 datagrams that are relayed, or 128 that are dropped.
 */

import { type Address, parseAddress } from "../admission/address.ts";
import { type Cancel, type Clock, SECOND } from "../base/clock.ts";
import { describeError, type Log } from "../base/log.ts";
import type { Allocation, TurnPath } from "./allocation.ts";
import {
  type Datagram,
  type DatagramSocket,
  type Endpoint,
  isSource,
  openDatagramSocket,
  type Source,
} from "./datagram_socket.ts";
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
  readonly #free: DatagramBuffer[] = [];
  /** The buffer for the next datagram. */
  #receiving: DatagramBuffer | undefined;
  /** The buffer whose datagram is being handled. */
  #current: DatagramBuffer | undefined;
  /** Whether that buffer is also being sent. */
  #isKept = false;
  #pending = 0;
  /** The system has taken the bytes of a datagram. */
  readonly #taken = (): void => void this.#pending--;
  /** The client can't be reached, or the system has no room. */
  readonly #lost = (): void => {
    this.#pending--;
    this.dropped++;
  };
  /**
   * Handles a datagram. In a loop with `await`, the address of the latest sender would stay in memory until another
   * datagram arrives.
   */
  readonly #received = ([{ length }, from]: Datagram): void => {
    const buffer = this.#receiving ?? this.#newBuffer();
    this.#current = buffer;
    this.#isKept = false;
    try {
      this.#handle(buffer.bytes, length, from);
    } finally { // An error is reported as unhandled, and ends nothing.
      this.#current = undefined;
      if (!this.#isKept) this.#free.push(buffer);
      this.#receiveNext();
    }
  };
  readonly #failed = (error: unknown): void => {
    if (isAboutClient(error)) this.#receiveNext();
    else this.#broke(error);
  };
  readonly #host: PathHost = {
    send: (bytes, to) => this.#send(bytes, to),
    ended: (path) => void this.#paths.delete(path.key),
  };
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
    this.#receiveNext();
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

  #receiveNext(): void {
    if (this.#socket === undefined) return;
    this.#receiving = this.#free.pop() ?? this.#newBuffer();
    this.#socket.receive(this.#receiving.view).then(this.#received, this.#failed);
  }

  #handle(buffer: Uint8Array, length: number, from: Deno.Addr): void {
    if (!isSource(from)) return;
    const key = keyOf(from);
    const path = this.#paths.get(key) ?? new UdpPath(key, from, this.#host);
    this.#options.server.receive(path, { buffer, start: HEADROOM, end: HEADROOM + length });
    if (path.allocation !== undefined && path.isStranger) this.#know(path);
  }

  #know(path: UdpPath): void {
    path.isStranger = false;
    this.#paths.set(path.key, path);
  }

  /** Sends bytes from the current buffer as they are. All others may change as soon as this returns. */
  #send(bytes: Uint8Array, to: Source): void {
    if (this.#socket === undefined || this.#pending >= MAX_PENDING_SENDS) {
      return void this.dropped++;
    }
    this.#pending++;
    const buffer = this.#current;
    if (this.#isKept || buffer === undefined || bytes.buffer !== buffer.bytes.buffer) {
      this.#socket.send(bytes.slice(), to).then(this.#taken, this.#lost);
      return;
    }
    this.#isKept = true;
    this.#socket.send(bytes, to).then(buffer.taken, buffer.lost);
  }

  /** A buffer with functions that are called after it was sent, so that none is created for each packet. */
  #newBuffer(): DatagramBuffer {
    const bytes = new Uint8Array(BUFFER_BYTES);
    const buffer: DatagramBuffer = {
      bytes,
      view: bytes.subarray(HEADROOM, BUFFER_BYTES - TAILROOM),
      taken: () => {
        this.#taken();
        this.#free.push(buffer);
      },
      lost: () => {
        this.#lost();
        this.#free.push(buffer);
      },
    };
    return buffer;
  }

  #broke(error: unknown): void {
    if (this.#isClosed) return;
    this.#socket?.close();
    this.#socket = undefined;
    this.#fail(error);
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
function isAboutClient(error: unknown): boolean {
  return error instanceof Deno.errors.ConnectionReset;
}

function keyOf({ hostname, port }: Endpoint): string {
  return `${port} ${hostname}`;
}

/** A buffer with room around a datagram. */
interface DatagramBuffer {
  readonly bytes: Uint8Array;
  /** Where the datagram is received. */
  readonly view: Uint8Array;
  /** The system has taken what was sent from it. */
  readonly taken: () => void;
  /** The system has not. */
  readonly lost: () => void;
}

/** What a path needs of its transport. */
interface PathHost {
  send(bytes: Uint8Array, to: Source): void;
  ended(path: UdpPath): void;
}

/** A client of the socket. */
class UdpPath implements TurnPath {
  readonly isStream = false;
  /** Its place in the map of clients. */
  readonly key: string;
  allocation: Allocation | undefined;
  /** Whether it is not in the map of clients. */
  isStranger = true;
  readonly #from: Source;
  readonly #host: PathHost;
  #address: Address | undefined;

  constructor(key: string, from: Source, host: PathHost) {
    this.key = key;
    this.#from = from;
    this.#host = host;
  }

  /** Parsed when it is first needed, so never for garbage. */
  get address(): Address {
    return this.#address ??= addressOf(this.#from);
  }

  get port(): number {
    return this.#from.port;
  }

  send(bytes: Uint8Array): void {
    this.#host.send(bytes, this.#from);
  }

  ended(): void {
    this.isStranger = true;
    this.#host.ended(this);
  }
}

function addressOf({ hostname }: Source): Address {
  const address = parseAddress(hostname);
  if (address === undefined) {
    throw new TypeError("a datagram comes from an unknown kind of address");
  }
  return address;
}
