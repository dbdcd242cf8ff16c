import assert from "node:assert/strict";
import { LogOutput, MAX_LOG_BACKLOG, STALL_TIME } from "../../../server/base/log_output.ts";
import type { TextStream } from "../../../server/base/print.ts";
import { FakeClock } from "../../support/fake_clock.ts";

/** A stream whose writes a test controls. */
class FakeTarget implements TextStream {
  written = "";
  /** Maximum number of bytes per write. */
  room = Infinity;
  /** While this is set, every write is rejected with it. */
  failure: Error | undefined;
  attempts = 0;
  readonly #decoder = new TextDecoder();
  #block: PromiseWithResolvers<void> | undefined;

  async write(bytes: Uint8Array): Promise<number> {
    this.attempts++;
    await this.#block?.promise;
    if (this.failure !== undefined) throw this.failure;
    const taken = bytes.subarray(0, this.room);
    this.written += this.#decoder.decode(taken, { stream: true });
    return taken.length;
  }

  /** Holds every write until `unblock`. */
  block(): void {
    this.#block = Promise.withResolvers();
  }

  unblock(): void {
    this.#block?.resolve();
    this.#block = undefined;
  }
}

function formatLoss(lines: number): string {
  return `lost ${lines}\n`;
}

const BROKEN = new Deno.errors.BrokenPipe();

Deno.test("Log output writes every line in order, even where the stream accepts them in pieces", async () => {
  const target = new FakeTarget();
  target.room = 3;
  const output = new LogOutput(target, new FakeClock(), formatLoss);
  for (const line of ["first line\n", "zweite Zeile: ü\n", "3\n"]) output.write(line);
  await output.flush();
  assert.equal(target.written, "first line\nzweite Zeile: ü\n3\n");
  assert.deepEqual([output.lost, output.isFailing], [0, false]);
});

Deno.test("Log output counts a line that can't be written, tries it once, and doesn't count the notice", async () => {
  const target = new FakeTarget();
  target.failure = BROKEN;
  const output = new LogOutput(target, new FakeClock(), formatLoss);
  for (let line = 1; line <= 5; line++) {
    output.write("lost\n");
    await output.flush();
    const attempts = 2 * line - 1; // The lines, and before each but the first the notice.
    assert.deepEqual([output.lost, output.isFailing, target.attempts], [line, true, attempts]);
  }
});

Deno.test("Log output recovers when its stream does, and says how many lines are missing", async () => {
  const target = new FakeTarget();
  const output = new LogOutput(target, new FakeClock(), formatLoss);
  target.failure = new Error("ENOSPC");
  output.write("while the disk is full\n");
  await output.flush();
  target.failure = undefined;
  output.write("after that\n");
  await output.flush();
  assert.equal(target.written, "lost 1\nafter that\n");
  assert.deepEqual([output.lost, output.isFailing], [1, false]);
});

Deno.test("Log output starts a new line after a partly written one", async () => {
  const target = new FakeTarget();
  const output = new LogOutput(target, new FakeClock(), formatLoss);
  target.room = 4;
  output.write("half a line\n");
  await Promise.resolve();
  target.failure = BROKEN;
  await output.flush();
  target.failure = undefined;
  target.room = Infinity;
  output.write("whole\n");
  await output.flush();
  assert.equal(target.written, "half\nlost 1\nwhole\n");
  assert.equal(output.lost, 1);
});

Deno.test("Log output treats a stream that accepts nothing as broken", async () => {
  const target = new FakeTarget();
  target.room = 0;
  const output = new LogOutput(target, new FakeClock(), formatLoss);
  output.write("nothing of this\n");
  await output.flush();
  assert.deepEqual([output.lost, target.attempts], [1, 1]);
});

Deno.test("Log output buffers no more than its limit for a reader that has stopped", async () => {
  const target = new FakeTarget();
  target.block();
  const output = new LogOutput(target, new FakeClock(), formatLoss);
  const line = "x".repeat(1023) + "\n";
  const fitting = MAX_LOG_BACKLOG / line.length;
  for (let n = 0; n < fitting + 100; n++) output.write(line);
  assert.deepEqual([output.lost, output.isFailing, target.attempts], [100, true, 1]);
  target.unblock();
  await output.flush();
  assert.equal(target.written.length, MAX_LOG_BACKLOG + "lost 100\n".length);
  assert.match(target.written, /x\nlost 100\n$/);
  output.write("again\n");
  await output.flush();
  assert.deepEqual([output.lost, output.isFailing], [100, false]);
});

Deno.test("Log output is failing while it loses the newest lines, even if older ones are still written", async () => {
  const target = new FakeTarget();
  target.block();
  const output = new LogOutput(target, new FakeClock(), formatLoss);
  const line = "x".repeat(1023) + "\n";
  for (let n = 0; n < MAX_LOG_BACKLOG / line.length + 1; n++) output.write(line);
  target.unblock();
  for (let n = 0; n < 100; n++) {
    await Promise.resolve();
    assert.equal(output.isFailing, true);
  }
});

Deno.test("Log output is failing while the current line is not accepted", async () => {
  const clock = new FakeClock();
  const target = new FakeTarget();
  const output = new LogOutput(target, clock, formatLoss);
  target.block();
  output.write("nobody reads this\n");
  clock.advance(STALL_TIME);
  assert.equal(output.isFailing, false);
  clock.advance(1);
  assert.deepEqual([output.isFailing, output.lost], [true, 0]);
  target.unblock();
  await output.flush();
  assert.deepEqual([output.isFailing, output.lost], [false, 0]);
});

Deno.test("Log output that is failing is tried again without a new line, and recovers", async () => {
  const target = new FakeTarget();
  const output = new LogOutput(target, new FakeClock(), formatLoss);
  output.retry();
  assert.equal(target.attempts, 0, "nothing is missing");
  target.failure = BROKEN;
  for (let line = 0; line < 3; line++) output.write("lost\n");
  await output.flush();
  output.retry();
  await output.flush();
  assert.deepEqual([output.lost, output.isFailing, target.written], [3, true, ""]);
  target.failure = undefined;
  output.retry();
  await output.flush();
  assert.deepEqual([output.lost, output.isFailing, target.written], [3, false, "lost 3\n"]);
});

Deno.test("Log output loses no line that arrives while it states a loss", async () => {
  const target = new FakeTarget();
  const output = new LogOutput(target, new FakeClock(), formatLoss);
  target.failure = BROKEN;
  output.write("lost\n");
  await output.flush();
  target.failure = undefined;
  target.block();
  output.retry();
  output.write("in time\n");
  target.unblock();
  await output.flush();
  assert.deepEqual([output.lost, target.written], [1, "lost 1\nin time\n"]);
});
