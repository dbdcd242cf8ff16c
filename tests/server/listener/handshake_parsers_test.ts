/**
 * The head of a handshake, read by this program and by the general parser. They must never disagree: what this one
 * accepts, the other has read alike.
 */

import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { createServer, type IncomingMessage, type Server } from "node:http";
import { Duplex } from "node:stream";
import { mayBeHandshake, readHandshake } from "../../../server/listener/handshake_head.ts";
import { heapBytes } from "../../support/heap.ts";
import { HANDSHAKE } from "../../support/raw_client.ts";
import { repeats, seeded } from "../../support/repeats.ts";
import { oneOf, seededRandom } from "../../support/seeded_random.ts";

const HEADS = repeats({ sample: 20_000, long: 400_000 });
const LIMIT = 8 * 1024;

type Roll = () => number;

/** What was read. Header names are in lower case. */
interface Reading {
  readonly method: string | undefined;
  readonly version: string;
  readonly target: string;
  /** Whether a name occurs twice. */
  readonly isTwice: boolean;
  readonly headers: ReadonlyMap<string, string | undefined>;
  /** What follows the head. */
  readonly rest: string;
}

/** A stream instead of a socket. */
class Wire extends Duplex {
  override _read(): void {}
  override _write(_chunk: Buffer, _encoding: string, written: () => void): void {
    written();
  }
  setTimeout(): void {}
}

/** The general parser. */
class Parser {
  readonly #server: Server = createServer({ maxHeaderSize: LIMIT });
  #reading: Reading | undefined;

  constructor() {
    this.#server.on("upgrade", (request: IncomingMessage, _stream, rest: Buffer) => {
      const { method, url: target = "", httpVersion: version, rawHeaders } = request;
      const names = rawHeaders.filter((_, n) => n % 2 === 0).map((name) => name.toLowerCase());
      const headers = new Map(names.map((name, n) => [name, rawHeaders[2 * n + 1]]));
      const isTwice = headers.size < names.length;
      this.#reading = { method, version, target, isTwice, headers, rest: rest.toString("latin1") };
    });
    this.#server.on("request", () => {});
    this.#server.on("clientError", () => {});
  }

  /** Reads a request to upgrade; `undefined` if it is something else. */
  read(head: string): Reading | undefined {
    this.#reading = undefined;
    const wire = new Wire();
    this.#server.emit("connection", wire);
    wire.emit("data", Buffer.from(head, "latin1"));
    wire.destroy();
    return this.#reading;
  }
}

const MODEL = [...HANDSHAKE, "Origin: http://localhost", "User-Agent: Test 1.0", "", ""];

const ODD_LINES = [
  ...["Host: other", "Host:", "Content-Length: 0", "Content-Length: 5", "Expect: 100-continue"],
  ...["Transfer-Encoding: chunked", "transfer-encoding : chunked", "Upgrade: h2c", "Connection:"],
  ...["Connection: close", "Connection: keep-alive, upgrade", "Connection: upgraded", ": nameless"],
  ...[
    " folded",
    "\tfolded",
    "X-Space: \t a \t b \t ",
    "X-Empty:",
    "X-Colon::",
    "No-Colon",
    "X Y: z",
  ],
  ...[
    "X-High: \xe4\xff",
    "X-H\xe4: a",
    "X-Delete: \x7f",
    "X-Null: \0",
    "X-Escape: \x1b",
    "__proto__: a",
  ],
  ...["X-CR: a\rb", "X-LF: a\nb", "X-Bare: a\nHost: b", "constructor: b", "!#$%&'*+-.^_`|~: c"],
  ...["Upgrade: websocket, h2c", "Sec-WebSocket-Key: again", "Trailer: x", "TE: trailers"],
] as const;

const REQUEST_LINES = [
  ...[
    "GET /ws HTTP/1.0",
    "GET /ws HTTP/1.2",
    "GET /ws HTTP/2.0",
    "GET /ws http/1.1",
    "get /ws HTTP/1.1",
  ],
  ...[
    "GET /ws  HTTP/1.1",
    "GET  /ws HTTP/1.1",
    "GET\t/ws HTTP/1.1",
    "GET /ws HTTP/1.1 ",
    "GET /ws",
  ],
  ...[
    "GET /ws?a=b#c HTTP/1.1",
    'GET /ws\\..\\[]{}|^`"<> HTTP/1.1',
    "GET /ws%00 HTTP/1.1",
    "PRI * HTTP/2.0",
  ],
  ...[
    "GET http://localhost/ws HTTP/1.1",
    "GET //ws HTTP/1.1",
    "GET /ws\xe4 HTTP/1.1",
    "GET /ws\x7f HTTP/1.1",
  ],
  ...["GET /ws?\0 HTTP/1.1", "GET /ws HTTP/1.1\r", "HEAD /ws HTTP/1.1", "GET * HTTP/1.1"],
] as const;

/** A handshake with up to three changes. */
function mutatedHead(roll: Roll): string {
  let lines = [...MODEL];
  const place = (): number => Math.floor(roll() * (lines.length - 1));
  const odd = (): string => String.fromCharCode(Math.floor(roll() * 256));
  const changes: readonly [() => void, ...(() => void)[]] = [
    () => lines.splice(1 + place(), 0, oneOf(ODD_LINES, roll)),
    () => lines.splice(1 + place(), 1, oneOf(ODD_LINES, roll)),
    () => lines[0] = oneOf(REQUEST_LINES, roll),
    () => lines.splice(place(), 1),
    () => lines.push(oneOf(["GET / HTTP/1.1\r\n\r\n", "\x81\x80", "\r\n"], roll)),
    () => lines = lines.map((line) => oneOf([line, line.toUpperCase(), line.toLowerCase()], roll)),
    () => lines.splice(1, 0, `X-Long: ${"a".repeat(LIMIT - 300 + Math.floor(roll() * 200))}`),
    () => lines = changeByte(lines, roll, () => odd()),
    () => lines = changeByte(lines, roll, (byte) => byte + odd()),
    () =>
      lines = changeByte(lines, roll, () => oneOf(["\r", "\n", "", " ", "\t", ":", "\r\n"], roll)),
  ];
  const count = Math.floor(roll() * 4);
  for (let n = 0; n < count; n++) oneOf(changes, roll)();
  return lines.join("\r\n");
}

function changeByte(lines: string[], roll: Roll, change: (byte: string) => string): string[] {
  const text = lines.join("\r\n");
  const at = Math.floor(roll() * text.length);
  return (text.slice(0, at) + change(text[at]!) + text.slice(at + 1)).split("\r\n");
}

/** What {@linkcode readHandshake} reads, of the headers that the parser has read. */
function readingOf(head: string, names: readonly string[] = []): Reading | undefined {
  const bytes = Buffer.from(head, "latin1");
  const reading = mayBeHandshake(bytes) ? readHandshake(bytes, LIMIT) : undefined;
  if (reading === undefined) return undefined;
  const { target, header } = reading;
  const headers = new Map(names.map((name) => [name, header(name)]));
  const rest = head.slice(reading.bytes);
  return { method: "GET", version: "1.1", target, isTwice: false, headers, rest };
}

Deno.test("handshake head: of 20,000 mutated heads, none is accepted that the general parser refuses or reads otherwise", () =>
  seeded((seed) => {
    const roll = seededRandom(seed);
    const parser = new Parser();
    let accepted = 0;
    for (let n = 0; n < HEADS; n++) {
      const head = mutatedHead(roll);
      const theirs = parser.read(head);
      const ours = readingOf(head, theirs && [...theirs.headers.keys()]);
      if (ours === undefined) continue;
      accepted++;
      assert.deepEqual(ours, theirs, JSON.stringify(head));
    }
    assert.ok(accepted > HEADS / 10, `${accepted} accepted`);
    assert.ok(accepted < HEADS / 2, `${accepted} accepted`);
  }));

Deno.test("handshake head: each odd line and each odd request line, alone, is read as the general parser reads it", () => {
  const parser = new Parser();
  const heads = [
    ...REQUEST_LINES.map((line) => MODEL.with(0, line)),
    ...ODD_LINES.flatMap((line) =>
      [1, 4, MODEL.length - 2].map((at) => MODEL.toSpliced(at, 0, line))
    ),
    ...ODD_LINES.flatMap((line) => HANDSHAKE.map((_, at) => MODEL.with(at, line))),
  ].map((lines) => lines.join("\r\n"));
  for (const head of heads) {
    const theirs = parser.read(head);
    const ours = readingOf(head, theirs && [...theirs.headers.keys()]);
    if (ours !== undefined) assert.deepEqual(ours, theirs, JSON.stringify(head));
  }
});

Deno.test("handshake head: one of the limit is accepted, and one byte more is not", () => {
  const lengthOf = (filler: number): Buffer =>
    Buffer.from(MODEL.toSpliced(1, 0, `X: ${"a".repeat(filler)}`).join("\r\n"), "latin1");
  const filler = LIMIT - lengthOf(0).length;
  assert.equal(readHandshake(lengthOf(filler), LIMIT)?.bytes, LIMIT);
  assert.equal(readHandshake(lengthOf(filler + 1), LIMIT), undefined);
});

Deno.test("handshake head: spaces within a value take no longer than letters do", () => {
  const spent = (filler: string): number => {
    const bytes = Buffer.from(MODEL.toSpliced(1, 0, `X: a${filler}b`).join("\r\n"), "latin1");
    const start = performance.now();
    for (let n = 0; n < 100; n++) assert.ok(readHandshake(bytes, LIMIT));
    return performance.now() - start;
  };
  const [letters, spaces] = [spent("a".repeat(7000)), spent(" \t".repeat(3500))];
  assert.ok(spaces < 100 * letters, `${spaces} ms, and ${letters} ms for letters`);
});

Deno.test("handshake head: a header or a target that is kept does not keep the rest of the head in memory", () => {
  const kept: (string | undefined)[] = [];
  const before = heapBytes();
  for (let n = 0; n < 1000; n++) {
    const lines = [`GET /ws?number=${n} HTTP/1.1`, ...MODEL.slice(1)]
      .with(1, `Host: chat-${n}.example.org`).toSpliced(2, 0, `X: ${"a".repeat(7000)}`);
    const head = readHandshake(Buffer.from(lines.join("\r\n"), "latin1"), LIMIT);
    kept.push(head?.target, head?.header("host"));
  }
  const each = (heapBytes() - before) / 1000;
  assert.ok(each < 1000, `${kept.length} texts keep ${Math.round(each)} bytes of each head`);
});
