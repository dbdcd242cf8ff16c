import assert from "node:assert/strict";
import { OLDEST_DENO, RECOMMENDED_DENO, runtimeProblem } from "../../../server/base/runtime.ts";
import { checkRuntime } from "../../../server/doctor/settings.ts";
import { readCommandLine } from "../../../server/config/command_line.ts";

const isBuiltIn = false;

Deno.test("Runtime is refused in one line with a command if it is too old for the listener", () => {
  for (const version of ["2.7.14", "2.6.8", "2.5.0", "1.46.3"]) {
    assert.equal(
      runtimeProblem("node", { version, isBuiltIn }),
      `--listener=node needs Deno 2.8.0 or later, and this is ${version}: ` +
        `run npx -y deno@${RECOMMENDED_DENO} task start`,
    );
  }
  for (const version of ["2.8.0", "2.9.6", "2.10.0", "3.0.0", "2.8.0-rc.1+abc1234"]) {
    assert.equal(runtimeProblem("node", { version, isBuiltIn }), undefined, version);
  }
  assert.match(
    String(runtimeProblem("deno", { version: "2.4.4", isBuiltIn })),
    /needs Deno 2\.5\.0/,
  );
  assert.equal(runtimeProblem("deno", { version: "2.5.0", isBuiltIn }), undefined);
});

Deno.test("Executable with a runtime that is too old names the command that compiles it again", () => {
  const problem = runtimeProblem("node", { version: "2.6.0", isBuiltIn: true });
  assert.match(String(problem), /: run npx -y deno@\S+ task compile$/);
});

Deno.test("Doctor checks the version of Deno", () => {
  const command = readCommandLine(["doctor"], () => undefined);
  assert.ok(command.kind === "doctor");
  const kinds = ["2.7.14", "2.9.6"].map((version) =>
    checkRuntime(command.config, { version, isBuiltIn }).kind
  );
  assert.deepEqual(kinds, ["problem", "ok"]);
});

Deno.test("Documents and the image use the version of Deno that the program recommends", async () => {
  const root = new URL("../../../", import.meta.url);
  for (const file of ["README.md", "Dockerfile", "docs/install.md", "docs/testing.md"]) {
    const text = await Deno.readTextFile(new URL(file, root));
    const versions = [...text.matchAll(/npx -y deno@(\S+?)[\s`]/g)].map(([, version]) => version);
    assert.deepEqual([...new Set(versions)], [RECOMMENDED_DENO], file);
  }
  assert.notEqual(OLDEST_DENO.node, RECOMMENDED_DENO);
});
