/** The contract of every backend; a new one joins the table and must pass. */

import assert from "node:assert/strict";
import { type Backend, MemoryBackend, type Ticket } from "../server/backend.ts";

const BACKENDS: Readonly<Record<string, () => Backend>> = { memory: () => new MemoryBackend() };

const [a, b, c] = [1, 2, 3] as Ticket[] as [Ticket, Ticket, Ticket];

for (const [name, create] of Object.entries(BACKENDS)) {
  Deno.test(`Backend ${name}: a claim takes two that are on offer, once`, async () => {
    const backend = create();
    await Promise.all([backend.offer(a), backend.offer(b)]);
    assert.equal(await backend.claim(a, b), true);
    assert.equal(await backend.claim(a, b), false);
  });

  Deno.test(`Backend ${name}: of two claims on one person only one succeeds`, async () => {
    const backend = create();
    await Promise.all([a, b, c].map((id) => backend.offer(id)));
    const taken = await Promise.all([backend.claim(a, c), backend.claim(b, c)]);
    assert.deepEqual(taken.filter(Boolean).length, 1);
  });

  Deno.test(`Backend ${name}: a claim that fails takes nobody`, async () => {
    const backend = create();
    await Promise.all([backend.offer(a), backend.offer(c)]);
    assert.equal(await backend.claim(a, b), false);
    assert.equal(await backend.claim(a, c), true);
  });

  Deno.test(`Backend ${name}: who has withdrawn can't be claimed`, async () => {
    const backend = create();
    await Promise.all([backend.offer(a), backend.offer(b)]);
    await backend.withdraw(b);
    assert.equal(await backend.claim(a, b), false);
  });

  Deno.test(`Backend ${name}: nobody is claimed with themselves`, async () => {
    const backend = create();
    await backend.offer(a);
    assert.equal(await backend.claim(a, a), false);
  });
}
