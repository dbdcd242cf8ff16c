/** A WebSocket proxy that forwards messages and closes both ends when a test tells it to. */

import { type RawData, WebSocket, WebSocketServer } from "ws";
import type { AddressInfo } from "node:net";
import { SUBPROTOCOL } from "../../protocol.ts";

/** Reported for a close frame without a status code (RFC 6455 section 7.1.5). */
const NO_STATUS = 1005;

/** A proxy in front of one WebSocket endpoint, on a port of the loopback address. */
export class ClosingProxy implements AsyncDisposable {
  readonly #server: WebSocketServer;
  readonly #sockets = new Set<WebSocket>();

  private constructor(server: WebSocketServer, target: string) {
    this.#server = server;
    server.on("connection", (near) => this.#connect(near, target));
  }

  /** Starts a proxy in front of the endpoint at `target`. */
  static async start(target: string): Promise<ClosingProxy> {
    const server = new WebSocketServer({ port: 0, host: "127.0.0.1" });
    await new Promise((resolve) => server.once("listening", resolve));
    return new ClosingProxy(server, target);
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Closes every connection at both ends. */
  close(code: number, reason: string): void {
    for (const socket of this.#sockets) {
      if (code === NO_STATUS) socket.close();
      else closeWith(socket, code, reason);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.terminate();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #connect(near: WebSocket, target: string): void {
    const far = new WebSocket(target, SUBPROTOCOL);
    const waiting: [RawData, boolean][] = [];
    const pass = (data: RawData, isBinary: boolean): void => far.send(data, { binary: isBinary });
    near.on("message", (data, isBinary) => {
      if (far.readyState === WebSocket.OPEN) pass(data, isBinary);
      else waiting.push([data, isBinary]);
    });
    far.on("open", () => waiting.splice(0).forEach((message) => pass(...message)));
    far.on("message", (data, isBinary) => near.send(data, { binary: isBinary }));
    for (const [socket, other] of [[near, far], [far, near]] as const) {
      this.#sockets.add(socket);
      socket.on("error", () => {}); // `close` follows.
      socket.on("close", (code, reason) => {
        this.#sockets.delete(socket);
        closeWith(other, code, reason.toString());
      });
    }
  }
}

/** Forwards a close. A connection that ended without a close frame ends the same way on the other side. */
function closeWith(socket: WebSocket, code: number, reason: string): void {
  if (socket.readyState !== WebSocket.OPEN) return;
  if (code === NO_STATUS) socket.close();
  else if (code === 1006) socket.terminate();
  else socket.close(code, reason);
}
