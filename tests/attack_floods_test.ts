/**
 * Floods through an open WebSocket: each ends as documented, quickly, and two innocent people go on talking. Against
 * the hardened listener; `Deno.serve` does not show pings at all (the README admits it).
 */

import assert from "node:assert/strict";
import { SECOND } from "../server/clock.ts";
import { BareClient } from "./bare_client.ts";
import { frame, RawClient } from "./raw_client.ts";
import { TestServer } from "./server.ts";
import { until } from "./until.ts";

const FIN = 0x80;
const FLOOD = 20_000;

/** What floods, and the close code; `undefined` where the socket is cut without one. */
const FLOODS: Readonly<Record<string, readonly [bytes: Uint8Array, code: number | undefined]>> = {
  "pings": [frame(FIN | 9, "x"), undefined],
  "pongs": [frame(FIN | 10), undefined],
  "texts": [frame(FIN | 1, '{"type":"leave"}'), 1008],
  "garbage": [frame(FIN | 1, "x"), 1008],
  "messages": [frame(FIN | 2, "\x01hello"), 1008],
  "signals": [frame(FIN | 2, "\x02"), 1008],
  "empty frames": [frame(FIN | 2), 1008],
};

for (const [name, [bytes, code]] of Object.entries(FLOODS)) {
  Deno.test(`Flood of ${name} ends within a second, and two people go on talking`, async () => {
    await using server = await TestServer.start();
    const [a, b] = await BareClient.pair(server.socketUrl);
    using flooder = await RawClient.open(server.port);
    await until(() => server.chat.lobby.online === 3);
    const start = performance.now();
    const flooding = flooder.write(repeat(bytes, FLOOD)).catch(() => {}); // It is cut meanwhile.
    assert.equal(await flooder.closeCode(), code);
    await until(() => server.chat.lobby.online === 2);
    await until(() => server.chat.registry.connected === 1);
    const took = performance.now() - start;
    assert.ok(took < 5 * SECOND, `${took} ms`); // On a machine that does nothing else: a few milliseconds.
    await flooding;
    a.send(Uint8Array.of(1, 65));
    assert.deepEqual(await b.frame(), Uint8Array.of(1, 65));
    assert.deepEqual(server.entries, []);
  });
}

Deno.test("Flood that goes on after its close frame is cut, and costs no reading", async () => {
  await using server = await TestServer.start();
  using flooder = await RawClient.open(server.port);
  await flooder.write(frame(FIN | 1, "x")); // Closed with 1008; it never answers, and goes on.
  const bytes = repeat(frame(FIN | 2, "\x01".repeat(100)), 1_000);
  let written = 0;
  const start = performance.now();
  for (let cut = false; !cut && performance.now() - start < 10 * SECOND;) {
    cut = await flooder.write(bytes).then(() => false, () => true);
    written += cut ? 0 : bytes.length;
  }
  assert.ok(performance.now() - start < 5 * SECOND, `${written} bytes were taken`);
});

function repeat(bytes: Uint8Array, times: number): Uint8Array {
  const all = new Uint8Array(bytes.length * times);
  for (let n = 0; n < times; n++) all.set(bytes, n * bytes.length);
  return all;
}
