/** Environment files: read as systemd reads them, with the lines that Docker reads differently. */

import assert from "node:assert/strict";
import { readAsDocker, readAsSystemd } from "../../../server/config/environment_file.ts";

/** A file, the value of A as systemd reads it, and as Docker does. `undefined` if it sets no A. */
const CASES:
  readonly (readonly [text: string, systemd: string | undefined, docker: string | undefined])[] = [
    ["A=b", "b", "b"],
    ["A=The Society", "The Society", "The Society"],
    ['A="The Society"', "The Society", '"The Society"'],
    ["A='The Society'", "The Society", "'The Society'"],
    ["A=$HOME; rm -rf / `x` && y", "$HOME; rm -rf / `x` && y", "$HOME; rm -rf / `x` && y"],
    ['A="a\\$b \\" \\n"', 'a$b " \\n', '"a\\$b \\" \\n"'],
    ["A='a\\$b'", "a\\$b", "'a\\$b'"],
    ["A=a\\ b", "a b", "a\\ b"],
    ["A=80   # the web", "80   # the web", "80   # the web"],
    ["A=b  \t", "b", "b  \t"],
    ["A=  b", "b", "  b"],
    ["A = b", "b", undefined],
    ["  A=b", "b", "b"],
    ["# A=b", undefined, undefined],
    ["; A=b", undefined, undefined],
    ["export A=b", undefined, undefined],
    ["A", undefined, undefined],
    ["A=", "", ""],
    ['A=""', "", '""'],
    ["A=b=c", "b=c", "b=c"],
    ["A=b\nA=c", "c", "c"],
    ["A=b\\\nc", "bc", "b\\"],
    ['A="b\nc"', "b\nc", '"b'],
    ["A=\"b\"'c'd", "bcd", "\"b\"'c'd"],
    ["A=it's", "it's", "it's"],
    ["A=b\r\nB=c", "b", "b"],
    ["A=\nB=c", "", ""],
    ["#\nA=b", "b", "b"],
  ];

Deno.test("An environment file means what it means to systemd and to Docker", () => {
  for (const [text, systemd, docker] of CASES) {
    const { assignments } = readAsSystemd(text);
    assert.equal(assignments.findLast(({ name }) => name === "A")?.value, systemd, text);
    assert.equal(readAsDocker(text).get("A"), docker, text);
  }
});

Deno.test("An environment file's lines are numbered, and those that set nothing are known", () => {
  const { assignments, ignoredLines } = readAsSystemd(
    '# comment\n\nA="1\n2"\nexport B=3\nC\n1D=4\n=5\nE=6',
  );
  assert.deepEqual(assignments.map(({ name, line }) => [name, line]), [["A", 3], ["E", 9]]);
  assert.deepEqual(ignoredLines, [5, 6, 7, 8]);
});
