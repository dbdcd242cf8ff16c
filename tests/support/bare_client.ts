/** A client without a page. It speaks version 1 over npm's `ws` and keeps incoming messages until a test reads them. */

// @ts-types="@types/ws"
import { WebSocket } from "ws";
import { type ClientMessage, LEAVE_CODE, type ServerMessage, SUBPROTOCOL } from "../../protocol.ts";

type Received = ServerMessage | Uint8Array;

/** Where a client connects from. */
export interface ComingFrom {
  readonly headers?: Record<string, string>;
  /** The local address, a loopback address. Defaults to 127.0.0.1. */
  readonly localAddress?: string;
}

/** One connection. */
export class BareClient {
  readonly socket: WebSocket;
  /** The close code and reason, once the connection is closed. */
  readonly closed: Promise<{ code: number; reason: string }>;
  readonly #received: Received[] = [];
  #arrived = (): void => {};
  #ended = false;
  /** The resume token from `welcome`. */
  token = "";

  constructor(url: string, from: ComingFrom = {}) {
    this.socket = new WebSocket(url, SUBPROTOCOL, {
      ...from,
      perMessageDeflate: false,
      rejectUnauthorized: false, // Other tests cover certificate validation.
    });
    this.socket.on("error", () => {}); // `close` follows.
    this.socket.on("message", (data: Uint8Array, isBinary: boolean) => {
      this.#received.push(isBinary ? Uint8Array.from(data) : JSON.parse(String(data)));
      this.#arrived();
    });
    this.closed = new Promise((resolve) =>
      this.socket.on("close", (code, reason) => {
        this.#ended = true;
        this.#arrived();
        resolve({ code, reason: String(reason) });
      })
    );
  }

  /** Connects and waits for `welcome`. */
  static async enter(url: string, from: ComingFrom = {}): Promise<BareClient> {
    const client = new BareClient(url, from);
    client.token = (await client.next("welcome")).token;
    return client;
  }

  /** Two clients that are chatting. */
  static async pair(url: string, from: ComingFrom = {}): Promise<[BareClient, BareClient]> {
    const [a, b] = await Promise.all([BareClient.enter(url, from), BareClient.enter(url, from)]);
    for (const client of [a, b]) client.tell({ type: "find", mode: "text", interests: [] });
    await Promise.all([a.next("paired"), b.next("paired")]);
    return [a, b];
  }

  tell(message: ClientMessage): void {
    this.socket.send(JSON.stringify(message));
  }

  send(frame: Uint8Array): void {
    this.socket.send(frame);
  }

  /** The next control message of this type. Messages before it are dropped. */
  async next<T extends ServerMessage["type"]>(type: T): Promise<ServerMessage & { type: T }> {
    return await this.nextOf(type);
  }

  /** The next control message of one of these types. */
  async nextOf<T extends ServerMessage["type"]>(
    ...types: readonly T[]
  ): Promise<ServerMessage & { type: T }> {
    const isIt = (one: Received): one is ServerMessage & { type: T } =>
      !(one instanceof Uint8Array) && types.some((type) => type === one.type);
    return await this.#take(isIt);
  }

  /** The next binary frame. Messages before it are dropped. */
  async frame(): Promise<Uint8Array> {
    return await this.#take((one) => one instanceof Uint8Array);
  }

  /** Closes the connection the way a page does when it is closed, with the leave code. */
  leave(): void {
    this.socket.close(LEAVE_CODE);
  }

  /** Terminates the connection without a close frame. */
  vanish(): void {
    this.socket.terminate();
  }

  async #take<T extends Received>(wanted: (one: Received) => one is T): Promise<T> {
    for (;;) {
      const index = this.#received.findIndex(wanted);
      if (index >= 0) return this.#received.splice(0, index + 1).at(-1) as T;
      if (this.#ended) throw new Error("Cannot continue: the connection has ended");
      await new Promise<void>((resolve) => this.#arrived = resolve);
    }
  }
}
