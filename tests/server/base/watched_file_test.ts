import assert from "node:assert/strict";
import { join } from "node:path";
import type { Log } from "../../../server/base/log.ts";
import { type Parsed, WatchedFile } from "../../../server/base/watched_file.ts";
import { TempFolder } from "../../support/files.ts";

const MAX_BYTES = 100;

/** A file of numbers that is watched, and what is logged about it. */
class World implements AsyncDisposable {
  readonly said: [message: string, properties?: Record<string, string>][] = [];
  readonly #folder = new TempFolder();
  readonly path = join(this.#folder.path, "number");

  constructor(content: string | Uint8Array = "1") {
    this.write(content);
  }

  write(content: string | Uint8Array): void {
    const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
    Deno.writeFileSync(this.path, bytes);
  }

  open(): Promise<WatchedFile<number>> {
    const note = (message: string, properties: Record<string, string>): void => {
      this.said.push([message, properties]);
    };
    const log = { info: note, warn: note, error: note } as unknown as Log;
    const { path } = this;
    return WatchedFile.open({ name: "number file", path, maxBytes: MAX_BYTES, parse, log });
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#folder[Symbol.asyncDispose]();
  }
}

function parse(text: string): Parsed<number> {
  return /^\d+\s*$/.test(text)
    ? { kind: "valid", value: Number(text) }
    : { kind: "invalid", reason: "it has no number" };
}

/** What may be in the place of a file, and the reason for which it is refused. */
const UNUSABLE: readonly [content: string | Uint8Array | "folder" | "missing", reason: string][] = [
  ["secret", "it has no number"],
  ["1".repeat(MAX_BYTES + 1), `it is larger than ${MAX_BYTES} bytes`],
  [Uint8Array.of(0x31, 0xff), "it is not UTF-8"],
  ["folder", "it is not a file"],
  ["missing", "ENOENT"],
];

function put(world: World, content: string | Uint8Array): void {
  Deno.removeSync(world.path, { recursive: true });
  if (content === "folder") Deno.mkdirSync(world.path);
  else if (content !== "missing") world.write(content);
}

Deno.test("Watched file that can't be used at the start is a mistake, which is named without the content", async () => {
  for (const [content, reason] of UNUSABLE) {
    await using world = new World();
    put(world, content);
    await assert.rejects(world.open(), {
      message: `Cannot use the number file ${world.path}: ${reason}.`,
    });
  }
});

Deno.test("Watched file that can't be used later keeps its content, fails, is logged once, and recovers", async () => {
  await using world = new World();
  const file = await world.open();
  for (const [content, reason] of UNUSABLE) {
    put(world, content);
    for (let check = 0; check < 5; check++) assert.equal(await file.check(), false);
    assert.deepEqual([file.value, file.isFailing], [1, true], reason);
    const [said, ...more] = world.said.splice(0);
    assert.match(said![1]!.because!, new RegExp(`${reason}\\.$`));
    assert.doesNotMatch(JSON.stringify(said), /secret/);
    assert.deepEqual(more, []);
  }
  world.write("1");
  await file.check();
  await file.check();
  assert.deepEqual([file.value, file.isFailing], [1, false]);
  assert.deepEqual(world.said.map(([message]) => message), [
    "The number file can be used again, and is unchanged.",
  ]);
});

Deno.test("Watched file applies a change that two checks have read, and never one that is being written", async () => {
  await using world = new World("1");
  const file = await world.open();
  const written = "1234";
  for (let length = 1; length <= written.length; length++) {
    world.write(written.slice(0, length));
    assert.equal(await file.check(), false);
    assert.equal(file.value, 1);
  }
  assert.equal(await file.check(), true);
  assert.equal(file.value, 1234);
  assert.equal(await file.check(), false);
});

Deno.test("Watched file applies a change immediately when it is reloaded, even during a check", async () => {
  await using world = new World("1");
  const file = await world.open();
  world.write("2");
  const checks = [file.check(), file.check(), file.reload(), file.check()];
  assert.deepEqual(await Promise.all(checks), [false, false, true, false]);
  assert.equal(file.value, 2);
});
