/** The policy as data: every sentence has its proof, and matches the settings. */

import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { DAY, HOUR, parseDay, SECOND } from "../../../server/base/clock.ts";
import { policy, POLICY_CHANGES, type Sentence } from "../../../server/privacy/policy.ts";
import { PROMISES, PROOF_TESTS, proofsOf } from "../../../server/privacy/promises.ts";
import { pathsIn } from "../../support/files.ts";
import { DEFAULT_SETTINGS } from "../../support/fixtures.ts";

const MODES = ["full", "truncated", "off"] as const;

/** All combinations of settings that change the wording of the policy. */
const VARIANTS = MODES.flatMap((accessLog) =>
  (["embedded", "external", "none"] as const).flatMap((relay) =>
    ["", "Deno Deploy"].flatMap((platform) =>
      [true, false].map((isShared) => ({ accessLog, relay, platform, isShared }))
    )
  )
);

function sentences(change: Partial<typeof DEFAULT_SETTINGS> = {}): Sentence[] {
  return policy({ ...DEFAULT_SETTINGS, ...change }).flatMap((section) => section.sentences);
}

function text(change: Partial<typeof DEFAULT_SETTINGS> = {}): string {
  return sentences(change).map(({ says }) => says).join("\n");
}

/** The names of all tests in `tests/` that prove a promise. */
async function provingTests(): Promise<string[]> {
  const tests = new URL("../../", import.meta.url);
  const names: string[] = [];
  for (const path of await pathsIn(fileURLToPath(tests))) {
    if (!path.endsWith("_test.ts")) continue;
    const source = await Deno.readTextFile(new URL(path, tests));
    for (
      const [, said] of source.matchAll(
        /(?:(?:Deno|inProcess)\.test|chromiumTest)\(\s*(?:\{\s*name:\s*)?"(P\d+: [^"]+)"/g,
      )
    ) {
      names.push(said!);
    }
  }
  return names.sort();
}

Deno.test("Policy names exactly the existing tests that prove a promise", async () => {
  assert.deepEqual(await provingTests(), Object.values(PROOF_TESTS).toSorted());
});

Deno.test("Policy has a proof for every sentence and a sentence for every proof, or says why it has no proof", () => {
  for (const change of VARIANTS) {
    for (const { says, proof } of sentences(change)) {
      const proven = "cannot" in proof ? proof.cannot.length > 10 : proof.length > 0;
      assert.ok(proven, says);
    }
  }
  const named = VARIANTS.flatMap((change) => sentences(change))
    .flatMap(({ proof }) => "cannot" in proof ? [] : proof);
  assert.deepEqual([...new Set(named)].sort(), Object.values(PROOF_TESTS).toSorted());
});

Deno.test("Policy makes fourteen promises, each with proofs and existing files", async () => {
  assert.deepEqual(PROMISES.map(({ id }) => id), Array.from({ length: 14 }, (_, n) => `P${n + 1}`));
  for (const promised of PROMISES) {
    assert.ok(proofsOf(promised).length > 0, promised.id);
    for (const file of promised.keptBy) {
      await Deno.stat(new URL(`../../../${file}`, import.meta.url));
    }
  }
});

Deno.test("Policy states the figures in force, and no others", () => {
  const strict = text({ addressRetention: 5 * SECOND, accessLogRetention: 7 * DAY });
  assert.match(
    strict,
    /deleted from memory within 5 seconds after the last connection from it closes/,
  );
  assert.match(strict, /deleted automatically before it is 7 days old/);
  assert.match(strict, /each line is deleted within 7 days/);
  assert.doesNotMatch(strict, /\b1 hour|(before it is|deleted within) 30 days/);
  const plain = text({ addressRetention: HOUR, accessLogRetention: 30 * DAY });
  assert.match(plain, /within 1 hour after the last connection from it closes/);
  assert.match(plain, /before it is 30 days old/);
});

Deno.test("Policy says which access log is kept", () => {
  assert.match(text({ accessLog: "full" }), /and your IP address\./);
  assert.match(text({ accessLog: "truncated" }), /your IP address without its last part/);
  const off = text({ accessLog: "off" });
  assert.match(off, /its access log is switched off/);
  assert.doesNotMatch(off, /one line per request/);
});

Deno.test("Policy names the platform that the server runs on, and what that means", () => {
  const there = text({ accessLog: "off", platform: "Deno Deploy" });
  assert.match(
    there,
    /access log is switched off\.\nIt runs on Deno Deploy, which .* may keep its own records/,
  );
  assert.match(there, /Deno Deploy runs several instances of this server/);
  assert.doesNotMatch(text({ accessLog: "off" }), /Deno Deploy|instances/);
});

Deno.test("Policy says what several nodes share", () => {
  assert.match(
    text({ isShared: true }),
    /tell each other how often an address connects.* keyed hash of the address that only they/,
  );
  assert.match(
    text({ isShared: true }),
    /different machines .* encrypted\. They are not stored anywhere/,
  );
  assert.doesNotMatch(text({ isShared: false }), /machines of this service|several machines/);
});

Deno.test("Policy says how calls are connected", () => {
  assert.match(text({ relay: "embedded" }), /go through this server's relay, so/);
  assert.match(text({ relay: "none" }), /only after both of you agree/);
});

Deno.test("Policy lists its changes with valid dates, the latest first", () => {
  const days = POLICY_CHANGES.map(({ day }) => day);
  assert.deepEqual(days, days.toSorted().reverse());
  for (const day of days) assert.ok(parseDay(day), day);
});

Deno.test("Policy links only to existing pages and places", () => {
  const links = [...text().matchAll(/\]\(([^)]*)\)/g)].map(([, path]) => path);
  assert.ok(links.length > 4);
  for (const link of links) {
    assert.match(link!, /^\/(privacy|contact|transparency|statistics)(#[a-z-]+)?$/);
  }
});
