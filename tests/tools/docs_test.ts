/** The generated parts of the documents: they are up to date, and an outdated part is detected and repaired. */

import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { dirname, join } from "node:path";
import {
  GENERATED,
  outdatedDocuments,
  partIn,
  updateDocuments,
  withPart,
} from "../../tools/docs/documents.ts";
import { TempFolder } from "../support/files.ts";

const root = new URL("../../", import.meta.url);
const MAIN = new URL("../../tools/docs/main.ts", import.meta.url);

/** Copies the documents with generated parts. */
async function copyTo(folder: string): Promise<void> {
  for (const { document } of GENERATED) {
    await Deno.mkdir(dirname(join(folder, document)), { recursive: true });
    await Deno.copyFile(new URL(document, root), join(folder, document));
  }
}

/** Runs the task's program in a folder. */
async function run(cwd: string, ...args: string[]): Promise<{ code: number; said: string }> {
  const command = new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-check", "--allow-all", fileURLToPath(MAIN), ...args],
    cwd,
  });
  const { code, stdout } = await command.output();
  return { code, said: new TextDecoder().decode(stdout) };
}

Deno.test("Documents have the tables and the fingerprint that the code prints", async () => {
  assert.deepEqual(await outdatedDocuments(root), [], "run deno task docs");
});

Deno.test("Every generated part of a document is known to the task", async () => {
  const known = GENERATED.map(({ document, name }) => `${document}: ${name}`);
  const found: string[] = [];
  for (const folder of ["", "docs/"]) {
    for await (const { name } of Deno.readDir(new URL(folder || ".", root))) {
      if (!name.endsWith(".md")) continue;
      const text = await Deno.readTextFile(new URL(folder + name, root));
      const markers = text.matchAll(/^<!-- generated: (.+) -->$/gm);
      found.push(...Array.from(markers, ([, part]) => `${folder}${name}: ${part}`));
    }
  }
  assert.deepEqual(found.sort(), known.toSorted());
});

for (const { document, name } of GENERATED) {
  Deno.test(`A changed part of a document is noticed and repaired: ${name}`, async () => {
    await using folder = new TempFolder();
    await copyTo(folder.path);
    const copies = new URL(`file://${folder.path}/`);
    const file = join(folder.path, document);
    const text = await Deno.readTextFile(file);
    const marker = `generated: ${name}`;
    for (const part of [partIn(text, marker).replace(/\w(?=\W*$)/, "~"), ""]) {
      const changed = withPart(text, marker, part);
      assert.notEqual(changed, text);
      await Deno.writeTextFile(file, changed);
      assert.deepEqual(await outdatedDocuments(copies), [document]);
      assert.equal(await Deno.readTextFile(file), changed, "the check writes nothing");
      assert.deepEqual(await updateDocuments(copies), [document]);
      assert.equal(await Deno.readTextFile(file), text);
    }
  });
}

Deno.test("The task docs names outdated documents and exits with 1, updates them, and then succeeds", async () => {
  await using folder = new TempFolder();
  await copyTo(folder.path);
  const file = join(folder.path, "docs/configuration.md");
  const text = await Deno.readTextFile(file);
  await Deno.writeTextFile(file, text.replace("`--port` ", "`--door` "));
  assert.deepEqual(await run(folder.path, "--check"), {
    code: 1,
    said: "docs/configuration.md is out of date: run deno task docs.\n",
  });
  assert.deepEqual(await run(folder.path), { code: 0, said: "Updated docs/configuration.md.\n" });
  assert.deepEqual(await run(folder.path, "--check"), { code: 0, said: "" });
  assert.equal(await Deno.readTextFile(file), text);
});

Deno.test("A document without its marker is an error that names it", async () => {
  await using folder = new TempFolder();
  await copyTo(folder.path);
  const file = join(folder.path, "docs/verify.md");
  await Deno.writeTextFile(file, (await Deno.readTextFile(file)).replace("<!-- end -->", ""));
  await assert.rejects(outdatedDocuments(new URL(`file://${folder.path}/`)), /docs\/verify\.md/);
});
