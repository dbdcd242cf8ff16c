/** Two minutes of everything at the same time, or ten in a long run. `deno task soak` runs longer. */

import assert from "node:assert/strict";
import { repeats, SEED } from "../support/repeats.ts";
import { soak } from "./soak.ts";

const SECONDS = repeats({ sample: 120, long: 600 });

/**
 * Heap growth allowed for addresses that are still remembered, in bytes. It is less than what all clients would leave
 * behind if their sockets or sessions were not released.
 */
const HEAP_ALLOWANCE = repeats({ sample: 30_000_000, long: 150_000_000 });

/** The minimum that makes a soak test meaningful. */
const MINIMUM = { chats: 1_001, frames: 10_001, resumes: 51, takeovers: 21 };

Deno.test(`Soak of ${SECONDS / 60} minutes finds no violated invariant, and frees its memory`, async () => {
  const options = { seconds: SECONDS, actors: 150, seed: SEED, minimum: MINIMUM };
  const { faults, checks, heapBefore, heapAfter, ...done } = await soak(options);
  assert.deepEqual(faults, [], `seed ${SEED}`);
  for (const [what, minimum] of Object.entries(MINIMUM)) {
    const count = done[what as keyof typeof MINIMUM];
    assert.ok(count >= minimum, `${count} ${what}`);
  }
  assert.ok(checks > 100, `${checks} checks`);
  assert.ok(heapAfter < heapBefore + HEAP_ALLOWANCE, `${heapBefore} -> ${heapAfter} bytes`);
});
