import assert from "node:assert/strict";
import { admit, type Handshake } from "../server/gate.ts";

const HANDSHAKE: Handshake = {
  host: "chat.example",
  origin: "https://chat.example",
  protocols: "anonymous-chat.v1",
};

function status(change: Partial<Handshake>, online = 0): number | "admitted" {
  const admission = admit({ ...HANDSHAKE, ...change }, online, 10);
  return admission.kind === "admitted" ? "admitted" : admission.status;
}

Deno.test("Gate admits a page of its own origin, and a program that names none", () => {
  assert.equal(status({}), "admitted");
  assert.equal(status({ host: "CHAT.example" }), "admitted");
  assert.equal(status({ host: "localhost:8000", origin: "http://localhost:8000" }), "admitted");
  assert.equal(status({ origin: undefined }), "admitted");
});

Deno.test("Gate refuses the page of another origin with 403", () => {
  for (
    const origin of [
      "https://evil.example",
      "https://chat.example:8443",
      "https://chat.example.evil.example",
      "https://evil.example/chat.example",
      "null",
      "",
      "chat.example",
    ]
  ) assert.equal(status({ origin }), 403, origin);
  assert.equal(status({ host: undefined }), 403);
});

Deno.test("Gate refuses a client of another protocol with 400", () => {
  assert.equal(status({ protocols: undefined }), 400);
  assert.equal(status({ protocols: "anonymous-chat.v2" }), 400);
  assert.equal(status({ protocols: "chat, anonymous-chat.v1" }), "admitted");
});

Deno.test("Gate refuses with 503 and a time to come back when every place is taken", () => {
  assert.equal(status({}, 9), "admitted");
  const admission = admit(HANDSHAKE, 10, 10);
  assert.ok(admission.kind === "refused");
  assert.deepEqual([admission.status, admission.retryAfter], [503, 10]);
});
