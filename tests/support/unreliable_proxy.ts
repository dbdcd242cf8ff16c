/**
 * A proxy between a browser and a server that behaves like a bad network. It forwards bytes, and can drop, stall, delay,
 * strand and half-close connections, and recover.
 *
 *   browser ── http://127.0.0.1:proxy ──> UnreliableProxy ──> http://127.0.0.1:server
 *
 * A stalled connection is like one whose packets get lost: neither end is told, and what was sent arrives when the
 * connection recovers, because TCP sends it again. A connection that one end gives up meanwhile stays open at the
 * other, as it does when the last packets are lost, too.
 */

import { delay } from "../../server/base/timeout.ts";

/** `up` is from the browser to the server. */
export type Direction = "up" | "down";

const DIRECTIONS: readonly Direction[] = ["up", "down"];

/** A proxy that initially works. */
export class UnreliableProxy implements Disposable {
  readonly #listener: Deno.TcpListener;
  #target: number;
  readonly #connections = new Set<Connection>();
  readonly #network = { up: new Path(), down: new Path() };
  #isDown = false;
  /** How often connections were ended. One that is being opened meanwhile ends, too. */
  #cuts = 0;

  constructor(target: number) {
    this.#target = target;
    this.#listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    this.#accept();
  }

  get site(): string {
    return `http://127.0.0.1:${this.#listener.addr.port}`;
  }

  /** Directs new connections to another server, as a load balancer does. */
  setTarget(target: number): void {
    this.#target = target;
  }

  /** Ends all connections, and refuses new ones. */
  drop(): void {
    this.#isDown = true;
    this.cut();
  }

  /** Ends all connections. New ones are accepted. */
  cut(): void {
    this.#cuts++;
    for (const connection of this.#connections) connection.close();
  }

  /** Accepts connections again. */
  restore(): void {
    this.#isDown = false;
  }

  /** Stops forwarding in silence. New connections are accepted, and get no answer either. */
  stall(...directions: readonly Direction[]): void {
    for (const direction of orBoth(directions)) this.#network[direction].stall();
  }

  /** Forwards again, beginning with what was sent meanwhile. */
  recover(): void {
    for (const direction of DIRECTIONS) this.#network[direction].recover();
  }

  /**
   * Leaves existing connections silent for good: nothing on them arrives any longer, not even their end. New
   * connections work. This happens when a phone changes its network, or when a router forgets a connection.
   */
  strand(): void {
    for (const connection of this.#connections) connection.strand();
  }

  /** Delivers everything `ms` milliseconds later, each way, in order. */
  setDelay(ms: number, ...directions: readonly Direction[]): void {
    for (const direction of orBoth(directions)) this.#network[direction].delay = ms;
  }

  /** Ends one direction of every connection, after what was sent before. */
  halfClose(direction: Direction): void {
    for (const connection of this.#connections) connection.halfClose(direction);
  }

  [Symbol.dispose](): void {
    this.#listener.close();
    this.drop();
    this.recover();
  }

  async #accept(): Promise<void> {
    for await (const browser of this.#listener) {
      if (this.#isDown) browser.close();
      else this.#join(browser);
    }
  }

  async #join(browser: Deno.TcpConn): Promise<void> {
    const cuts = this.#cuts;
    const server = await Deno.connect({ hostname: "127.0.0.1", port: this.#target })
      .catch(() => undefined);
    if (server === undefined || cuts !== this.#cuts) return closeAll(browser, server);
    const connection = new Connection(browser, server, this.#network);
    this.#connections.add(connection);
    await connection.done;
    this.#connections.delete(connection);
  }
}

function orBoth(directions: readonly Direction[]): readonly Direction[] {
  return directions.length === 0 ? DIRECTIONS : directions;
}

/** One direction of the network: whether it forwards, and how late. */
class Path {
  delay = 0;
  #open: Promise<void> = Promise.resolve();
  #recover = (): void => {};

  stall(): void {
    this.#recover();
    this.#open = new Promise((resolve) => this.#recover = resolve);
  }

  recover(): void {
    this.#recover();
  }

  /** Resolves when something sent at `sent` may arrive (milliseconds, `performance.now`). */
  async pass(sent: number): Promise<void> {
    const rest = sent + this.delay - performance.now();
    if (rest > 0) await delay(rest);
    await this.#open;
  }
}

/** One connection of the browser, and that of the proxy to the server. */
class Connection {
  readonly #browser: Deno.TcpConn;
  readonly #server: Deno.TcpConn;
  #isStranded = false;
  /** Resolves when both directions have ended. */
  readonly done: Promise<void>;

  constructor(
    browser: Deno.TcpConn,
    server: Deno.TcpConn,
    network: Readonly<Record<Direction, Path>>,
  ) {
    this.#browser = browser;
    this.#server = server;
    const isStranded = (): boolean => this.#isStranded;
    this.done = Promise.all([
      forward(browser, server, network.up, isStranded),
      forward(server, browser, network.down, isStranded),
    ]).then(() => this.close());
  }

  strand(): void {
    this.#isStranded = true;
  }

  halfClose(direction: Direction): void {
    const end = direction === "up" ? this.#server : this.#browser;
    end.closeWrite().catch(() => {}); // It may have ended already.
  }

  close(): void {
    closeAll(this.#browser, this.#server);
  }
}

/** Forwards from one end to the other until the first ends, and then ends the other. What is stranded is discarded. */
async function forward(
  from: Deno.TcpConn,
  to: Deno.TcpConn,
  path: Path,
  isStranded: () => boolean,
): Promise<void> {
  let written: Promise<void> = Promise.resolve();
  const write = (data: Uint8Array | undefined, sent: number): void => {
    written = written.then(async () => {
      await path.pass(sent);
      if (isStranded()) return;
      if (data === undefined) await to.closeWrite();
      else await writeAll(to, data);
    }).catch(() => {}); // Either end may disconnect at any time.
  };
  const buffer = new Uint8Array(65_536);
  for (;;) {
    const count = await from.read(buffer).catch(() => null);
    write(count === null ? undefined : buffer.slice(0, count), performance.now());
    if (count === null) return await written;
  }
}

async function writeAll(to: Deno.TcpConn, data: Uint8Array): Promise<void> {
  for (let rest = data; rest.length > 0;) rest = rest.subarray(await to.write(rest));
}

function closeAll(...ends: readonly (Deno.TcpConn | undefined)[]): void {
  for (const end of ends) {
    try {
      end?.close();
    } catch {
      // It is closed already.
    }
  }
}
