/** A server that sends only what a test tells it to send. */

import { once } from "node:events";
// @ts-types="@types/ws"
import { type WebSocket, WebSocketServer } from "ws";
import type { ServerMessage } from "../../protocol.ts";

/** A connection, from the server's side. */
export class ScriptedLine {
  /** What the client has sent: the type of each control message, and "frame" for each frame. */
  readonly heard: string[] = [];
  /** The control messages themselves. */
  readonly messages: unknown[] = [];
  readonly #socket: WebSocket;

  constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.on("message", (data: Uint8Array, isBinary: boolean) => {
      if (isBinary) return void this.heard.push("frame");
      const message = JSON.parse(String(data));
      this.heard.push(message.type);
      this.messages.push(message);
    });
  }

  /** Sends all this. Resolves when the client has received it and the client's replies have arrived. */
  async say(...said: readonly (ServerMessage | Uint8Array)[]): Promise<void> {
    for (const one of said) {
      this.#socket.send(one instanceof Uint8Array ? one : JSON.stringify(one));
    }
    await this.settled();
  }

  /** Resolves when everything in flight has arrived, in both directions. */
  async settled(): Promise<void> {
    const answered = once(this.#socket, "pong");
    this.#socket.ping();
    await answered;
  }

  /** Terminates the connection without a close frame. */
  cut(): void {
    this.#socket.terminate();
  }
}

/** A server that records its connections. */
export class ScriptedServer implements AsyncDisposable {
  /** Every connection so far. */
  readonly lines: ScriptedLine[] = [];
  readonly #server: WebSocketServer;

  private constructor(server: WebSocketServer) {
    this.#server = server;
    server.on("connection", (socket) => this.lines.push(new ScriptedLine(socket)));
  }

  /** Listens on a port that the system chooses. */
  static async start(): Promise<ScriptedServer> {
    const server = new WebSocketServer({ host: "127.0.0.1", port: 0 });
    await once(server, "listening");
    return new ScriptedServer(server);
  }

  get url(): string {
    const address = this.#server.address();
    if (address === null || typeof address === "string") throw new Error("Cannot say where");
    return `ws://127.0.0.1:${address.port}/ws`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const line of this.lines) line.cut();
    const closed = once(this.#server, "close");
    this.#server.close();
    await closed;
  }
}
