import assert from "node:assert/strict";
import { LEFT, testFiles } from "../../tools/test.ts";

Deno.test("All test files run, each once", () => {
  const files = testFiles("all");
  assert.equal(new Set(files).size, files.length);
  for (const file of files) assert.ok(Deno.statSync(file).isFile, file);
  assert.ok(files.includes("tests/tools/test_test.ts"));
});

Deno.test("Files that are left out need no package other than a browser", () => {
  const left = testFiles("all").filter((file) => !testFiles("rest").includes(file));
  assert.equal(left.length, 19);
  for (const file of left) {
    assert.match(file, /^tests\/(e2e\/|promises_test)/);
    assert.doesNotMatch(Deno.readTextFileSync(file), /isInstalled|Engine|Coturn|clusterTest|Redis/);
  }
});

Deno.test("Files that are left out run on the bare system, with all other tests in a browser", () => {
  const browser = testFiles("browser");
  for (const file of testFiles("all")) {
    const isThere = browser.includes(file);
    assert.ok(isThere || testFiles("rest").includes(file), file);
    assert.equal(isThere, /^tests\/(promises_test|e2e\/\w+_test)\.ts$/.test(file), file);
  }
});

Deno.test("Continuous integration waits for the line that lets the bare system begin", async () => {
  const script = await Deno.readTextFile(".ci/run");
  assert.ok(script.includes(`grep -q '${LEFT.replace(".", "")}'`));
});
