/**
 * Counts the worst habits of the old prose. A count may only shrink: a change that removes some also lowers the limit
 * here, and no change adds any.
 */

import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { filesIn } from "./support/files.ts";

const root = fileURLToPath(new URL("../", import.meta.url));

/** A habit, what to write instead, and how often it is still there. */
const HABITS = [
  { habit: /(?:^|[.:;] |\* )Who(?:ever)? [a-z]/gm, instead: "a noun as the subject", left: 0 },
  { habit: /\b(?:is|are|was|there's) none\b/g, instead: "has no …, is missing", left: 0 },
  { habit: /\b(?:any more|anew|for ever)\b/g, instead: "no longer, again, indefinitely", left: 0 },
  { habit: /\b(?:goes|go|going) on\b/g, instead: "continues, resumes", left: 0 },
  { habit: /\bof (?:its|their|our|your|his|one's) own\b/g, instead: "its, their, our …", left: 0 },
] as const;

/** Everything that people read, except generated files and this one. */
async function prose(): Promise<string[]> {
  const texts: string[] = [];
  for (const folder of ["server", "client", "tests", "tools", "deploy", "docs"]) {
    for (const { path, text } of await filesIn(`${root}${folder}`)) {
      const isProse = /\.(?:ts|md|css|html|yml|conf|service)$/.test(path) &&
        !/\.gen\.ts$|voice_test\.ts$/.test(path);
      if (isProse) texts.push(text);
    }
  }
  for (
    const name of ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "SECURITY.md", "main.ts"]
  ) {
    texts.push(await Deno.readTextFile(root + name));
  }
  return texts;
}

const texts = await prose();
for (const { habit, instead, left } of HABITS) {
  Deno.test(`Prose has no more of ${habit} than before; write ${instead}`, () => {
    const count = texts.reduce((sum, text) => sum + (text.match(habit)?.length ?? 0), 0);
    assert.ok(count <= left, `${count} instead of ${left}: write ${instead}`);
    assert.equal(count, left, `only ${count} are left: lower the limit in this file`);
  });
}
