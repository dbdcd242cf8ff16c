import assert from "node:assert/strict";
import { HOUR, MINUTE } from "../../../server/base/clock.ts";
import type { SessionId } from "../../../server/ids.ts";
import {
  chatName,
  CREDENTIAL_LIFETIME,
  credentialOf,
  parseUsername,
  sideOf,
  usernameOf,
} from "../../../server/turn/credentials.ts";
import { NONCE_PERIOD, Nonces } from "../../../server/turn/nonces.ts";
import { FakeClock } from "../../support/fake_clock.ts";
import { address } from "../../support/turn_relay.ts";

const [A, B, C] = [7, 8, 2 ** 52].map((id) => id as SessionId) as [SessionId, SessionId, SessionId];

Deno.test("Credentials name the chat in the same way for both sides, and tell the sides apart", () => {
  const [ab, ba] = [{ own: A, partner: B }, { own: B, partner: A }];
  assert.equal(chatName(ab, "north"), chatName(ba, "north"));
  assert.deepEqual([sideOf(ab), sideOf(ba)], [0, 1]);
  const names = [
    chatName(ab, "north"),
    chatName(ab, "south"),
    chatName({ own: A, partner: C }, "north"),
    chatName({ own: B, partner: C }, "north"),
  ];
  assert.equal(new Set(names).size, 4);
  for (const name of names) assert.match(name, /^[0-9a-f]{16}$/);
});

Deno.test("Credentials expire in ten minutes, and are signed as coturn expects", () => {
  const username = usernameOf("0123456789abcdef", 1, new FakeClock());
  assert.equal(username, "1780315800:0123456789abcdef.1");
  assert.deepEqual(parseUsername(username), {
    expiresAt: Date.UTC(2026, 5, 1, 12, 10) / 1000,
    chat: "0123456789abcdef",
    side: 1,
  });
  // printf %s 1780315800:0000000000000000 | openssl dgst -sha1 -hmac north -binary | base64
  assert.equal(
    credentialOf("1780315800:0000000000000000", "north"),
    "W8ErdUZSAzoPw+Cd5xOad8MqmPU=",
  );
  assert.ok(CREDENTIAL_LIFETIME <= 10 * MINUTE);
});

Deno.test("Credentials are not parsed from anything else", () => {
  const texts = [
    ...["", ":", "1:", "0123456789abcdef.0", "1:0123456789abcdef", "1:0123456789abcdef.2"],
    ...[
      "1:0123456789abcde.0",
      "1:0123456789ABCDEF.0",
      "1:0123456789abcdef.0 ",
      "-1:0123456789abcdef.0",
    ],
    ...["1:0123456789abcdef.0\n", "1234567890123:0123456789abcdef.0", "1e3:0123456789abcdef.0"],
  ];
  for (const text of texts) assert.equal(parseUsername(text), undefined, text);
});

Deno.test("Nonces are valid for at least four hours and at most eight, and for one address and key", () => {
  const clock = new FakeClock();
  const nonces = new Nonces(clock, "key");
  const [client, other] = [address("203.0.113.1"), address("2001:db8::1")];
  const nonce = nonces.current(client);
  assert.equal(nonce.length, 16);
  assert.ok(!nonces.isValid(nonce, other));
  assert.ok(!new Nonces(clock, "other").isValid(nonce, client));
  for (const wrong of ["", nonce.slice(1), `${nonce} `, nonce.toUpperCase()]) {
    assert.ok(!nonces.isValid(wrong, client));
  }
  assert.ok(NONCE_PERIOD >= 4 * HOUR);
  clock.advance(NONCE_PERIOD);
  assert.ok(nonces.isValid(nonce, client));
  assert.notEqual(nonces.current(client), nonce);
  clock.advance(NONCE_PERIOD);
  assert.ok(!nonces.isValid(nonce, client));
});
