/**
 * The two hands of the clock, moved apart: what goes by the calendar, and what by the steady clock. A suspended machine
 * is a calendar that leaps forward. A stopped process is both, as in `running_clock.ts`.
 */

import assert from "node:assert/strict";
import { RESUME_WINDOW } from "../../protocol.ts";
import { DAY, HOUR, MINUTE, SECOND } from "../../server/base/clock.ts";
import { RunningClock } from "../../server/base/running_clock.ts";
import { HEARTBEAT_INTERVAL } from "../../server/listener/listener.ts";
import { BareClient } from "../support/bare_client.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { TestServer } from "../support/server.ts";
import { waitUntil } from "../support/wait_until.ts";

/** Two people chat, and a third has left. */
async function worldOf(outside: FakeClock): Promise<{
  server: TestServer;
  pair: [BareClient, BareClient];
}> {
  const server = await TestServer.start({ clock: new RunningClock(outside) });
  const pair = await BareClient.pair(server.socketUrl);
  const gone = await BareClient.enter(server.socketUrl, { localAddress: "127.0.0.2" });
  gone.leave();
  await waitUntil(() => server.chat.registry.connected === 1);
  assert.equal(server.chat.registry.held, 2);
  return { server, pair };
}

async function talk([a, b]: [BareClient, BareClient]): Promise<void> {
  a.send(Uint8Array.of(1, 42));
  assert.deepEqual(await b.frame(), Uint8Array.of(1, 42));
}

/** The process is stopped for `ms` milliseconds, and the first of a pair has lost its connection before. */
async function stopWithoutOne(
  outside: FakeClock,
  [gone, left]: [BareClient, BareClient],
  ms: number,
): Promise<void> {
  outside.advance(SECOND);
  gone.vanish();
  await left.next("partner-away");
  outside.freeze(ms);
}

for (const hours of [1, 8, 24 * 30]) {
  Deno.test(`Address that left before the machine slept for ${hours} h is gone a second after it wakes, and chats continue`, async () => {
    const outside = new FakeClock();
    const { server, pair } = await worldOf(outside);
    await using _ = server;
    outside.jump(hours * HOUR); // The steady clock stood still.
    outside.advance(SECOND);
    assert.equal(server.chat.registry.held, 1);
    await talk(pair);
  });
}

Deno.test("Address that left before the process was stopped for an hour is gone a second after it continues", async () => {
  const outside = new FakeClock();
  const { server, pair } = await worldOf(outside);
  await using _ = server;
  outside.advance(SECOND);
  outside.freeze(HOUR);
  outside.advance(SECOND);
  assert.equal(server.chat.registry.held, 1);
  await talk(pair);
});

Deno.test("Each task runs once after a process was stopped, however long that was", () => {
  const outside = new FakeClock();
  const clock = new RunningClock(outside);
  let runs = 0;
  clock.every(SECOND / 4, () => runs++);
  outside.freeze(DAY);
  assert.equal(runs, 1);
});

for (const stopped of [10 * SECOND, MINUTE, 10 * MINUTE]) {
  Deno.test(`Chat whose page comes back after the process was stopped for ${stopped / SECOND} s is resumed`, async () => {
    const outside = new FakeClock();
    const { server, pair: [a, b] } = await worldOf(outside);
    await using _ = server;
    await stopWithoutOne(outside, [a, b], stopped);
    outside.advance(SECOND);
    const again = new BareClient(server.socketUrl);
    again.socket.once("open", () => again.tell({ type: "resume", token: a.token }));
    await again.next("resumed");
    await talk([again, b]);
  });
}

Deno.test("Heartbeat after a standstill cuts no connection whose pong is unread, and the next one does", async () => {
  const outside = new FakeClock();
  const { server, pair } = await worldOf(outside);
  await using _ = server;
  const gone = pair.map(({ closed }) => closed);
  for (const { socket } of pair) socket.pong = () => {}; // A pong that doesn't arrive in time.
  server.heartbeat();
  outside.freeze(MINUTE);
  server.heartbeat();
  await talk(pair);
  for (const { socket } of pair) await new Promise<void>((sent) => socket.ping(() => sent()));
  outside.advance(HEARTBEAT_INTERVAL);
  server.heartbeat();
  outside.advance(HEARTBEAT_INTERVAL);
  server.heartbeat();
  await Promise.all(gone);
});

Deno.test("Chat whose page doesn't come back after the process was stopped ends", async () => {
  const outside = new FakeClock();
  const { server, pair } = await worldOf(outside);
  await using _ = server;
  await stopWithoutOne(outside, pair, 10 * MINUTE);
  outside.advance(RESUME_WINDOW + SECOND);
  await pair[1].next("partner-left");
});

Deno.test("Calendar that is set neither refills a rate limit nor ends a wait, and no address is kept longer", async () => {
  const outside = new FakeClock();
  const { server } = await worldOf(outside);
  await using _ = server;
  const { registry } = server.chat;
  const [entry] = [...registry.entries()].filter(({ connections }) => connections > 0);
  const blocked = (): number => entry!.record.blockedFor(outside.now());
  entry!.record.blockedElsewhere("flooding", 10 * MINUTE, outside.now());
  for (const leap of [DAY, -DAY, -30 * DAY]) {
    outside.jump(leap);
    outside.advance(SECOND);
    assert.ok(blocked() > 9 * MINUTE && blocked() <= 10 * MINUTE, `${blocked()}`);
  }
  outside.advance(HOUR);
  assert.equal(blocked(), 0);
  assert.ok(registry.held <= 1);
});

Deno.test("Leap of the calendar is logged once, with its size and nothing else", async () => {
  const outside = new FakeClock();
  const { server } = await worldOf(outside);
  await using _ = server;
  for (const leap of [HOUR, -HOUR]) {
    outside.jump(leap);
    outside.advance(10 * SECOND);
  }
  const lines = server.entries.filter(({ message }) => message.startsWith("Clock changed by"));
  assert.deepEqual(lines.map(({ properties }) => properties), [{ seconds: 3600 }, {
    seconds: -3600,
  }]);
});
