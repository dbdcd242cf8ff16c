/** Some faults around a busy program, or all of them for ten minutes in a long run. `deno task soak` runs longer. */

import assert from "node:assert/strict";
import { BINARY } from "../support/program.ts";
import { repeats, SEED } from "../support/repeats.ts";
import { faultsFor } from "./faults.ts";
import { soakWithFaults } from "./fault_soak.ts";

const SURROUNDINGS = { tls: false, redis: false };

/** The faults of the sample. */
const SAMPLE = ["stopped process", "unread log", "locked statistics", "removed log folder"];

const ALL = faultsFor(SURROUNDINGS).map(({ name }) => name);

const SECONDS = repeats({ sample: 26, long: 600 });
const INTERVAL = repeats({ sample: 6, long: 20 });
const NAMES = repeats({ sample: SAMPLE.length, long: ALL.length }) === ALL.length ? ALL : SAMPLE;

/**
 * How much more memory the program may use afterwards, in bytes. It is less than what the connections would leave behind
 * if their sockets or sessions were not released. The allocator doesn't return everything to the system.
 */
const HEAP_ALLOWANCE = 10_000_000;
const MEMORY_ALLOWANCE = 100_000_000;

Deno.test({
  name:
    "Program to which something happens every few seconds keeps its promises, forgets everybody, and exits with code 0",
  ignore: Deno.build.os !== "linux" || BINARY !== undefined,
  fn: async () => {
    const { violations, exitCode, faults, heap, memory, chats } = await soakWithFaults({
      ...SURROUNDINGS,
      ...{ seconds: SECONDS, interval: INTERVAL, actors: 40, seed: SEED },
      faults: faultsFor(SURROUNDINGS).filter(({ name }) => NAMES.includes(name)),
    });
    assert.deepEqual([violations, exitCode], [[], 0], `seed ${SEED}`);
    assert.ok(Object.keys(faults).length >= SAMPLE.length / 2, Object.keys(faults).join());
    assert.ok(chats > 20, `${chats} chats`);
    assert.ok(heap.after < heap.before + HEAP_ALLOWANCE, `heap: ${JSON.stringify(heap)}`);
    assert.ok(memory.after < memory.before + MEMORY_ALLOWANCE, `memory: ${JSON.stringify(memory)}`);
  },
});
