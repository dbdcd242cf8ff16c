/** A client that writes raw bytes, for input that no library would send. */

import { SUBPROTOCOL } from "../../protocol.ts";

/** The opening handshake of a well-behaved client (RFC 6455 section 4.1), as lines that a test may change. */
export const HANDSHAKE = [
  "GET /ws HTTP/1.1",
  "Host: localhost",
  "Upgrade: websocket",
  "Connection: Upgrade",
  "Sec-WebSocket-Version: 13",
  "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
  `Sec-WebSocket-Protocol: ${SUBPROTOCOL}`,
];

/** A client's frame (RFC 6455 section 5.2): first byte, mask of zeros, payload. */
export function frame(first: number, payload: Uint8Array | string = ""): Uint8Array {
  const bytes = typeof payload === "string" ? new TextEncoder().encode(payload) : payload;
  const length = bytes.length < 126
    ? [0x80 | bytes.length]
    : bytes.length < 65_536
    ? [0x80 | 126, bytes.length >> 8, bytes.length & 255]
    : [
      0x80 | 127,
      0,
      0,
      0,
      0,
      bytes.length >>> 24,
      bytes.length >> 16 & 255,
      bytes.length >> 8 & 255,
      bytes.length & 255,
    ];
  return Uint8Array.of(first, ...length, 0, 0, 0, 0, ...bytes);
}

/** A listening port on the loopback address. */
export interface Place {
  readonly port: number;
  /** For TLS: the certificate to trust, in PEM. */
  readonly certificate?: string | undefined;
}

/** A raw connection. Nothing is read unless a test asks for it. */
export class RawClient implements Disposable {
  readonly #connection: Deno.TcpConn | Deno.TlsConn;
  #read: Uint8Array<ArrayBuffer> = new Uint8Array();

  private constructor(connection: Deno.TcpConn | Deno.TlsConn) {
    this.#connection = connection;
  }

  /** Connects to a port, with TLS if the place has a certificate. */
  static async connect(place: Place | number): Promise<RawClient> {
    const { port, certificate }: Place = typeof place === "number" ? { port: place } : place;
    const to = { hostname: "127.0.0.1", port };
    return new RawClient(
      certificate === undefined
        ? await Deno.connect(to)
        : await Deno.connectTls({ ...to, caCerts: [certificate] }),
    );
  }

  /** Connects and upgrades, with additional lines in the handshake. */
  static async open(place: Place | number, ...lines: readonly string[]): Promise<RawClient> {
    const client = await RawClient.connect(place);
    await client.writeLines(...HANDSHAKE, ...lines, "", "");
    await client.readUntil("\r\n\r\n");
    return client;
  }

  async write(bytes: Uint8Array): Promise<void> {
    for (let sent = 0; sent < bytes.length;) {
      sent += await this.#connection.write(bytes.subarray(sent));
    }
  }

  async writeLines(...lines: string[]): Promise<void> {
    await this.write(new TextEncoder().encode(lines.join("\r\n")));
  }

  /** Reads up to and including `mark`, and discards what was read. */
  async readUntil(mark: string): Promise<string> {
    for (;;) {
      const text = asText(this.#read);
      const end = text.indexOf(mark);
      if (end >= 0) {
        this.#read = this.#read.slice(end + mark.length);
        return text.slice(0, end + mark.length);
      }
      if (!await this.#more()) throw new Error("Cannot continue: the connection has ended");
    }
  }

  /** Everything received until the server ends the connection, as text. */
  async readToEnd(): Promise<string> {
    while (await this.#more());
    return asText(this.#read);
  }

  /** The code of the next close frame. `undefined` if the connection ends without one. */
  async closeCode(): Promise<number | undefined> {
    for (;;) {
      const end = lengthOf(this.#read);
      const isWhole = this.#read.length >= end;
      const [first, , high = 0, low = 0] = this.#read;
      if (isWhole && first === 0x88) return high << 8 | low;
      if (isWhole) this.#read = this.#read.slice(end);
      else if (!await this.#more()) return undefined;
    }
  }

  /** Half-closes the connection, and waits until the server has ended it, too. */
  async finish(): Promise<void> {
    await this.#connection.closeWrite().catch(() => {}); // The server may have closed it first.
    while (await this.#more());
  }

  /** Ends the connection with a reset, as a crash would. */
  reset(): void {
    this.#connection.close();
  }

  [Symbol.dispose](): void {
    try {
      this.#connection.close();
    } catch {
      // It is already closed.
    }
  }

  async #more(): Promise<boolean> {
    const buffer = new Uint8Array(65_536);
    const count = await this.#connection.read(buffer).catch(() => null);
    if (count === null) return false;
    this.#read = Uint8Array.of(...this.#read, ...buffer.subarray(0, count));
    return true;
  }
}

/** The length of a server's first frame, which has no mask. */
function lengthOf([, length = 0, high = 0, low = 0]: Uint8Array): number {
  return length === 126 ? 4 + (high << 8 | low) : 2 + length;
}

/** One character per byte. */
function asText(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
}
