import assert from "node:assert/strict";
import { readRefusal } from "../../../client/net/refusal.ts";
import { CONNECTION_REFUSALS } from "../../../protocol.ts";

Deno.test("Refusal is read when this page knows it", () => {
  for (const code of CONNECTION_REFUSALS) {
    assert.deepEqual(readRefusal({ code, seconds: 5, more: 1 }), { code, seconds: 5 });
  }
});

Deno.test("Refusal that is malformed is ignored", () => {
  const answers = [undefined, null, 7, "full", {}, { code: "full" }, { code: "new", seconds: 1 }];
  for (
    const answer of [...answers, { code: "full", seconds: "1" }, { code: "full", seconds: -1 }]
  ) {
    assert.equal(readRefusal(answer), undefined);
  }
});
