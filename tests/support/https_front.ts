/**
 * The proxy that an operator puts in front of the program, in a few lines: it ends TLS, says so to the program, and
 * sends visitors who came by plain HTTP to https. It is for tests that need https, wss, or what the program does only
 * behind a proxy (`--trust-proxy=1`).
 *
 * One port speaks both protocols, so that `https://host:port/` and `http://host:port/` are the same site, as they are
 * with 443 and 80, but without the rights that those ask for. The first byte tells them apart: a TLS connection begins
 * with a handshake record, and no HTTP method begins with its number.
 *
 *     client ---- door ---+-- 0x16 --> TLS ---- head rewritten ----> program
 *                         |
 *                         +-- else --> 301 to https
 *
 * After the head of a request everything is poured through unread, in both directions, so a WebSocket needs nothing of
 * its own and the program's headers arrive as they were sent. The price: one request per connection, because a second
 * one would slip through with its head as the client wrote it.
 *
 * The certificate is its own authority, made anew for every front; a client has to be told to trust it.
 */

import { Buffer } from "node:buffer";
import { selfSigned } from "./certificate.ts";

/** How a test wants its front. */
export interface HttpsFrontOptions {
  /** The port of the program, on this machine. */
  readonly target: number;
  /** The name that the certificate is for. */
  readonly host?: string;
  /** 0, the default, lets the system choose. */
  readonly port?: number;
}

const LOOPBACK = "127.0.0.1";

/** The type of the record that a TLS connection begins with (RFC 8446 section 5.1). */
const TLS_HANDSHAKE = 22;

const END_OF_HEAD = "\r\n\r\n";

/** A front at work. */
export class HttpsFront implements AsyncDisposable {
  /** What clients have to trust, in PEM. */
  readonly certificate: string;
  readonly #host: string;
  readonly #target: number;
  readonly #door: Deno.TcpListener;
  readonly #tls: Deno.TlsListener;
  /** What is open, and the work that ends when it is closed. */
  readonly #open = new Set<Deno.Conn>();
  readonly #work = new Set<Promise<void>>();

  private constructor({ target, host = "localhost", port = 0 }: HttpsFrontOptions) {
    const { cert, key } = selfSigned(host);
    this.certificate = cert;
    this.#host = host;
    this.#target = target;
    this.#door = Deno.listen({ hostname: LOOPBACK, port });
    this.#tls = Deno.listenTls({ hostname: LOOPBACK, port: 0, cert, key });
    this.#track(this.#serve(this.#door, (client) => this.#welcome(client)));
    this.#track(this.#serve(this.#tls, (client) => this.#forward(client)));
  }

  /** Listens on the loopback address. */
  static start(options: HttpsFrontOptions): HttpsFront {
    return new HttpsFront(options);
  }

  get port(): number {
    return this.#door.addr.port;
  }

  /** Host and port, as they stand in a URL and in the `Host` header. */
  get authority(): string {
    return `${this.#host}:${this.port}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#door.close();
    this.#tls.close();
    while (this.#work.size > 0) { // A visitor may just have come in.
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

  /** Work that fails has lost its connection: the other side is closed, too, and nobody needs to know. */
  #track(work: Promise<void>): void {
    const settled = work.catch(() => {}).finally(() => this.#work.delete(settled));
    this.#work.add(settled);
  }

  /** Uses a connection and closes it. */
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

  /** Connects to a port here, sends what came so far, and pours the rest through until both sides have ended. */
  async #pass(client: Deno.Conn, start: Buffer, port: number): Promise<void> {
    const server = await Deno.connect({ hostname: LOOPBACK, port });
    await this.#hold(server, async () => {
      await write(server, start);
      await Promise.all([pour(client, server), pour(server, client)]);
    });
  }
}

/** What a proxy tells the program, and what it doesn't let a client say in its place. */
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

/** Reads on until there is enough. */
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

/** Sends on what comes, then the end. */
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
    // It was closed already.
  }
}
