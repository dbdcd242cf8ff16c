import assert from "node:assert/strict";
import {
  MAX_CONTROL_BYTES,
  MAX_INTERESTS,
  MAX_SUITE,
  MAX_SUITES,
  MAX_TOKEN_LENGTH,
} from "../../../protocol.ts";
import { parseControl } from "../../../server/chat/control.ts";

function find(interests: unknown): string {
  return JSON.stringify({ type: "find", mode: "text", interests });
}

Deno.test("Control message of every type of version 1 is read", () => {
  const messages = [
    { type: "find", mode: "text", interests: [] },
    { type: "find", mode: "video", interests: ["music", "films"] },
    { type: "leave" },
    { type: "ice" },
    { type: "resume", token: "a".repeat(MAX_TOKEN_LENGTH) },
    { type: "background", hidden: true },
    { type: "background", hidden: false },
    ...["underage", "sexual", "harassment", "spam", "other"].map((reason) => ({
      type: "report",
      reason,
    })),
  ];
  for (const message of messages) {
    assert.deepEqual(parseControl(JSON.stringify(message)), { kind: "message", message });
  }
});

Deno.test("Control message has its interests normalized and without duplicates", () => {
  assert.deepEqual(parseControl(find([" Music", "MUSIC", 'say "hi"'])), {
    kind: "message",
    message: { type: "find", mode: "text", interests: ["music", 'say "hi"'] },
  });
});

Deno.test("Control message may have ten interests and not eleven", () => {
  const ten = Array.from({ length: MAX_INTERESTS }, (_, n) => `interest ${n}`);
  assert.equal(parseControl(find(ten)).kind, "message");
  assert.equal(parseControl(find([...ten, "one more"])).kind, "invalid");
});

Deno.test("Control message may name one to four suites, in order and without duplicates", () => {
  const withSuites = (suites: unknown): string =>
    JSON.stringify({ type: "find", mode: "text", interests: [], suites });
  const suitesIn = (text: string): unknown => {
    const control = parseControl(text);
    return control.kind === "message" && control.message.type === "find"
      ? control.message.suites
      : control.kind;
  };
  for (const suites of [[1], [2, 1], [MAX_SUITE], [4, 3, 2, 1]]) {
    assert.deepEqual(suitesIn(withSuites(suites)), suites);
  }
  assert.deepEqual(suitesIn(withSuites([2, 2, 1, 2])), [2, 1]);
  assert.deepEqual(suitesIn(find([])), undefined);
  const tooMany = Array.from({ length: MAX_SUITES + 1 }, (_, n) => n + 1);
  const refused = [[], tooMany, [0], [MAX_SUITE + 1], [-1], [1.5], ["2"], [null], "2", 2, {}, null];
  for (const suites of refused) {
    assert.equal(suitesIn(withSuites(suites)), "invalid", JSON.stringify(suites));
  }
});

Deno.test("Control message that is not in version 1 is refused", () => {
  const texts = [
    "",
    "hello",
    "null",
    "[]",
    "42",
    '"find"',
    "{",
    "{}",
    '{"type":"find"}',
    '{"type":"find","mode":"text"}',
    '{"type":"find","mode":"telepathy","interests":[]}',
    '{"type":"Find","mode":"text","interests":[]}',
    '{"type":"find","mode":"text","interests":"music"}',
    '{"type":"find","mode":"text","interests":{"length":1}}',
    '{"type":"find","mode":"text","interests":[],"name":"Alice"}',
    '{"type":"find","mode":"text","interests":[],"__proto__":{}}',
    '{"type":"leave","email":"a@example.org"}',
    '{"type":"report","reason":"boring"}',
    '{"type":"report"}',
    '{"type":"toString"}',
    '{"type":"resume"}',
    '{"type":"resume","token":7}',
    `{"type":"resume","token":"${"a".repeat(MAX_TOKEN_LENGTH + 1)}"}`,
    '{"type":"background"}',
    '{"type":"background","hidden":1}',
    '{"type":["find"],"mode":"text","interests":[]}',
    find([""]),
    find(["  "]),
    find(["a".repeat(31)]),
    find(["\uFDFA\uFDFA"]),
    find([null]),
    find([["music"]]),
    `[${"[".repeat(1000)}${"]".repeat(1000)}]`,
  ];
  for (const text of texts) assert.deepEqual(parseControl(text), { kind: "invalid" }, text);
});

Deno.test("Control message's limit is in bytes of UTF-8", () => {
  const padding = (bytes: number): string => `{"type":"leave"}${" ".repeat(bytes - 16)}`;
  assert.equal(parseControl(padding(MAX_CONTROL_BYTES)).kind, "message");
  assert.equal(parseControl(padding(MAX_CONTROL_BYTES + 1)).kind, "too-large");
  assert.equal(parseControl("é".repeat(MAX_CONTROL_BYTES / 2)).kind, "invalid");
  assert.equal(parseControl("é".repeat(MAX_CONTROL_BYTES / 2) + "!").kind, "too-large");
});
