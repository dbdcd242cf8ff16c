import assert from "node:assert/strict";
import { readServerMessage } from "../../../client/net/server_message.ts";

Deno.test("Server message is read when it has the form of version 1", () => {
  const messages = [
    { type: "welcome", token: "t", online: 3 },
    { type: "waiting" },
    { type: "waiting", step: "either", search: 2 },
    { type: "paired", role: "caller", interests: ["a"], met: false },
    { type: "paired", role: "callee", interests: [], languages: ["de", "zh-Hant"], met: false },
    { type: "resumed", chatting: true },
    { type: "partner-left" },
    { type: "partner-away" },
    { type: "partner-back" },
    { type: "online", count: 4 },
    { type: "reported" },
    { type: "draining" },
    { type: "challenge", salt: "s", bits: 17 },
    { type: "blocked", seconds: 60 },
    { type: "error", code: "already-reported", message: "This chat has already been reported." },
    { type: "error", code: "too-fast", message: "Too fast.", seconds: 2 },
  ];
  for (const message of messages) {
    assert.deepEqual(readServerMessage(JSON.stringify(message)), message);
  }
});

Deno.test("Server message is ignored when it has any other form", () => {
  const texts = [
    "",
    "{",
    "null",
    "[]",
    '"waiting"',
    "{}",
    '{"type":"toString"}',
    '{"type":"__proto__"}',
    '{"type":"welcome","token":"t"}',
    '{"type":"blocked"}',
    '{"type":"resumed"}',
    '{"type":"error","code":"too-fast","message":"","seconds":"2"}',
    '{"type":"welcome","token":"t","online":"3"}',
    '{"type":"paired","role":"caller","interests":"a","met":false}',
    '{"type":"paired","role":"caller","interests":[1],"met":false}',
    '{"type":"paired","role":"both","interests":[],"met":false}',
    '{"type":"paired","role":"caller","interests":[],"languages":"de","met":false}',
    '{"type":"paired","role":"caller","interests":[],"languages":["_"],"met":false}',
    '{"type":"waiting","step":"anybody"}',
  ];
  for (const text of texts) assert.equal(readServerMessage(text), undefined, text);
});
