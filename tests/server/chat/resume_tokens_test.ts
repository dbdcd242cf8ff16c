import assert from "node:assert/strict";
import { Tokens } from "../../../server/chat/resume_tokens.ts";

/** Tokens A, B, C and so on. */
function alphabet(): Tokens<string> {
  let next = 64;
  return new Tokens(() => String.fromCharCode(++next));
}

Deno.test("Tokens change with each use, and the used one is spent once the page has heard", () => {
  const tokens = alphabet();
  assert.deepEqual([tokens.issue("ann"), tokens.issue("newcomer")], ["A", "B"]);
  tokens.pass("newcomer", "ann", "A");
  for (const token of ["A", "B"]) {
    assert.deepEqual(tokens.find(token), { kind: "good", owner: "ann" });
  }
  tokens.settle("ann");
  assert.deepEqual(tokens.find("A"), { kind: "spent", owner: "ann" });
  assert.deepEqual(tokens.find("B"), { kind: "good", owner: "ann" });
});

Deno.test("Tokens that were given and not heard of open nothing after the next use", () => {
  const tokens = alphabet();
  tokens.issue("ann");
  for (const newcomer of ["first", "second", "third"]) {
    tokens.issue(newcomer);
    tokens.pass(newcomer, "ann", "A");
  }
  assert.deepEqual(["A", "B", "C", "D"].map((token) => tokens.find(token).kind), [
    "good",
    "unknown",
    "unknown",
    "good",
  ]);
  assert.equal(tokens.size, 2);
});

Deno.test("Tokens are forgotten with their owner, used and spent ones too", () => {
  const tokens = alphabet();
  tokens.issue("ann");
  tokens.issue("newcomer");
  tokens.pass("newcomer", "ann", "A");
  tokens.settle("ann");
  tokens.revoke("ann");
  tokens.revoke("ann");
  assert.equal(tokens.size, 0);
  assert.equal(tokens.find("A").kind, "unknown");
});
