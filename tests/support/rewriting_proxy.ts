/**
 * A proxy that changes the head of each request, as a misconfigured proxy does. It forwards everything after the head
 * unread, so each connection carries one request.
 */

import { connect, createServer, type Server, type Socket } from "node:net";
import type { AddressInfo } from "node:net";

const END_OF_LINE = "\r\n";
const END_OF_HEAD = END_OF_LINE + END_OF_LINE;

/** A running proxy on the loopback address. */
export class RewritingProxy implements AsyncDisposable {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  private constructor(target: number, rewrite: (head: string) => string) {
    this.#server = createServer((client) => {
      this.#track(client);
      let received = "";
      const onData = (data: { toString(encoding: "latin1"): string }): void => {
        received += data.toString("latin1");
        if (!received.includes(END_OF_HEAD)) return;
        const end = received.indexOf(END_OF_HEAD) + END_OF_LINE.length;
        client.off("data", onData);
        const server = this.#track(connect(target, "127.0.0.1"));
        server.write(rewrite(received.slice(0, end)) + received.slice(end), "latin1");
        client.pipe(server).pipe(client);
      };
      client.on("data", onData);
    });
  }

  /** Starts a proxy in front of the program at port `target`. */
  static async start(target: number, rewrite: (head: string) => string): Promise<RewritingProxy> {
    const proxy = new RewritingProxy(target, rewrite);
    await new Promise<void>((resolve) => proxy.#server.listen(0, "127.0.0.1", resolve));
    return proxy;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get site(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #track(socket: Socket): Socket {
    this.#sockets.add(socket);
    socket.on("error", () => {}); // `close` follows.
    socket.on("close", () => this.#sockets.delete(socket));
    return socket;
  }
}
