/** A client without a page: speaks version 1 over npm's `ws`, and keeps what comes until a test asks for it. */

// @ts-types="@types/ws"
import { WebSocket } from "ws";
import { type ClientMessage, LEAVE_CODE, type ServerMessage, SUBPROTOCOL } from "../../protocol.ts";

type Received = ServerMessage | Uint8Array;

/** How a client comes. */
export interface ComingFrom {
  readonly headers?: Record<string, string>;
  /** The address at this end, one of the loopback's; 127.0.0.1 unless said. */
  readonly localAddress?: string;
}

/** One connection. */
export class BareClient {
  readonly socket: WebSocket;
  /** How the connection ended. */
  readonly closed: Promise<{ code: number; reason: string }>;
  readonly #received: Received[] = [];
  #arrived = (): void => {};
  #ended = false;
  /** What it was welcomed with. */
  token = "";

  constructor(url: string, from: ComingFrom = {}) {
    this.socket = new WebSocket(url, SUBPROTOCOL, {
      ...from,
      perMessageDeflate: false,
      rejectUnauthorized: false, // Whom to trust is what other tests are about.
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

  /** Connects and is welcomed. */
  static async enter(url: string, from: ComingFrom = {}): Promise<BareClient> {
    const client = new BareClient(url, from);
    client.token = (await client.next("welcome")).token;
    return client;
  }

  /** Two who are chatting. */
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

  /** The next control message of this type; what comes before it is dropped. */
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

  /** The next frame; what comes before it is dropped. */
  async frame(): Promise<Uint8Array> {
    return await this.#take((one) => one instanceof Uint8Array);
  }

  /** Closes the connection as a page does that is closed: it says that it leaves. */
  leave(): void {
    this.socket.close(LEAVE_CODE);
  }

  /** Cuts the connection without a word. */
  vanish(): void {
    this.socket.terminate();
  }

  async #take<T extends Received>(wanted: (one: Received) => one is T): Promise<T> {
    for (;;) {
      const index = this.#received.findIndex(wanted);
      if (index >= 0) return this.#received.splice(0, index + 1).at(-1) as T;
      if (this.#ended) throw new Error("Cannot go on: the connection has ended");
      await new Promise<void>((resolve) => this.#arrived = resolve);
    }
  }
}
