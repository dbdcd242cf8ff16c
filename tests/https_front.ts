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
 * The certificate is its own authority, made anew for every front; a client has to be told to trust it. It is made here
 * because Node and Deno can sign but can't write X.509, and `openssl` isn't everywhere.
 */

import { Buffer } from "node:buffer";
import { generateKeyPairSync, type KeyObject, randomInt, sign } from "node:crypto";

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

/** The tags of ASN.1 that a certificate needs (X.690 section 8). */
const Tag = {
  INTEGER: 0x02,
  BIT_STRING: 0x03,
  OCTET_STRING: 0x04,
  UTF8_STRING: 0x0c,
  UTC_TIME: 0x17,
  SEQUENCE: 0x30,
  SET: 0x31,
  /** In a list of names: the name of a host. */
  DNS_NAME: 0x82,
  /** In a certificate: its version, and its extensions. */
  VERSION: 0xa0,
  EXTENSIONS: 0xa3,
} as const;

/** Object identifiers, encoded, with tag and length. */
const ECDSA_WITH_SHA256 = Buffer.from("06082a8648ce3d040302", "hex");
const COMMON_NAME = Buffer.from("0603550403", "hex");
const SUBJECT_ALT_NAME = Buffer.from("0603551d11", "hex");

const DAY = 24 * 60 * 60 * 1000;

/** A certificate for a host, good for a day, and its private key, both in PEM. */
function selfSigned(host: string): { cert: string; key: string } {
  const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const content = toBeSigned(host, publicKey, Date.now());
  const signature = sign("sha256", content, privateKey);
  const certificate = sequence(content, sequence(ECDSA_WITH_SHA256), bits(signature));
  const base64 = certificate.toString("base64").replace(/.{64}(?=.)/g, "$&\n");
  return {
    cert: `-----BEGIN CERTIFICATE-----\n${base64}\n-----END CERTIFICATE-----\n`,
    key: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
  };
}

/** What a certificate says (RFC 5280 section 4.1.2), in the order of the standard. */
function toBeSigned(host: string, publicKey: KeyObject, now: number): Buffer {
  const name = sequence(der(Tag.SET, sequence(COMMON_NAME, der(Tag.UTF8_STRING, text(host)))));
  const names = sequence(der(Tag.DNS_NAME, text(host)));
  return sequence(
    der(Tag.VERSION, der(Tag.INTEGER, Buffer.of(2))), // Counted from 0: version 3.
    der(Tag.INTEGER, Buffer.of(randomInt(1, 128), randomInt(256), randomInt(256))),
    sequence(ECDSA_WITH_SHA256),
    name,
    sequence(time(now - DAY), time(now + DAY)),
    name,
    publicKey.export({ type: "spki", format: "der" }),
    der(Tag.EXTENSIONS, sequence(sequence(SUBJECT_ALT_NAME, der(Tag.OCTET_STRING, names)))),
  );
}

function sequence(...parts: Buffer[]): Buffer {
  return der(Tag.SEQUENCE, ...parts);
}

function bits(bytes: Buffer): Buffer {
  return der(Tag.BIT_STRING, Buffer.of(0), bytes); // No bit of the last byte is unused.
}

/** YYMMDDHHMMSSZ, which is good until 2049. */
function time(at: number): Buffer {
  return der(Tag.UTC_TIME, text(new Date(at).toISOString().replace(/^20|[-:T]|\.\d+/g, "")));
}

function text(value: string): Buffer {
  return Buffer.from(value, "latin1");
}

/** A value: its tag, its length in as few bytes as will do, its content. */
function der(tag: number, ...parts: Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  const { length } = content;
  const size = length < 0x80
    ? [length]
    : length < 0x100
    ? [0x81, length]
    : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.of(tag, ...size), content]);
}
