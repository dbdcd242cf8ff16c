/**
 * A proxy between a browser and a server. It forwards everything and records every byte that the browser sends, over HTTP
 * and WebSocket alike, in unmasked form (RFC 6455 section 5.3).
 *
 *   browser ── http://127.0.0.1:proxy ──> RecordingProxy ──> http://127.0.0.1:server
 *                                              └──> sent
 */

import { Buffer } from "node:buffer";

/** A recording proxy in front of one server. */
export class RecordingProxy implements Disposable {
  readonly #listener: Deno.TcpListener;
  readonly #target: number;
  readonly #connections: Sent[] = [];

  constructor(target: number) {
    this.#target = target;
    this.#listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    this.#accept();
  }

  get site(): string {
    return `http://127.0.0.1:${this.#listener.addr.port}`;
  }

  /** The number of connections so far. */
  get connections(): number {
    return this.#connections.length;
  }

  /** Everything that the browser has sent, one character per byte, connection after connection. */
  get sent(): string {
    return this.sentSince(0);
  }

  /** The same without the first `connections` connections. */
  sentSince(connections: number): string {
    return this.#connections.slice(connections).map((one) => one.plain()).join("\n");
  }

  /** The heads of all requests, including upgrades. */
  get requests(): string[] {
    return this.sent.match(/^(?:GET|POST|HEAD|OPTIONS|PUT) .*(?:\r\n.+)*/gm) ?? [];
  }

  /** The text messages sent over WebSockets. */
  get messages(): string[] {
    return this.#connections.flatMap((one) => one.texts());
  }

  [Symbol.dispose](): void {
    this.#listener.close();
    for (const { end } of this.#connections) end();
  }

  async #accept(): Promise<void> {
    for await (const browser of this.#listener) {
      this.#join(browser).catch(() => browser.close()); // Either side may disconnect at any time.
    }
  }

  async #join(browser: Deno.TcpConn): Promise<void> {
    const server = await Deno.connect({ hostname: "127.0.0.1", port: this.#target });
    const end = (): void => [browser, server].forEach(close);
    const sent = new Sent(end);
    this.#connections.push(sent);
    const keep = new TransformStream<Uint8Array, Uint8Array>({
      transform(bytes, controller): void {
        sent.bytes.push(bytes.slice());
        controller.enqueue(bytes);
      },
    });
    await Promise.all([
      browser.readable.pipeThrough(keep).pipeTo(server.writable),
      server.readable.pipeTo(browser.writable),
    ]).catch(end);
  }
}

/** What the browser sent on one connection. */
class Sent {
  readonly bytes: Uint8Array[] = [];
  readonly end: () => void;

  constructor(end: () => void) {
    this.end = end;
  }

  plain(): string {
    const [head, frames] = this.#parts();
    return head + frames.map(({ payload }) => payload.toString("latin1")).join("\n");
  }

  texts(): string[] {
    return this.#parts()[1].filter(({ opcode }) => opcode === 1)
      .map(({ payload }) => payload.toString("utf8"));
  }

  /** The HTTP part, and the frames after an upgrade. */
  #parts(): [string, Frame[]] {
    const all = Buffer.concat(this.bytes);
    const text = all.toString("latin1");
    const upgrade = /upgrade: websocket/i.exec(text);
    if (upgrade === null) return [text, []];
    const end = text.indexOf("\r\n\r\n", upgrade.index) + 4;
    return [text.slice(0, end), framesOf(all.subarray(end))];
  }
}

interface Frame {
  readonly opcode: number;
  readonly payload: Buffer;
}

/** The complete frames at the beginning of `bytes`, unmasked. */
function framesOf(bytes: Buffer): Frame[] {
  const frames: Frame[] = [];
  for (let at = 0; at + 2 <= bytes.length;) {
    const short = bytes[at + 1]! & 0x7f;
    const extra = short === 126 ? 2 : short === 127 ? 8 : 0;
    const begin = at + 2 + extra + 4;
    if (begin > bytes.length) break;
    const length = extra === 0
      ? short
      : bytes.readUIntBE(at + 2 + Math.max(0, extra - 6), Math.min(extra, 6));
    if (begin + length > bytes.length) break;
    const mask = bytes.subarray(begin - 4, begin);
    const payload = bytes.subarray(begin, begin + length).map((byte, n) => byte ^ mask[n % 4]!);
    frames.push({ opcode: bytes[at]! & 15, payload: Buffer.from(payload) });
    at = begin + length;
  }
  return frames;
}

function close(connection: Deno.TcpConn): void {
  try {
    connection.close();
  } catch {
    // It is already closed.
  }
}
