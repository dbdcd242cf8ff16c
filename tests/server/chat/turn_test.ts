import assert from "node:assert/strict";
import { TurnCredentials } from "../../../server/chat/turn.ts";
import type { SessionId } from "../../../server/ids.ts";
import { FakeClock } from "../../support/fake_clock.ts";

const [A, B] = [7 as SessionId, 8 as SessionId];

function turn(urls: string[]): TurnCredentials {
  return new TurnCredentials({ urls, secret: "north", clock: new FakeClock() });
}

Deno.test("Turn issues credentials for one side of the chat, signed as the relay expects", () => {
  const { servers, policy } = turn(["turn:relay.example"]).route({ own: A, partner: B });
  // printf %s 7.8 | openssl dgst -sha256 -hmac north | cut -c -16
  // printf %s 1780315800:880806a3362ff24f.0 | openssl dgst -sha1 -hmac north -binary | base64
  assert.deepEqual([servers, policy], [[{
    urls: ["turn:relay.example"],
    username: "1780315800:880806a3362ff24f.0",
    credential: "xd+ZmAnMibDR4XrxiUO9SnvhvTg=",
  }], "relay"]);
});

Deno.test("Turn without a relay allows direct calls", () => {
  assert.deepEqual(turn([]).route({ own: A, partner: B }), { servers: [], policy: "all" });
});
