import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import fc from "fast-check";
import { mayBeHandshake, readHandshake } from "../../../server/listener/handshake_head.ts";
import { HANDSHAKE } from "../../support/raw_client.ts";
import { trials } from "../../support/repeats.ts";

const LIMIT = 8192;

function bytes(lines: readonly string[], rest = ""): Buffer {
  return Buffer.from(`${lines.join("\r\n")}\r\n\r\n${rest}`, "latin1");
}

/** The handshake with a line replaced, or with one more. */
function withLine(line: string, at = HANDSHAKE.length): Buffer {
  return bytes(HANDSHAKE.toSpliced(at, 1, line));
}

Deno.test("Handshake head is read with its target, its headers and its length", () => {
  const lines = [
    "GET /ws?a=b HTTP/1.1",
    ...HANDSHAKE.slice(1),
    "X-Odd:\t \xe9t\xe9 \t",
    "X-Empty:",
  ];
  const chunk = bytes(lines, "frames");
  const head = readHandshake(chunk, LIMIT)!;
  assert.equal(head.target, "/ws?a=b");
  assert.equal(chunk.toString("latin1", head.bytes), "frames");
  assert.equal(head.header("host"), "localhost");
  assert.equal(head.header("sec-websocket-version"), "13");
  assert.equal(head.header("x-odd"), "\xe9t\xe9");
  assert.equal(head.header("x-empty"), "");
  assert.equal(head.header("Host"), undefined);
  assert.equal(head.header("origin"), undefined);
});

for (
  const [what, chunk] of Object.entries({
    "is not complete": bytes(HANDSHAKE).subarray(0, -1),
    "is larger than the limit": withLine(`X-Large: ${"x".repeat(LIMIT)}`),
    "has another method": withLine("POST /ws HTTP/1.1", 0),
    "has another version": withLine("GET /ws HTTP/1.0", 0),
    "has an absolute target": withLine("GET http://localhost/ws HTTP/1.1", 0),
    "has no host": withLine("X: y", 1),
    "has no upgrade": withLine("X: y", 2),
    "upgrades to something else as well": withLine("Upgrade: websocket, h2c", 2),
    "repeats a header": withLine("host: elsewhere"),
    "has a body": withLine("Content-Length: 5"),
    "has a body in chunks": withLine("Transfer-Encoding: chunked"),
    "waits for a response": withLine("Expect: 100-continue"),
    "folds a line": withLine("X-Folded: a\r\n b"),
    "has a space before the colon": withLine("X-Space : a"),
    "has a line without a colon": withLine("X-Nothing"),
    "has a line without a name": withLine(": a"),
    "has a NUL": withLine("X-Nul: a\0b"),
    "has a bare CR": withLine("X-Cr: a\rb"),
    "has a bare LF": withLine("X-Lf: a\nX-More: b"),
    "ends its lines with LF": Buffer.from(`${HANDSHAKE.join("\n")}\n\n`),
    "begins with an empty line": bytes(["", ...HANDSHAKE]),
  })
) {
  Deno.test(`Handshake head that ${what} is left to the general parser`, () => {
    assert.equal(readHandshake(chunk, LIMIT), undefined);
  });
}

Deno.test("Only a chunk that begins like a handshake is examined", () => {
  assert.ok(mayBeHandshake(bytes(HANDSHAKE)));
  for (const text of ["", "GET /w", "GET / HTTP/1.1\r\n\r\n", "get /ws HTTP/1.1\r\n\r\n"]) {
    assert.ok(!mayBeHandshake(Buffer.from(text)), text);
  }
});

Deno.test("Handshake head of any bytes is read, or left to the general parser", () => {
  const changes = fc.array(fc.tuple(fc.nat(400), fc.nat(255)), { maxLength: 4 });
  fc.assert(
    fc.property(changes, (edits) => {
      const chunk = bytes(HANDSHAKE);
      for (const [at, byte] of edits) if (at < chunk.length) chunk[at] = byte;
      const head = readHandshake(chunk, LIMIT);
      if (head === undefined) return;
      assert.match(head.target, /^\/[!-~]*$/);
      assert.equal(head.header("upgrade")?.toLowerCase(), "websocket");
      assert.ok(head.bytes <= chunk.length);
    }),
    trials({ sample: 2_000, long: 100_000 }),
  );
});
