import { INTERVALS } from "../../../server/app.ts";
import assert from "node:assert/strict";
import {
  MAX_BACKLOG_BYTES,
  MAX_STALL,
  PAUSE_BYTES,
  type Reader,
  Relay,
} from "../../../server/chat/relay.ts";
import { FakeClock } from "../../support/fake_clock.ts";
import { FakeOutlet } from "../../support/fake_outlet.ts";

class FakeReader implements Reader {
  readonly outlet = new FakeOutlet();
  given_up = 0;

  tooSlow(): void {
    this.given_up++;
  }
}

function world(): { relay: Relay; clock: FakeClock; reader: FakeReader; sender: FakeOutlet } {
  const clock = new FakeClock();
  const relay = new Relay(clock);
  clock.every(INTERVALS.relaySweep, () => relay.sweep());
  return { relay, clock, reader: new FakeReader(), sender: new FakeOutlet() };
}

const FRAME = Uint8Array.of(1, 2, 3);

Deno.test("Relay forwards the same buffer that it received", () => {
  const { relay, reader, sender } = world();
  relay.write(reader, FRAME, sender);
  assert.equal(reader.outlet.sent[0], FRAME);
  assert.equal(relay.slowReaders, 0);
});

Deno.test("Relay pauses a sender whose reader is behind, and resumes it when the reader has caught up", () => {
  const { relay, clock, reader, sender } = world();
  reader.outlet.backlog = PAUSE_BYTES;
  relay.write(reader, FRAME, sender);
  assert.equal(sender.paused, false);
  reader.outlet.backlog = PAUSE_BYTES + 1;
  relay.write(reader, FRAME, sender);
  assert.equal(sender.paused, true);
  reader.outlet.backlog = 0;
  relay.onWritable(reader);
  assert.equal(sender.paused, false);
  clock.advance(500);
  assert.equal(relay.slowReaders, 0);
});

Deno.test("Relay resumes a sender when the chat is over, even if the reader is still behind", () => {
  const { relay, reader, sender } = world();
  reader.outlet.backlog = PAUSE_BYTES + 1;
  relay.write(reader, FRAME, sender);
  relay.onWritable(reader);
  assert.deepEqual([sender.paused, relay.slowReaders], [false, 1]);
});

Deno.test("Relay resumes the previous sender when a new one has to wait for the same reader", () => {
  const { relay, reader, sender } = world();
  const next = new FakeOutlet();
  reader.outlet.backlog = PAUSE_BYTES + 1;
  relay.write(reader, FRAME, sender);
  relay.write(reader, FRAME, next);
  assert.deepEqual([sender.paused, next.paused], [false, true]);
});

Deno.test("Relay disconnects a reader that reads nothing for ten seconds, and not before", () => {
  const { relay, clock, reader, sender } = world();
  reader.outlet.backlog = 100;
  relay.write(reader, FRAME, sender);
  clock.advance(MAX_STALL - 500);
  assert.equal(reader.given_up, 0);
  clock.advance(500);
  assert.deepEqual([reader.given_up, relay.slowReaders], [1, 0]);
  clock.advance(MAX_STALL);
  assert.equal(reader.given_up, 1);
});

Deno.test("Relay keeps a reader that reads a little at a time", () => {
  const { relay, clock, reader, sender } = world();
  reader.outlet.backlog = 1000;
  relay.write(reader, FRAME, sender);
  for (let second = 0; second < 60; second++) {
    reader.outlet.backlog -= 1;
    clock.advance(1000);
  }
  assert.equal(reader.given_up, 0);
});

Deno.test("Relay doesn't mistake more data to send for progress", () => {
  const { relay, clock, reader, sender } = world();
  for (let second = 0; second <= MAX_STALL / 1000; second++) {
    reader.outlet.backlog += FRAME.length + 2;
    relay.write(reader, FRAME, sender);
    clock.advance(1000);
  }
  assert.equal(reader.given_up, 1);
});

Deno.test("Relay disconnects a reader that keeps its partner paused for ten seconds, even if it reads a little", () => {
  const { relay, clock, reader, sender } = world();
  reader.outlet.backlog = PAUSE_BYTES + 1000;
  relay.write(reader, FRAME, sender);
  for (let second = 0; second < MAX_STALL / 1000; second++) {
    reader.outlet.backlog -= 1;
    clock.advance(1000);
  }
  assert.deepEqual([reader.given_up, sender.paused], [1, false]);
});

Deno.test("Relay drops frames for a reader beyond the limit, and disconnects it at the next sweep", () => {
  const { relay, clock, reader, sender } = world();
  reader.outlet.backlog = 100;
  relay.write(reader, FRAME, sender);
  reader.outlet.backlog = MAX_BACKLOG_BYTES + 1;
  relay.write(reader, FRAME, sender);
  assert.deepEqual([reader.outlet.sent.length, reader.given_up], [1, 0]);
  clock.advance(500);
  assert.equal(reader.given_up, 1);
});

Deno.test("Relay disconnects a reader that lost a frame, even if it catches up, so no gap goes unnoticed", () => {
  const { relay, clock, reader, sender } = world();
  reader.outlet.backlog = MAX_BACKLOG_BYTES + 1;
  relay.write(reader, FRAME, sender);
  reader.outlet.backlog = 0;
  relay.onWritable(reader);
  clock.advance(500);
  assert.deepEqual([reader.outlet.sent.length, reader.given_up], [0, 1]);
});

Deno.test("Relay writes nothing more to a reader that lost a frame, so no frame follows a gap", () => {
  const { relay, clock, reader, sender } = world();
  reader.outlet.backlog = MAX_BACKLOG_BYTES + 1;
  relay.write(reader, FRAME, sender);
  reader.outlet.backlog = 0;
  relay.write(reader, FRAME, sender);
  clock.advance(500);
  assert.deepEqual([reader.outlet.sent.length, reader.given_up], [0, 1]);
});

Deno.test("Relay forgets a reader that has caught up unnoticed", () => {
  const { relay, clock, reader, sender } = world();
  reader.outlet.backlog = PAUSE_BYTES + 1;
  relay.write(reader, FRAME, sender);
  reader.outlet.backlog = 0;
  clock.advance(500);
  assert.deepEqual([relay.slowReaders, sender.paused, reader.given_up], [0, false, 0]);
});
