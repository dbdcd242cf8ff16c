import assert from "node:assert/strict";
import { Socket } from "node:net";
import {
  capacityFor,
  FIRST_BYTES_TIMEOUT,
  PendingConnections,
} from "../../../server/listener/pending_connections.ts";
import { once } from "node:events";
import { FakeClock } from "../../support/fake_clock.ts";

Deno.test("Pending connection that stays silent is cut in time, and one that speaks is not", () => {
  const clock = new FakeClock();
  const pending = new PendingConnections(8, clock);
  const [silent, speaking, handshaking] = [new Socket(), new Socket(), new Socket()];
  for (const socket of [silent, speaking, handshaking]) pending.add(socket);
  pending.awaitBytes(silent);
  pending.awaitBytes(speaking);
  clock.advance(FIRST_BYTES_TIMEOUT - 1);
  pending.sweep();
  assert.ok(!silent.destroyed);
  pending.heard(speaking);
  clock.advance(1);
  pending.sweep();
  assert.deepEqual(
    [silent, speaking, handshaking].map(({ destroyed }) => destroyed),
    [true, false, false],
  );
});

Deno.test("Pending connections forget one that has closed, or is served", async () => {
  const pending = new PendingConnections(8, new FakeClock());
  const [closed, served] = [new Socket(), new Socket()];
  pending.add(closed);
  pending.add(served);
  pending.remove(served);
  const closing = once(closed, "close");
  closed.destroy();
  await closing;
  assert.equal(pending.size, 0);
  pending.awaitBytes(served);
  pending.heard(served);
  assert.equal(pending.size, 0);
});

Deno.test("Pending connections beyond their number replace the oldest", () => {
  const pending = new PendingConnections(2, new FakeClock());
  const sockets = [new Socket(), new Socket(), new Socket()];
  for (const socket of sockets) pending.add(socket);
  assert.deepEqual(sockets.map(({ destroyed }) => destroyed), [true, false, false]);
  assert.deepEqual([1, 1_000, 100_000].map(capacityFor), [32, 250, 1024]);
});
