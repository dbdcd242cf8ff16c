/** Two minutes of everything at once, or ten in a long run; `deno task soak` goes on for longer. */

import assert from "node:assert/strict";
import { repeats, SEED } from "../support/repeats.ts";
import { soak } from "./soak.ts";

const SECONDS = repeats({ sample: 120, long: 600 });

/**
 * Room for the addresses that are still remembered, in bytes; less than all who were ever here would leave behind, were
 * their sockets or sessions not let go of.
 */
const HEAP_ALLOWANCE = repeats({ sample: 30_000_000, long: 150_000_000 });

/** What a soak has to come to, or it says little. */
const LEAST = { chats: 1_001, frames: 10_001, resumes: 51, takeovers: 21 };

Deno.test(`Soak of ${SECONDS / 60} minutes finds nothing that doesn't hold, and memory comes back`, async () => {
  const options = { seconds: SECONDS, actors: 150, seed: SEED, least: LEAST };
  const { faults, checks, heapBefore, heapAfter, ...soaked } = await soak(options);
  assert.deepEqual(faults, [], `seed ${SEED}`);
  for (const [what, least] of Object.entries(LEAST)) {
    const done = soaked[what as keyof typeof LEAST];
    assert.ok(done >= least, `${done} ${what}`);
  }
  assert.ok(checks > 100, `${checks} checks`);
  assert.ok(heapAfter < heapBefore + HEAP_ALLOWANCE, `${heapBefore} -> ${heapAfter} bytes`);
});
