import assert from "node:assert/strict";
import { ResumeTokens } from "../../../server/chat/resume_tokens.ts";

/** Tokens A, B, C and so on. */
function alphabet(): ResumeTokens<string> {
  let next = 64;
  return new ResumeTokens(() => String.fromCharCode(++next));
}

Deno.test("Tokens change with each use, and a used one expires once the page has confirmed the new one", () => {
  const tokens = alphabet();
  assert.deepEqual([tokens.issue("ann"), tokens.issue("newcomer")], ["A", "B"]);
  tokens.transfer("newcomer", "ann", "A");
  for (const token of ["A", "B"]) {
    assert.deepEqual(tokens.find(token), { kind: "good", owner: "ann" });
  }
  tokens.confirm("ann");
  assert.deepEqual(tokens.find("A"), { kind: "spent", owner: "ann" });
  assert.deepEqual(tokens.find("B"), { kind: "good", owner: "ann" });
});

Deno.test("Tokens that were issued but never confirmed are invalid after the next use", () => {
  const tokens = alphabet();
  tokens.issue("ann");
  for (const newcomer of ["first", "second", "third"]) {
    tokens.issue(newcomer);
    tokens.transfer(newcomer, "ann", "A");
  }
  assert.deepEqual(["A", "B", "C", "D"].map((token) => tokens.find(token).kind), [
    "good",
    "unknown",
    "unknown",
    "good",
  ]);
  assert.equal(tokens.size, 2);
});

Deno.test("Tokens are removed with their owner, used and expired ones too", () => {
  const tokens = alphabet();
  tokens.issue("ann");
  tokens.issue("newcomer");
  tokens.transfer("newcomer", "ann", "A");
  tokens.confirm("ann");
  tokens.revoke("ann");
  tokens.revoke("ann");
  assert.equal(tokens.size, 0);
  assert.equal(tokens.find("A").kind, "unknown");
});
