/** The proxy for bad connections, in front of a server that sends everything back. */

import { deepEqual, equal, ok } from "node:assert/strict";
import { delay } from "../../server/base/timeout.ts";
import { Stopwatch } from "./stopwatch.ts";
import { UnreliableProxy } from "./unreliable_proxy.ts";
import { within } from "./wait_until.ts";

/** Long enough for bytes on the loopback address to arrive, in milliseconds. */
const SOON = 100;

/** A server that sends back what it receives, after its name. */
class EchoServer implements Disposable {
  readonly #listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  readonly #connections: Deno.TcpConn[] = [];
  readonly #name: string;
  /** How many connections have ended. */
  ended = 0;

  constructor(name = "") {
    this.#name = name;
    this.#accept();
  }

  get port(): number {
    return this.#listener.addr.port;
  }

  [Symbol.dispose](): void {
    this.#listener.close();
    for (const connection of this.#connections) close(connection);
  }

  async #accept(): Promise<void> {
    for await (const connection of this.#listener) {
      this.#connections.push(connection);
      this.#echo(connection).catch(() => {}).finally(() => this.ended++);
    }
  }

  async #echo(connection: Deno.TcpConn): Promise<void> {
    await connection.write(new TextEncoder().encode(this.#name));
    await connection.readable.pipeTo(connection.writable);
  }
}

/** A client that collects what it receives. */
class Client implements Disposable {
  readonly #connection: Deno.TcpConn;
  received = "";
  isEnded = false;

  private constructor(connection: Deno.TcpConn) {
    this.#connection = connection;
    this.#read().catch(() => {}).finally(() => this.isEnded = true);
  }

  static async connect(proxy: UnreliableProxy): Promise<Client> {
    const port = Number(new URL(proxy.site).port);
    return new Client(await Deno.connect({ hostname: "127.0.0.1", port }));
  }

  async send(text: string): Promise<void> {
    await this.#connection.write(new TextEncoder().encode(text));
  }

  /** Waits until this is all that has been received. */
  async receives(text: string): Promise<void> {
    await until(() => this.received.length >= text.length);
    equal(this.received, text);
  }

  async ends(): Promise<void> {
    await until(() => this.isEnded);
  }

  [Symbol.dispose](): void {
    close(this.#connection);
  }

  async #read(): Promise<void> {
    const decoder = new TextDecoder();
    const buffer = new Uint8Array(1_024);
    for (let count; (count = await this.#connection.read(buffer)) !== null;) {
      this.received += decoder.decode(buffer.subarray(0, count), { stream: true });
    }
  }
}

async function until(holds: () => boolean): Promise<void> {
  await within((async () => {
    while (!holds()) await delay(5);
  })());
}

function close(connection: Deno.TcpConn): void {
  try {
    connection.close();
  } catch {
    // It has ended already.
  }
}

Deno.test("Proxy forwards both ways, and delivers in order after a stall of either direction", async () => {
  using server = new EchoServer();
  using proxy = new UnreliableProxy(server.port);
  using client = await Client.connect(proxy);
  await client.send("a");
  await client.receives("a");
  for (const direction of ["up", "down"] as const) {
    const before = client.received;
    proxy.stall(direction);
    await client.send("b");
    await client.send("c");
    await delay(SOON);
    equal(client.received, before, direction);
    proxy.recover();
    await client.receives(`${before}bc`);
  }
});

Deno.test("Proxy accepts a connection during a stall, and answers it after the recovery", async () => {
  using server = new EchoServer();
  using proxy = new UnreliableProxy(server.port);
  proxy.stall();
  using client = await Client.connect(proxy);
  await client.send("early");
  await delay(SOON);
  equal(client.received, "");
  proxy.recover();
  await client.receives("early");
});

Deno.test("Proxy delays each way without holding up what follows", async () => {
  using server = new EchoServer();
  using proxy = new UnreliableProxy(server.port);
  using client = await Client.connect(proxy);
  proxy.setDelay(SOON);
  const watch = new Stopwatch();
  const start = performance.now();
  for (const letter of "abcdef") await client.send(letter);
  await client.receives("abcdef");
  const passed = performance.now() - start;
  ok(passed >= 2 * SOON - 1 && watch.ms < 6 * SOON, `${passed} ms, ${watch.ms} ms`);
});

Deno.test("Proxy refuses connections while it is down, and ends those that it has", async () => {
  using server = new EchoServer();
  using proxy = new UnreliableProxy(server.port);
  using client = await Client.connect(proxy);
  await client.send("a");
  await client.receives("a");
  proxy.drop();
  await client.ends();
  using refused = await Client.connect(proxy);
  await refused.ends();
  proxy.restore();
  using next = await Client.connect(proxy);
  await next.send("b");
  await next.receives("b");
  await until(() => server.ended === 1);
});

Deno.test("Proxy cuts connections, and directs new ones to another server", async () => {
  using one = new EchoServer("one:");
  using other = new EchoServer("other:");
  using proxy = new UnreliableProxy(one.port);
  using client = await Client.connect(proxy);
  await client.receives("one:");
  proxy.setTarget(other.port);
  proxy.cut();
  await client.ends();
  using next = await Client.connect(proxy);
  await next.receives("other:");
});

Deno.test("Proxy half-closes one direction, and the other still delivers", async () => {
  using server = new EchoServer();
  using proxy = new UnreliableProxy(server.port);
  using client = await Client.connect(proxy);
  await client.send("a");
  await client.receives("a");
  proxy.stall("down");
  await client.send("b");
  await delay(SOON);
  proxy.halfClose("up"); // The server has read "b", and now reads the end.
  await until(() => server.ended === 1);
  equal(client.isEnded, false);
  proxy.recover();
  await client.ends();
  equal(client.received, "ab");
});

Deno.test("Proxy leaves stranded connections silent for good, and neither end learns that the other has ended", async () => {
  using server = new EchoServer();
  using proxy = new UnreliableProxy(server.port);
  using client = await Client.connect(proxy);
  await client.send("a");
  await client.receives("a");
  proxy.stall();
  await client.send("in flight");
  proxy.strand();
  proxy.recover();
  await client.send("lost");
  using next = await Client.connect(proxy);
  await next.send("b");
  await next.receives("b");
  client[Symbol.dispose]();
  await delay(SOON);
  deepEqual([client.received, server.ended], ["a", 0]);
});
