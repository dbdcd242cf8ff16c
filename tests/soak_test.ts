/** Two minutes of everything at once, or ten in a long run; `deno task soak` goes on for longer. */

import assert from "node:assert/strict";
import { repeats, SEED } from "./repeats.ts";
import { soak } from "./soak/soak.ts";

const SECONDS = repeats({ sample: 120, long: 600 });

/**
 * Room for the addresses that are still remembered, in bytes; less than all who were ever here would leave behind, were
 * their sockets or sessions not let go of.
 */
const HEAP_ALLOWANCE = repeats({ sample: 30_000_000, long: 150_000_000 });

Deno.test(`Soak of ${SECONDS / 60} minutes finds nothing that doesn't hold, and memory comes back`, async () => {
  const seed = SEED;
  const { faults, chats, resumes, takeovers, frames, checks, heapBefore, heapAfter } = await soak({
    seconds: SECONDS,
    actors: 150,
    seed,
  });
  assert.deepEqual(faults, [], `seed ${seed}`);
  assert.ok(chats > 1_000 && frames > 10_000 && checks > 100, `${chats} chats, ${frames} frames`);
  assert.ok(resumes > 50 && takeovers > 20, `${resumes} resumes, ${takeovers} takeovers`);
  assert.ok(heapAfter < heapBefore + HEAP_ALLOWANCE, `${heapBefore} -> ${heapAfter} bytes`);
});
