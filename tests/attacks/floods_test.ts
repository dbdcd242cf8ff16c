/**
 * Floods through an open WebSocket: each ends as documented, with the first frame over the limit for a second, and two
 * innocent clients continue to chat. Frames are counted instead of seconds. The server's clock stands still, so no
 * tokens are refilled however long a busy computer takes. `Deno.serve` doesn't expose pings and pongs at all, and loses
 * its close frame if the flood continues (docs/privacy.md admits it).
 */

import assert from "node:assert/strict";
import { MAX_FRAME_BYTES } from "../../protocol.ts";
import { MINUTE, SECOND } from "../../server/base/clock.ts";
import { type LimitName, LIMITS } from "../../server/limits/rate_limits.ts";
import { BareClient } from "../support/bare_client.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { frame, RawClient } from "../support/raw_client.ts";
import { repeats } from "../support/repeats.ts";
import { serve, type ServerUnderTest } from "../support/server_under_test.ts";
import { LISTENERS } from "../support/server.ts";
import { within } from "../support/wait_until.ts";

const FIN = 0x80;
const FLOOD = repeats({ sample: 20_000, long: 500_000 });

/**
 * More than the sockets of both sides can buffer. If a client has sent more, the server must have read some of it.
 */
const MOST_UNREAD = 32 * 1024 ** 2;

interface Flood {
  readonly bytes: Uint8Array;
  /** The limit that counts it. Without a limit, a single frame is too many. */
  readonly limit?: LimitName;
  /** The close code, or `undefined` if the socket is cut without a close frame. */
  readonly code: number | undefined;
  /** The listeners that notice it. By default, all of them. */
  readonly on?: readonly (keyof typeof LISTENERS)[];
}

const FLOODS: Readonly<Record<string, Flood>> = {
  "pings": { bytes: frame(FIN | 9, "x"), limit: "unsolicited", code: undefined, on: ["node"] },
  "pongs": { bytes: frame(FIN | 10), limit: "unsolicited", code: undefined, on: ["node"] },
  "texts": { bytes: frame(FIN | 1, '{"type":"leave"}'), limit: "controls", code: 1008 },
  "garbage": { bytes: frame(FIN | 1, "x"), code: 1008 },
  "messages": { bytes: frame(FIN | 2, "\x01hello"), limit: "messages", code: 1008 },
  "signals": { bytes: frame(FIN | 2, "\x02"), limit: "signals", code: 1008 },
  "empty frames": { bytes: frame(FIN | 2), code: 1008 },
};

for (const listener of Object.keys(LISTENERS) as (keyof typeof LISTENERS)[]) {
  for (const [name, flood] of Object.entries(FLOODS)) {
    if (flood.on?.includes(listener) === false) continue;
    const lost = listener === "deno" ? [undefined] : [];
    const codes = [flood.code, ...lost];
    const most = allowedInASecond(flood.limit);
    Deno.test(`Flood of ${name} on ${listener} ends by frame ${most + 1}, and two people continue to chat`, async () => {
      await using server = await serve({ listener, clock: new FakeClock() });
      await endure(server, repeat(flood.bytes, most + 1), codes);
    });

    Deno.test(`Flood of ${FLOOD.toLocaleString("en")} ${name} on ${listener} ends, and two people continue to chat`, async () => {
      await using server = await serve({ listener, clock: new FakeClock() });
      await endure(server, repeat(flood.bytes, FLOOD), codes);
    });
  }
}

/** The number of frames accepted before the first rejected one, if all arrive within a second. */
function allowedInASecond(limit: LimitName | undefined): number {
  if (limit === undefined) return 0;
  const { burst, perMinute } = LIMITS[limit];
  return burst + Math.floor(perMinute * SECOND / MINUTE);
}

async function endure(
  server: ServerUnderTest,
  bytes: Uint8Array,
  codes: readonly Flood["code"][],
): Promise<void> {
  const [a, b] = await BareClient.pair(server.socketUrl);
  using flooder = await RawClient.open(server.port);
  await server.has(3);
  const flooding = flooder.write(bytes).catch(() => {}); // It may be cut in the meantime.
  const code = await within(flooder.closeCode());
  assert.ok(codes.includes(code), `closed with ${code}`);
  await server.has(2);
  await flooding;
  flooder.reset();
  a.send(Uint8Array.of(1, 65));
  assert.deepEqual(await b.frame(), Uint8Array.of(1, 65));
  assert.deepEqual(server.logged, []);
}

Deno.test("Flood of bytes that keeps every other limit ends with 1008, and two people continue to chat", async () => {
  await using server = await serve({ clock: new FakeClock() });
  const large = frame(FIN | 2, `\x02${"x".repeat(MAX_FRAME_BYTES - 1)}`);
  const frames = LIMITS.bytes.burst * 1024 / MAX_FRAME_BYTES;
  const half = repeat(large, LIMITS.signals.burst - 1);
  const rest = frame(FIN | 2, `\x01${"x".repeat(MAX_FRAME_BYTES - 1)}`);
  const others = repeat(rest, frames - LIMITS.signals.burst + 10);
  await endure(server, new Uint8Array(await new Blob([half, others]).arrayBuffer()), [1008]);
});

Deno.test("Flood that continues after its close frame is cut off, and is no longer read", async () => {
  await using server = await serve();
  using flooder = await RawClient.open(server.port);
  await flooder.write(frame(FIN | 1, "x")); // Closed with 1008. It never answers, and continues.
  const bytes = repeat(frame(FIN | 2, "\x01".repeat(100)), 1_000);
  const write = (): Promise<boolean> => flooder.write(bytes).then(() => true, () => false);
  for (let taken = 0; await within(write()); taken += bytes.length) {
    assert.ok(taken < MOST_UNREAD, `${taken} bytes were taken`);
  }
});

function repeat(bytes: Uint8Array, times: number): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(bytes.length * times);
  for (let n = 0; n < times; n++) all.set(bytes, n * bytes.length);
  return all;
}
