import assert from "node:assert/strict";
import { describeError } from "../../../server/base/log.ts";

Deno.test("Log contains the class and place of an exception, and never its message", () => {
  const secret = "what 203.0.113.7 wrote\n    over two lines";
  const described = describeError(new RangeError(secret));
  assert.equal(described.error, "RangeError");
  assert.match(described.at[0]!, /^at .*log_test\.ts/);
  assert.doesNotMatch(JSON.stringify(described), /203\.0|wrote|two lines/);
});

Deno.test("Log contains only the type of any other thrown value", () => {
  assert.deepEqual(describeError("hello from 203.0.113.7"), { error: "string", at: [] });
});
