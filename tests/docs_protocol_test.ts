/**
 * `docs/protocol.md` against the code: it names everything that may be sent, states the limits that the code enforces,
 * and contains vectors that the code reproduces.
 */

import assert from "node:assert/strict";
import {
  decodeEnvelope,
  encodeEnvelope,
  type Envelope,
  MAX_MESSAGE_LENGTH,
  MAX_SETUP_BYTES,
} from "../client/crypto/envelope.ts";
import { HANDSHAKE_SIZE, SEALED_SIZES } from "../client/crypto/padding.ts";
import { MAX_SKIP } from "../client/crypto/ratchet.ts";
import { PICTURES } from "../client/crypto/safety_emoji.ts";
import { MAX_PENDING } from "../client/crypto/sealed_channel.ts";
import {
  DIAL_TIME,
  FIRST_DELAY,
  MAX_DELAY,
  MAX_DELAY_RESUMING,
  MOVE_SPREAD,
  OLD_DIAL,
  RESTART_DELAY,
  RESTART_SPREAD,
  SERVER_DELAY_JITTER,
} from "../client/net/connection.ts";
import { ANSWER_TIME, QUICK_ANSWER_TIME, QUIET_TIME } from "../client/net/liveness.ts";
import { solve } from "../client/net/proof_of_work.ts";
import { readServerMessage } from "../client/net/server_message.ts";
import { CONNECTING_TIME } from "../client/state/call.ts";
import { TYPING_INTERVAL, TYPING_TIME } from "../client/state/chat.ts";
import { CONFIRM_INTERVAL, MAX_WAITING, REPEAT_INTERVAL } from "../client/state/delivery.ts";
import * as protocol from "../protocol.ts";
import { WORK_BITS } from "../server/chat/proof_of_work.ts";
import { MAX_BACKLOG_BYTES, MAX_STALL, PAUSE_BYTES } from "../server/chat/relay.ts";
import { parseControl } from "../server/chat/control.ts";
import { MAX_IDLE } from "../server/chat/session_registry.ts";
import { MAX_RECENT } from "../server/chat/session.ts";
import { LIMITS } from "../server/limits/rate_limits.ts";
import { CLOSE_TIMEOUT, HEARTBEAT_INTERVAL } from "../server/listener/listener.ts";
import { EITHER_WINDOW, EXACT_WINDOW } from "../server/matching/policy.ts";

type Bytes = Uint8Array<ArrayBuffer>;

const page = await Deno.readTextFile(new URL("../docs/protocol.md", import.meta.url));
const source = await Deno.readTextFile(new URL("../protocol.ts", import.meta.url));

/** The text between two marks. */
function part(name: string): string {
  const [, found] = page.match(
    new RegExp(`<!-- ${name} -->\n([\\s\\S]*?)<!-- end of ${name} -->`),
  ) ?? [];
  assert.ok(found !== undefined, `there is no part "${name}"`);
  return found;
}

/** The lines of all code blocks of one kind. An indented line continues the previous one. */
function block(kind: string): string[] {
  const blocks = page.matchAll(new RegExp(`\`\`\`${kind}\n([\\s\\S]*?)\`\`\``, "g"));
  return [...blocks].flatMap(([, text]) => text!.replace(/\n +/g, " ").trim().split("\n"));
}

/** Every vector of the document by name, and the names that tests have used. */
const vectors = new Map(
  block("vectors").map((line) => {
    const at = line.indexOf(" = ");
    return [line.slice(0, at), line.slice(at + 3)] as const;
  }),
);
const checked = new Set<string>();

function vector(name: string): string {
  const value = vectors.get(name);
  assert.ok(value !== undefined, `there is no vector "${name}"`);
  checked.add(name);
  return value;
}

function bytesOf(name: string): Bytes {
  return Uint8Array.fromHex(vector(name).replaceAll(" ", ""));
}

function assertVector(name: string, bytes: Uint8Array): void {
  assert.equal(vector(name).replaceAll(" ", ""), bytes.toHex(), name);
}

/** Every string literal in a type or list of the protocol's source that `pattern` matches. */
function literals(pattern: RegExp): string[] {
  return [...source.matchAll(pattern)].map(([, literal]) => literal!);
}

Deno.test("Protocol document names every control message and its fields", () => {
  const types = new Set(literals(/\btype: "([\w-]+)"/g));
  assert.ok(types.size > 15, "the types of messages are not found in protocol.ts");
  for (const type of types) assert.ok(page.includes(`{"type":"${type}"`), type);
  for (const [, type, fields] of source.matchAll(/\{ type: "([\w-]+)"([^}]*)\}/g)) {
    const rows = page.split("\n").filter((line) => line.includes(`{"type":"${type}"`));
    for (const [, field] of fields!.matchAll(/(\w+)\??:/g)) {
      assert.ok(rows.some((row) => row.includes(`"${field}"`)), `${type}.${field}`);
    }
  }
  const interfaces = [...source.matchAll(/export interface \w+ \{([^}]*)\}/g)];
  assert.ok(interfaces.length >= 4, "the parts of messages are not found in protocol.ts");
  for (const [, body] of interfaces) {
    for (const [, field = ""] of body!.matchAll(/readonly (\w+)\??:/g)) {
      assert.ok(page.includes(`"${field}":`), field);
    }
  }
  const [, codes = ""] = /export type ErrorCode = ([^;]+);/.exec(source) ?? [];
  assert.equal(codes.split("|").length, 4);
  for (const code of codes.split("|")) {
    assert.ok(page.includes(`| \`${code.trim().slice(1, -1)}\``), code);
  }
});

Deno.test("Protocol document names every close code, frame kind, mode, reason and refusal", () => {
  const closing = page.slice(page.indexOf("## Close codes"), page.indexOf("## Rate limits"));
  for (const code of [...Object.values(protocol.CloseCode), protocol.LEAVE_CODE]) {
    assert.match(closing, new RegExp(`^\\| ${code} `, "m"));
  }
  for (const [name, kind] of Object.entries(protocol.FrameKind)) {
    assert.match(page, new RegExp(`^\\| ${kind} +\\| ${name} `, "m"));
  }
  for (const mode of protocol.MODES) assert.ok(page.includes(`\`"${mode}"\``), mode);
  for (const step of protocol.SEARCH_STEPS) {
    assert.match(page, new RegExp(`^\\| \`${step}\` `, "m"));
  }
  for (const reason of protocol.REPORT_REASONS) assert.ok(page.includes(`\`"${reason}"\``), reason);
  for (const code of protocol.CONNECTION_REFUSALS) {
    assert.match(page, new RegExp(`^\\| \`${code}\` `, "m"));
  }
  const texts = [protocol.SUBPROTOCOL, protocol.SOCKET_PATH, protocol.IDLE_REASON];
  for (const text of [...texts, protocol.GOING_AWAY_REASON, protocol.TOO_FAST_REASON]) {
    assert.ok(page.includes(`\`${text}\``), text);
  }
});

Deno.test("Protocol document states the limits that both sides obey", () => {
  const stated = new Set(
    part("limits").replaceAll(/(?<=\d),(?=\d)/g, "").match(/\b\d+\b/g)?.map(Number),
  );
  const limits = [
    ...Object.values(protocol).filter((value) => typeof value === "number"),
    ...[
      MAX_IDLE,
      EXACT_WINDOW,
      EITHER_WINDOW,
      MAX_RECENT,
      PAUSE_BYTES,
      MAX_BACKLOG_BYTES,
      MAX_STALL,
    ],
    ...[
      HEARTBEAT_INTERVAL,
      CLOSE_TIMEOUT,
      HANDSHAKE_SIZE,
      ...SEALED_SIZES,
      MAX_SKIP,
      MAX_PENDING,
      MAX_MESSAGE_LENGTH,
    ],
    ...[MAX_SETUP_BYTES, MAX_WAITING, CONFIRM_INTERVAL, REPEAT_INTERVAL, TYPING_INTERVAL],
    ...[TYPING_TIME, CONNECTING_TIME],
  ];
  const missing = limits.filter((limit) => limit !== protocol.LEAVE_CODE && !stated.has(limit));
  assert.deepEqual(missing, []);
});

Deno.test("Protocol document states the delays that the page keeps", () => {
  const begin = page.indexOf("### When to try again");
  const delays = page.slice(begin, page.indexOf("## Close codes"));
  for (
    const delay of [
      ...[FIRST_DELAY, MAX_DELAY, MAX_DELAY_RESUMING, RESTART_SPREAD, RESTART_DELAY],
      ...[MOVE_SPREAD, SERVER_DELAY_JITTER],
    ]
  ) {
    assert.ok(delays.includes(`${delay.toLocaleString("en")} ms`), `${delay}`);
  }
});

Deno.test("Protocol document states when the page takes a connection for dead, and names every feature", () => {
  const begin = page.indexOf("### Silent connections");
  const silent = page.slice(begin, page.indexOf("### When to try again"));
  for (const time of [QUIET_TIME, ANSWER_TIME, QUICK_ANSWER_TIME, DIAL_TIME, OLD_DIAL]) {
    assert.ok(silent.includes(`${time.toLocaleString("en")} ms`), `${time}`);
  }
  for (const feature of protocol.FEATURES) assert.ok(page.includes(`| \`${feature}\` `), feature);
});

Deno.test("Protocol document has a row for each rate limit", () => {
  const rows = part("rates").matchAll(/^\| (\w+) +\|[^|]+\| +(\d+) \| +(\d+) \|/gm);
  const sorted = (rates: Iterable<string>): string[] => [...rates].sort();
  assert.deepEqual(
    sorted(rows.map(([, of, burst, perMinute]) => `${of} ${burst} ${perMinute}`)),
    sorted(
      Object.values(LIMITS).map(({ of, burst, perMinute }) =>
        `${of === "socket" ? "connection" : of} ${burst} ${perMinute}`
      ),
    ),
  );
});

Deno.test("Protocol document lists the pictures in order", () => {
  const listed = /```\n([\s\S]*?)```/.exec(part("emoji"))?.[1]?.trim().split(/\s+/);
  assert.deepEqual(listed, [...PICTURES]);
});

Deno.test("Protocol document's example is a chat as both sides would have it", () => {
  const lines = block("transcript").filter((line) => line.includes("{"));
  assert.ok(lines.length > 10);
  for (const line of lines) {
    const json = line.slice(3);
    if (line[1] === ">") assert.equal(parseControl(json).kind, "message", line);
    else assert.deepEqual(readServerMessage(json), JSON.parse(json), line);
  }
});

async function proofOfWork(): Promise<void> {
  for (const bits of [8, WORK_BITS]) {
    const nonce = await solve({ salt: "salt", bits });
    assert.equal(vector(`pow salt=salt bits=${bits} nonce`), `${nonce}`);
    assert.ok(parseControl(JSON.stringify({ type: "solution", nonce })).kind === "message");
  }
}

function envelopes(): void {
  const examples: [name: string, envelope: Envelope][] = [
    ['text 1 "Hello, world 🙂"', { kind: "text", number: 1, text: "Hello, world 🙂" }],
    ["typing", { kind: "typing" }],
    ["received 1", { kind: "received", number: 1 }],
    ["repeat 7", { kind: "repeat", number: 7 }],
    ["call willing", { kind: "call", says: "willing" }],
    ["call unwilling", { kind: "call", says: "unwilling" }],
    ["call over", { kind: "call", says: "over" }],
    ["call unable", { kind: "call", says: "unable" }],
    ["call no-relay", { kind: "call", says: "no-relay" }],
    ["call direct", { kind: "call", says: "direct" }],
    ["media picture", { kind: "media", picture: true, sound: false }],
    ["media picture sound", { kind: "media", picture: true, sound: true }],
    ['setup "{}"', { kind: "setup", text: "{}" }],
  ];
  for (const [name, envelope] of examples) {
    const { kind, content } = encodeEnvelope(envelope);
    assertVector(`envelope ${name}`, content);
    assert.equal(kind, envelope.kind === "text" ? 1 : 2);
    const decoded = decodeEnvelope({ kind, content: bytesOf(`envelope ${name}`) });
    assert.deepEqual(decoded, envelope);
  }
}

Deno.test("Protocol document's vectors are what the code computes, and none is left out", async () => {
  await proofOfWork();
  envelopes();
  assert.deepEqual([...vectors.keys()].filter((name) => !checked.has(name)), []);
});
