/** The contract of every backend. A new backend is added to the table and must pass. */

import assert from "node:assert/strict";
import { type Backend, MemoryBackend } from "../../../server/matching/backend.ts";
import { searchRequest } from "../../support/fixtures.ts";

const BACKENDS: Readonly<Record<string, () => Backend>> = { memory: () => new MemoryBackend() };

const [a, b, c] = [searchRequest(1), searchRequest(2), searchRequest(3)];
const WAITING = { kind: "waiting" };
const TAKEN = { kind: "taken" };

for (const [name, create] of Object.entries(BACKENDS)) {
  Deno.test(`Backend ${name}: an offer takes a search that waits, once`, async () => {
    const backend = create();
    const offers = await Promise.all([a, b, c].map((one) => backend.offer(one, "always")));
    assert.deepEqual(offers, [WAITING, { kind: "paired", partner: a.ticket }, WAITING]);
  });

  Deno.test(`Backend ${name}: a withdrawn search can't be taken`, async () => {
    const backend = create();
    await backend.offer(a, "always");
    await backend.withdraw(a);
    assert.deepEqual(await backend.offer(b, "always"), WAITING);
  });

  Deno.test(`Backend ${name}: a search can't be paired with itself`, async () => {
    const backend = create();
    await backend.offer(a, "always");
    assert.deepEqual(await backend.offer(a, "always"), WAITING);
  });

  Deno.test(`Backend ${name}: a search that was taken is offered again only on demand`, async () => {
    const backend = create();
    await backend.offer(a, "always");
    await backend.offer(b, "always");
    assert.deepEqual(await backend.offer(a, "if-waiting"), TAKEN);
    assert.deepEqual(await backend.offer(c, "always"), WAITING);
    assert.deepEqual(await backend.offer(a, "always"), { kind: "paired", partner: c.ticket });
  });

  Deno.test(`Backend ${name}: a search in its next step replaces that of the step before`, async () => {
    const backend = create();
    const picky = searchRequest(1, { interests: ["chess"] });
    await backend.offer(picky, "always");
    assert.deepEqual(await backend.offer(b, "always"), WAITING);
    const open = await backend.offer({ ...picky, step: "anyone" }, "if-waiting");
    assert.deepEqual(open, { kind: "paired", partner: b.ticket });
    const another = searchRequest(4, { interests: ["chess"] });
    assert.deepEqual(await backend.offer(another, "always"), WAITING);
  });
}
