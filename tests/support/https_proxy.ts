/**
 * The proxy that an operator puts in front of the program, in a few lines. It terminates TLS, tells the program so, and
 * redirects plain HTTP to https. It serves tests that need https, wss, or what the program does only behind a proxy
 * (`--trust-proxy=1`).
 *
 * One port speaks both protocols, so that `https://host:port/` and `http://host:port/` are the same site, as with 443
 * and 80, but without the privileges that those ports require. The first byte tells them apart: a TLS connection begins
 * with a handshake record, and no HTTP method begins with that byte.
 *
 *     client ---- port ---+-- 0x16 --> TLS ---- head rewritten ----> program
 *                         |
 *                         +-- else --> 301 to https
 *
 * After the head of a request, everything is forwarded unread in both directions. WebSocket therefore needs no special
 * handling, and the program's headers arrive unchanged. The price is one request per connection, because the head of a
 * second one would pass through as the client wrote it.
 *
 * The certificate is self-signed and new for every proxy. Clients have to be told to trust it.
 */

import { Buffer } from "node:buffer";
import { selfSigned } from "./certificate.ts";

export interface HttpsProxyOptions {
  /** The port of the program on this machine. */
  readonly target: number;
  /** The host name in the certificate. */
  readonly host?: string;
  /** 0, the default, lets the system choose. */
  readonly port?: number;
}

const LOOPBACK = "127.0.0.1";

/** The record type that a TLS connection begins with (RFC 8446 section 5.1). */
const TLS_HANDSHAKE = 22;

const END_OF_HEAD = "\r\n\r\n";

/** A running proxy. */
export class HttpsProxy implements AsyncDisposable {
  /** The certificate that clients have to trust, in PEM. */
  readonly certificate: string;
  readonly #host: string;
  readonly #target: number;
  readonly #door: Deno.TcpListener;
  readonly #tls: Deno.TlsListener;
  /** The open connections, and the tasks that end when those are closed. */
  readonly #open = new Set<Deno.Conn>();
  readonly #work = new Set<Promise<void>>();

  private constructor({ target, host = "localhost", port = 0 }: HttpsProxyOptions) {
    const { cert, key } = selfSigned(host);
    this.certificate = cert;
    this.#host = host;
    this.#target = target;
    this.#door = Deno.listen({ hostname: LOOPBACK, port });
    this.#tls = Deno.listenTls({ hostname: LOOPBACK, port: 0, cert, key });
    this.#track(this.#serve(this.#door, (client) => this.#welcome(client)));
    this.#track(this.#serve(this.#tls, (client) => this.#forward(client)));
  }

  /** Starts a proxy on the loopback address. */
  static start(options: HttpsProxyOptions): HttpsProxy {
    return new HttpsProxy(options);
  }

  get port(): number {
    return this.#door.addr.port;
  }

  /** Host and port, as in a URL and in the `Host` header. */
  get authority(): string {
    return `${this.#host}:${this.port}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#door.close();
    this.#tls.close();
    while (this.#work.size > 0) { // A client may just have connected.
      for (const connection of this.#open) shut(connection);
      await Promise.race(this.#work);
    }
  }

  async #serve<C extends Deno.Conn>(
    listener: AsyncIterable<C>,
    handle: (client: C) => Promise<void>,
  ): Promise<void> {
    for await (const client of listener) this.#track(this.#hold(client, () => handle(client)));
  }

  /**
   * Tracks a task until it ends. A failed task has lost its connection and closed the other side, so errors are
   * ignored.
   */
  #track(work: Promise<void>): void {
    const settled = work.catch(() => {}).finally(() => this.#work.delete(settled));
    this.#work.add(settled);
  }

  /** Uses a connection, then closes it. */
  async #hold(connection: Deno.Conn, use: () => Promise<void>): Promise<void> {
    this.#open.add(connection);
    try {
      await use();
    } finally {
      this.#open.delete(connection);
      shut(connection);
    }
  }

  async #welcome(client: Deno.Conn): Promise<void> {
    const start = await read(client, ({ length }) => length > 0);
    if (start[0] === TLS_HANDSHAKE) await this.#pass(client, start, this.#tls.addr.port);
    else await this.#redirect(client, start);
  }

  async #redirect(client: Deno.Conn, start: Buffer): Promise<void> {
    const head = await read(client, isHead, start);
    const [, target] = head.toString("latin1").split(" ", 2);
    await write(
      client,
      "HTTP/1.1 301 Moved Permanently\r\n" +
        `Location: https://${this.authority}${target}\r\n` +
        `Content-Length: 0\r\nConnection: close${END_OF_HEAD}`,
    );
  }

  async #forward(client: Deno.Conn): Promise<void> {
    const received = await read(client, isHead);
    const end = received.indexOf(END_OF_HEAD);
    const head = forwarded(received.toString("latin1", 0, end));
    const start = Buffer.concat([Buffer.from(head, "latin1"), received.subarray(end)]);
    await this.#pass(client, start, this.#target);
  }

  /** Connects to a local port, sends what has been received, and forwards the rest until both sides have ended. */
  async #pass(client: Deno.Conn, start: Buffer, port: number): Promise<void> {
    const server = await Deno.connect({ hostname: LOOPBACK, port });
    await this.#hold(server, async () => {
      await write(server, start);
      await Promise.all([pour(client, server), pour(server, client)]);
    });
  }
}

/** A request head with the proxy's own headers, without those that a client must not set. */
function forwarded(head: string): string {
  const [request, ...fields] = head.split("\r\n");
  const upgrades = fields.some((field) => /^upgrade:/i.test(field));
  const dropped = upgrades ? /^x-forwarded-proto:/i : /^(x-forwarded-proto|connection):/i;
  return [
    request,
    ...fields.filter((field) => !dropped.test(field)),
    ...(upgrades ? [] : ["Connection: close"]),
    "X-Forwarded-Proto: https",
    `X-Forwarded-For: ${LOOPBACK}`,
  ].join("\r\n");
}

function isHead(received: Buffer): boolean {
  return received.includes(END_OF_HEAD);
}

/** Reads until `isEnough` is true. */
async function read(
  from: Deno.Conn,
  isEnough: (received: Buffer) => boolean,
  received: Buffer = Buffer.alloc(0),
): Promise<Buffer> {
  const chunk = new Uint8Array(16 * 1024);
  while (!isEnough(received)) {
    const length = await from.read(chunk);
    if (length === null) throw new Error("Cannot read a request: the connection has ended");
    received = Buffer.concat([received, chunk.subarray(0, length)]);
  }
  return received;
}

async function write(to: Deno.Conn, data: Uint8Array | string): Promise<void> {
  let rest = typeof data === "string" ? Buffer.from(data, "latin1") : data;
  while (rest.length > 0) rest = rest.subarray(await to.write(rest));
}

/** Forwards everything, including the end of the stream. */
async function pour(from: Deno.Conn, to: Deno.Conn): Promise<void> {
  const chunk = new Uint8Array(64 * 1024);
  for (let length; (length = await from.read(chunk)) !== null;) {
    await write(to, chunk.subarray(0, length));
  }
  await to.closeWrite();
}

function shut(connection: Deno.Conn): void {
  try {
    connection.close();
  } catch {
    // It is already closed.
  }
}
