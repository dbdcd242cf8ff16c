/**
 * Floods through an open WebSocket: each ends as documented, quickly, and two innocent people go on talking. `Deno.serve`
 * does not show pings and pongs at all, and its close frame is lost where the flood goes on (the README admits it).
 */

import assert from "node:assert/strict";
import { SECOND } from "../server/clock.ts";
import { BareClient } from "./bare_client.ts";
import { frame, RawClient } from "./raw_client.ts";
import { serve, type Served } from "./served.ts";
import { LISTENERS } from "./server.ts";

const FIN = 0x80;
const FLOOD = 20_000;

interface Flood {
  readonly bytes: Uint8Array;
  /** What it is closed with; `undefined` where the socket is cut without a word. */
  readonly code: number | undefined;
  /** The listeners that notice it; all unless said. */
  readonly on?: readonly (keyof typeof LISTENERS)[];
}

const FLOODS: Readonly<Record<string, Flood>> = {
  "pings": { bytes: frame(FIN | 9, "x"), code: undefined, on: ["node"] },
  "pongs": { bytes: frame(FIN | 10), code: undefined, on: ["node"] },
  "texts": { bytes: frame(FIN | 1, '{"type":"leave"}'), code: 1008 },
  "garbage": { bytes: frame(FIN | 1, "x"), code: 1008 },
  "messages": { bytes: frame(FIN | 2, "\x01hello"), code: 1008 },
  "signals": { bytes: frame(FIN | 2, "\x02"), code: 1008 },
  "empty frames": { bytes: frame(FIN | 2), code: 1008 },
};

for (const listener of Object.keys(LISTENERS) as (keyof typeof LISTENERS)[]) {
  for (const [name, flood] of Object.entries(FLOODS)) {
    if (flood.on?.includes(listener) === false) continue;
    Deno.test(`Flood of ${name} on ${listener} ends within a second, and two people go on talking`, async () => {
      await using server = await serve({ listener });
      const lost = listener === "deno" ? [undefined] : [];
      await endure(server, flood.bytes, [flood.code, ...lost]);
    });
  }
}

async function endure(
  server: Served,
  bytes: Uint8Array,
  codes: readonly Flood["code"][],
): Promise<void> {
  const [a, b] = await BareClient.pair(server.socketUrl);
  using flooder = await RawClient.open(server.port);
  await server.has(3);
  const start = performance.now();
  const flooding = flooder.write(repeat(bytes, FLOOD)).catch(() => {}); // It is cut meanwhile.
  const code = await flooder.closeCode();
  assert.ok(codes.includes(code), `closed with ${code}`);
  await server.has(2);
  const took = performance.now() - start;
  assert.ok(took < 5 * SECOND, `${took} ms`); // On a machine that does nothing else: a few milliseconds.
  await flooding;
  flooder.reset();
  a.send(Uint8Array.of(1, 65));
  assert.deepEqual(await b.frame(), Uint8Array.of(1, 65));
  assert.deepEqual(server.logged, []);
}

Deno.test("Flood that goes on after its close frame is cut, and costs no reading", async () => {
  await using server = await serve();
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
