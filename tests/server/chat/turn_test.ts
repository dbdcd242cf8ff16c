import assert from "node:assert/strict";
import { CREDENTIAL_LIFETIME, TurnCredentials } from "../../../server/chat/turn.ts";
import { FakeClock } from "../../support/fake_clock.ts";

function turn(urls: string[]): TurnCredentials {
  let tokens = 0;
  const newToken = (): string => `${++tokens}`.padStart(64, "0");
  return new TurnCredentials({ urls, secret: "north", clock: new FakeClock(), newToken });
}

Deno.test("Turn issues credentials that expire in ten minutes, signed as the relay expects", () => {
  const { servers, policy } = turn(["turn:relay.example"]).route();
  // printf %s 1780315800:0000000000000000 | openssl dgst -sha1 -hmac north -binary | base64
  assert.deepEqual([servers, policy], [[{
    urls: ["turn:relay.example"],
    username: "1780315800:0000000000000000",
    credential: "W8ErdUZSAzoPw+Cd5xOad8MqmPU=",
  }], "relay"]);
  assert.ok(CREDENTIAL_LIFETIME <= 600_000);
});

Deno.test("Turn never issues the same user name twice", () => {
  const nonces = ["a".repeat(64), "b".repeat(64)];
  const relay = new TurnCredentials({
    urls: ["turn:relay.example"],
    secret: "north",
    clock: new FakeClock(),
    newToken: () => nonces.shift()!,
  });
  const [first, second] = [relay.route(), relay.route()].map(({ servers }) => servers[0]!.username);
  assert.notEqual(first, second);
});

Deno.test("Turn without a relay allows direct calls", () => {
  assert.deepEqual(turn([]).route(), { servers: [], policy: "all" });
});
