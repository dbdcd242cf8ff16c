import assert from "node:assert/strict";
import { SUITES } from "../../../protocol.ts";
import { isOutdated } from "../../../server/chat/suites.ts";

Deno.test("Page is outdated if everything that it offers is older than everything that is current", () => {
  const cases: [offered: number[], current: number[], isOld: boolean][] = [
    [[1], [2], true],
    [[2], [2], false],
    [[3], [2], false],
    [[1, 2], [2], false],
    [[2, 1], [4, 3], true],
    [[2, 3], [4, 3], false],
    [[1], [3, 2], true],
  ];
  for (const [offered, current, isOld] of cases) {
    assert.equal(isOutdated(offered, current), isOld, `${offered} of ${current}`);
  }
  assert.equal(isOutdated(SUITES), false);
});
