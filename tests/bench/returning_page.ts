/**
 * A page without a browser: the page's own connection (`client/net/connection.ts`), and a visitor who searches again as
 * soon as that is possible. A page whose chat is lost shows that, and its visitor presses "New chat". Here that takes no
 * time, which is the worst case for the server.
 */

import { Connection } from "../../client/net/connection.ts";
import { readRefusal } from "../../client/net/refusal.ts";
import {
  type ClientMessage,
  type ConnectionRefusal,
  type ServerMessage,
  SOCKET_PATH,
} from "../../protocol.ts";
import { PageSocket } from "./page_socket.ts";

const FIND: ClientMessage = { type: "find", mode: "text", interests: [] };

/** The response to a plain request to the socket's path when nothing refuses the connection. */
const UPGRADE_REQUIRED = "HTTP/1.1 426 ";

export interface ReturningPageOptions {
  /** The port of the server, which trusts one proxy. */
  readonly port: number;
  /** The address that the proxy reports. */
  readonly address: string;
  /** From 0 to below 1. */
  readonly random: () => number;
}

export class ReturningPage {
  readonly #options: ReturningPageOptions;
  readonly #connection: Connection;
  #searches: boolean;
  /** The server is about to go away, so searching there makes no sense. */
  #isDraining = false;
  /** The connection presents a token, so that `resumed` follows `welcome`. */
  #mayResume = false;
  state: "away" | "welcome" | "chatting" = "away";
  /** How often it has tried to connect, and how often it was refused, with a reason. */
  attempts = 0;
  refusals = 0;
  /** When the connection was last lost, and when the page was last welcome or in a chat, on the monotonic clock. */
  lostAt = NaN;
  servedAt = NaN;

  /** A page that searches at once if `searches`, and otherwise after its connection has been lost. */
  constructor(options: ReturningPageOptions, searches: boolean) {
    this.#options = options;
    this.#searches = searches;
    this.#connection = new Connection({
      dial: () => this.#dial(),
      later,
      now: () => performance.now(),
      random: options.random,
      onMessage: (message) => this.#hear(message),
      onFrame: () => {},
      onDown: (mayResume) => this.#down(mayResume),
      askRefusal: () => this.#askRefusal(),
      onRefused: () => this.refusals++,
      onFiltered: () => {},
    });
  }

  leave(): void {
    this.#connection.leave();
  }

  #dial(): WebSocket {
    this.attempts++;
    const { port, address } = this.#options;
    return new PageSocket(port, address) as unknown as WebSocket; // It has what the connection uses.
  }

  #down(mayResume: boolean): void {
    if (this.state !== "away") this.lostAt = performance.now();
    this.state = "away";
    this.#mayResume = mayResume;
    this.#searches = true;
    this.#isDraining = false;
  }

  #hear(message: ServerMessage): void {
    switch (message.type) {
      case "welcome":
        if (!this.#mayResume) this.#begin();
        return;
      case "resumed":
        return message.chatting ? this.#serve("chatting") : this.#begin();
      case "paired":
        return this.#serve("chatting");
      case "draining":
        this.#isDraining = true;
        return;
      case "partner-left":
        return this.#begin();
      case "error":
        if (message.code !== "too-fast") return;
        return void later((message.seconds ?? 1) * 1000, () => this.#connection.tell(FIND));
    }
  }

  /** The page is in no chat. */
  #begin(): void {
    this.#serve("welcome");
    if (this.#searches && !this.#isDraining) this.#connection.tell(FIND);
  }

  #serve(state: "welcome" | "chatting"): void {
    this.state = state;
    this.servedAt = performance.now();
  }

  /** Asks what `askRefusal` of the page asks, with a request that costs less than `fetch`. */
  async #askRefusal(): Promise<ConnectionRefusal | "none" | undefined> {
    const { port, address } = this.#options;
    const lines = [
      `GET ${SOCKET_PATH} HTTP/1.1`,
      "Host: localhost",
      `X-Forwarded-For: ${address}`,
      "Connection: close",
    ];
    try {
      using connection = await Deno.connect({ hostname: "127.0.0.1", port });
      await connection.write(new TextEncoder().encode([...lines, "", ""].join("\r\n")));
      const [head = "", body = ""] = (await textOf(connection)).split("\r\n\r\n");
      return head.startsWith(UPGRADE_REQUIRED) ? "none" : readRefusal(JSON.parse(body));
    } catch {
      return undefined; // The server is down.
    }
  }
}

/** Everything that a connection sends until it ends. */
async function textOf(connection: Deno.TcpConn): Promise<string> {
  const [buffer, decoder] = [new Uint8Array(4096), new TextDecoder()];
  let text = "";
  for (let count; (count = await connection.read(buffer)) !== null;) {
    text += decoder.decode(buffer.subarray(0, count), { stream: true });
  }
  return text;
}

function later(ms: number, task: () => void): () => void {
  const timer = setTimeout(task, Math.ceil(ms));
  return () => clearTimeout(timer);
}
