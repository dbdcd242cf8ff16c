/** The contract of every backend. A new backend is added to the table and must pass. */

import assert from "node:assert/strict";
import { type Backend, MemoryBackend } from "../../../server/matching/backend.ts";
import { searchRequest } from "../../support/fixtures.ts";

const BACKENDS: Readonly<Record<string, () => Backend>> = { memory: () => new MemoryBackend() };

const [a, b, c] = [searchRequest(1), searchRequest(2), searchRequest(3)];

for (const [name, create] of Object.entries(BACKENDS)) {
  Deno.test(`Backend ${name}: a claim takes two available searches, once`, async () => {
    const backend = create();
    await Promise.all([a, b].map((one) => backend.offer(one, "back")));
    assert.equal(await backend.claim(a, b), true);
    assert.equal(await backend.claim(a, b), false);
  });

  Deno.test(`Backend ${name}: of two claims on one search only one succeeds`, async () => {
    const backend = create();
    await Promise.all([a, b, c].map((one) => backend.offer(one, "back")));
    const taken = await Promise.all([backend.claim(a, c), backend.claim(b, c)]);
    assert.deepEqual(taken.filter(Boolean).length, 1);
  });

  Deno.test(`Backend ${name}: a claim that fails takes no search`, async () => {
    const backend = create();
    await Promise.all([a, c].map((one) => backend.offer(one, "back")));
    assert.equal(await backend.claim(a, b), false);
    assert.equal(await backend.claim(a, c), true);
  });

  Deno.test(`Backend ${name}: a withdrawn search can't be claimed`, async () => {
    const backend = create();
    await Promise.all([a, b].map((one) => backend.offer(one, "back")));
    await backend.withdraw(b);
    assert.equal(await backend.claim(a, b), false);
  });

  Deno.test(`Backend ${name}: a search can't be claimed with itself`, async () => {
    const backend = create();
    await backend.offer(a, "back");
    assert.equal(await backend.claim(a, a), false);
  });
}
