/** What nodes accept as messages, and that nothing malformed makes them throw. */

import assert from "node:assert/strict";
import fc from "fast-check";
import {
  MAX_JSON_LENGTH,
  parseEnvelope,
  parsePairNotice,
  parsePlainMessage,
} from "../../../server/cluster/message_schema.ts";
import { trials } from "../../support/repeats.ts";

const SEARCH = {
  ticket: 5,
  id: 4,
  node: 1,
  mode: "text",
  interests: ["pseudonym"],
  languages: ["pseudonym"],
  step: "exact",
  order: 1_780_000_000_000.001,
  recent: [9],
  suites: [2, 1],
};
const SNAPSHOT = {
  id: 4,
  recent: [9],
  hasWorked: true,
  hasCall: true,
  balances: { messages: 60_000.5 },
  mode: "video",
  chatSide: {
    partner: 9,
    node: 2,
    lasted: 12.5,
    reported: false,
    isOver: false,
    isAway: true,
  },
};
const SERVER = { urls: ["turn:a.example"], username: "name", credential: "password" };
const CHAT = { to: 1, from: 2, node: 3, event: { type: "left" } };

function message(content: unknown): unknown {
  return { kind: "message", from: 1, message: content };
}

function reply(content: unknown): unknown {
  return { kind: "reply", request: 7, reply: content };
}

function chat(event: unknown): unknown {
  return message({ type: "chat", message: { ...CHAT, event } });
}

const PARSERS: [
  name: string,
  parse: (json: string) => unknown,
  valid: unknown[],
  malformed: unknown[],
][] = [
  ["parseEnvelope", parseEnvelope, [
    message({ type: "here" }),
    { kind: "message", from: 1, request: 7, message: { type: "echo" } },
    message({ type: "fetch", token: "token" }),
    message({ type: "invite", ticket: 5, request: SEARCH }),
    message({ type: "declined", ticket: 5 }),
    message({ type: "blocked", name: "pseudonym", cause: "flooding", wait: 60_000 }),
    chat({ type: "left" }),
    chat({ type: "away" }),
    chat({ type: "back" }),
    chat({ type: "read", bytes: 1024 }),
    chat({ type: "probe", isAway: true, isAnswer: false }),
    chat({ type: "chatted", with: "pseudonym" }),
    chat({ type: "reported", by: "", weight: 0.25 }),
    reply({ type: "accepted", isAccepted: true }),
    reply({ type: "echoed" }),
    reply({ type: "fetched", snapshot: SNAPSHOT }),
    message({ type: "relay", to: 1, from: 2 }),
    reply({ type: "relay", answer: { kind: "no-relay" } }),
    reply({ type: "relay", answer: { kind: "gone" } }),
    reply({ type: "relay", answer: { kind: "relayed", server: SERVER } }),
  ], [
    message({ type: "relay", to: 1 }),
    reply({ type: "relay", answer: { kind: "unaware" } }),
    reply({ type: "relay", answer: { kind: "relayed" } }),
    reply({ type: "relay", answer: { kind: "relayed", server: { ...SERVER, urls: [] } } }),
    { kind: "?", from: 1, message: { type: "here" } },
    { from: 1, message: { type: "here" } },
    { kind: "message", message: { type: "here" } },
    { kind: "message", from: 2 ** 21, message: { type: "here" } },
    { kind: "message", from: "all", message: { type: "here" } },
    { kind: "message", from: 1, request: -1, message: { type: "here" } },
    message({ type: "a type of a later version" }),
    message({ type: "constructor" }),
    message({ type: "fetch" }),
    message({ type: "fetch", token: "t".repeat(1_001) }),
    message({ type: "invite", ticket: 5 }),
    message({ type: "declined" }),
    message({ type: "invite", ticket: 5, request: { ...SEARCH, mode: "smoke" } }),
    message({ type: "blocked", name: "pseudonym", cause: "whim", wait: 60_000 }),
    message({ type: "blocked", name: "pseudonym", cause: "flooding", wait: -1 }),
    message({ type: "chat", message: null }),
    chat({ type: "read", bytes: 0.5 }),
    chat({ type: "read", bytes: "1024" }),
    chat({ type: "probe", isAway: true }),
    chat({ type: "chatted", with: 1 }),
    chat({ type: "reported", by: null, weight: 1 }),
    reply({ type: "accepted" }),
    reply({ type: "fetched", snapshot: { ...SNAPSHOT, balances: { messages: "all" } } }),
    reply({ type: "fetched", snapshot: { ...SNAPSHOT, recent: Array(1_001).fill(1) } }),
    reply({ type: "fetched", snapshot: { ...SNAPSHOT, chatSide: { partner: 9 } } }),
    { kind: "reply", request: 2 ** 53, reply: { type: "echoed" } },
  ]],
  ["parsePlainMessage", parsePlainMessage, [
    { type: "request", node: 1, request: { key: "key" } },
    { type: "answer", answer: { key: "key", sealed: "sealed" } },
  ], [
    { type: "request", node: 1 },
    { type: "request", node: "1", request: { key: "key" } },
    { type: "request", node: 1, request: { key: 7 } },
    { type: "answer", answer: { key: "key" } },
    { type: "answer", answer: { key: "key", sealed: "s".repeat(1_001) } },
    { type: "later" },
  ]],
  ["parsePairNotice", parsePairNotice, [
    { ticket: 6, request: SEARCH },
    { ticket: 6, request: { ...SEARCH, interests: [], languages: [], recent: [], step: "anyone" } },
  ], [
    { ticket: 6 },
    { ticket: "6", request: SEARCH },
    { request: SEARCH },
    ...[
      ...Object.keys(SEARCH).filter((field) => field !== "suites").map((field) => (
        { ...SEARCH, [field]: undefined }
      )),
      ...Object.keys(SEARCH).flatMap((field) => [
        { ...SEARCH, [field]: null },
        { ...SEARCH, [field]: {} },
      ]),
      { ...SEARCH, id: 2 ** 53 },
      { ...SEARCH, id: -1 },
      { ...SEARCH, step: "later" },
      { ...SEARCH, interests: Array(1_001).fill("pseudonym") },
      { ...SEARCH, languages: Array(1_001).fill("pseudonym") },
      { ...SEARCH, suites: Array(1_001).fill(2) },
      { ...SEARCH, suites: ["2"] },
      { ...SEARCH, suites: [1.5] },
    ].map((request) => ({ ticket: 6, request })),
  ]],
];

/** JSON texts that no parser accepts. `1e999` is the number Infinity to `JSON.parse`. */
const NEVER = [
  "",
  "{",
  "null",
  "7",
  "1e999",
  `"text"`,
  "[]",
  "{}",
  `{"__proto__":{"kind":"message"}}`,
  JSON.stringify({ ticket: 6, request: SEARCH }).replace(`"order":`, `"order":1e999,"_":`),
  `{"kind":"reply","request":1e999,"reply":{"type":"echoed"}}`,
  "[".repeat(100_000),
];

for (const [name, parse, valid, malformed] of PARSERS) {
  Deno.test(`${name} returns what nodes send, as it was sent`, () => {
    for (const value of valid) assert.deepEqual(parse(JSON.stringify(value)), value);
  });

  Deno.test(`${name} returns nothing for a message of another form`, () => {
    for (const value of malformed) {
      assert.equal(parse(JSON.stringify(value)), undefined, JSON.stringify(value));
    }
    for (const json of NEVER) assert.equal(parse(json), undefined, json.slice(0, 80));
  });

  Deno.test(`${name} drops fields that it does not know, and prototypes`, () => {
    const json = JSON.stringify(valid[0]);
    const extended = json.replace(/^\{/, `{"__proto__":{"polluted":true},"later":[1],`);
    const parsed = parse(extended);
    assert.deepEqual(parsed, valid[0]);
    assert.equal(Object.getPrototypeOf(parsed), Object.prototype);
  });

  Deno.test(`${name} does not read a text that is too long`, () => {
    const json = JSON.stringify(valid[0]);
    assert.deepEqual(parse(json.padEnd(MAX_JSON_LENGTH)), valid[0]);
    assert.equal(parse(json.padEnd(MAX_JSON_LENGTH + 1)), undefined);
  });

  Deno.test(`${name} never throws`, () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (json) => void parse(json)),
      trials({ sample: 300, long: 20_000 }),
    );
  });
}

Deno.test("parseEnvelope reads a session without a chat, and the lack of a session", () => {
  const { chatSide: _, ...rest } = SNAPSHOT;
  const snapshot = { ...rest, chatSide: undefined };
  for (const content of [{ type: "fetched", snapshot }, { type: "fetched", snapshot: undefined }]) {
    assert.deepEqual(parseEnvelope(JSON.stringify(reply(content))), reply(content));
  }
});

Deno.test("A search of a node that knows no suites has the first", () => {
  const { suites: _, ...request } = SEARCH;
  const expected = { ...SEARCH, suites: [1] };
  assert.deepEqual(parsePairNotice(JSON.stringify({ ticket: 6, request }))?.request, expected);
  const invitation = (request: unknown): unknown => message({ type: "invite", ticket: 5, request });
  const envelope = parseEnvelope(JSON.stringify(invitation(request)));
  assert.deepEqual(envelope, invitation(expected));
});

Deno.test("parseEnvelope keeps no balance whose name is special", () => {
  const json = JSON.stringify(reply({ type: "fetched", snapshot: SNAPSHOT }))
    .replace(`{"messages":`, `{"__proto__":1,"constructor":2,"messages":`);
  assert.deepEqual(parseEnvelope(json), reply({ type: "fetched", snapshot: SNAPSHOT }));
});
