import assert from "node:assert/strict";
import { AppBadge } from "../../../client/app/app_badge.ts";

function setBadge(set: ((count: number) => Promise<void>) | undefined): void {
  Object.defineProperty(navigator, "setAppBadge", { value: set, configurable: true });
}

Deno.test("Badge is set when the count changes, also at the start, and is cleared when the page closes", () => {
  const counts: number[] = [];
  setBadge((count) => Promise.resolve(void counts.push(count)));
  const badge = new AppBadge();
  for (const count of [0, 0, 1, 2, 2]) badge.show(count);
  assert.deepEqual(counts, [0, 1, 2]);
  dispatchEvent(new Event("pagehide"));
  assert.deepEqual(counts, [0, 1, 2, 0]);
});

Deno.test("Badge that the browser lacks or refuses does no harm", async () => {
  for (const set of [undefined, () => Promise.reject(new DOMException("", "NotAllowedError"))]) {
    setBadge(set);
    new AppBadge().show(1);
    await Promise.resolve();
  }
});
