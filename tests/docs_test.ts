/** The documents: every link leads somewhere, and repeated facts agree. */

import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { partIn } from "../tools/docs/documents.ts";
import { pathsIn } from "./support/files.ts";

const root = new URL("../", import.meta.url);

/** Folders that are not part of the repository. */
const FOREIGN = ["node_modules", ".git", "dist", "data", "logs"];

/** Every file of the repository, or of a folder in it, whose name ends with `ending`. */
async function filesEnding(ending: string, folder = ""): Promise<string[]> {
  const paths = await pathsIn(
    fileURLToPath(new URL(folder, root)),
    (name) => !FOREIGN.includes(name),
  );
  return paths.filter((path) => path.endsWith(ending)).map((path) => folder + path).sort();
}

/** A document without its code blocks. */
async function proseOf(document: string): Promise<string> {
  const text = await Deno.readTextFile(new URL(document, root));
  return text.replace(/^( *)```[^]*?^\1```$/gm, "");
}

/** The relative links of a document, and the links to its headings. */
function linksIn(prose: string): string[] {
  const text = prose.replace(/`[^`]*`/g, "code");
  const inline = text.matchAll(/\]\(<?([^)\s>]+)>?(?: "[^"]*")?\)/g);
  const references = text.matchAll(/^\[[^\]]+\]: (\S+)/gm);
  return [...inline, ...references].map(([, link]) => link!)
    .filter((link) => !/^(https?|mailto):/.test(link));
}

/** The anchors that a code host generates for a document's headings. */
function anchorsIn(prose: string): Set<string> {
  const anchors = new Set<string>();
  for (const [, heading] of prose.matchAll(/^#{1,6} (.+)$/gm)) {
    const shown = heading!.replace(/\[([^\]]*)\]\([^)]*\)/g, "$1").toLowerCase();
    const anchor = shown.replace(/[^\p{L}\p{N}\p{M}_ -]/gu, "").replaceAll(" ", "-");
    let unique = anchor;
    for (let count = 1; anchors.has(unique); count++) unique = `${anchor}-${count}`;
    anchors.add(unique);
  }
  return anchors;
}

Deno.test("Every relative link in a document leads to a file that exists, and to a heading in it", async () => {
  const documents = await filesEnding(".md");
  assert.ok(documents.length > 20);
  const broken: string[] = [];
  let count = 0;
  for (const document of documents) {
    const prose = await proseOf(document);
    for (const link of linksIn(prose)) {
      count++;
      const [path = "", anchor] = link.split("#");
      const target = path === "" ? new URL(document, root) : new URL(path, new URL(document, root));
      const isThere = await Deno.stat(target).then(() => true, () => false);
      const name = target.href.slice(root.href.length);
      const hasAnchor = anchor === undefined ||
        isThere && name.endsWith(".md") && anchorsIn(await proseOf(name)).has(anchor);
      if (!isThere || !hasAnchor) broken.push(`${document}: ${link}`);
    }
  }
  assert.deepEqual(broken, []);
  assert.ok(count > 100);
});

Deno.test("Anchors are those of a code host", () => {
  assert.deepEqual(
    [...anchorsIn("# A b\n## 2. `C_d`, e: f-g\n# A b\n# Contributing · Licence\n")],
    [
      "a-b",
      "2-c_d-e-f-g",
      "a-b-1",
      "contributing--licence",
    ],
  );
});

Deno.test("Every page of docs/ is in its index", async () => {
  const index = await proseOf("docs/README.md");
  for (
    const page of (await filesEnding(".md", "docs/")).filter((one) => one !== "docs/README.md")
  ) {
    assert.ok(index.includes(`](${page.slice("docs/".length)}): `), `the index lacks ${page}`);
  }
});

Deno.test("Every document that a code file names exists", async () => {
  const files = (await Promise.all(
    [".ts", ".conf", ".service", ".json", "file"].map((ending) => filesEnding(ending)),
  )).flat();
  for (const file of files) {
    const text = await Deno.readTextFile(new URL(file, root));
    for (const [name] of text.matchAll(/(?<![\w/.])docs\/[\w-]+\.md\b/g)) {
      const isThere = await Deno.stat(new URL(name, root)).then(() => true, () => false);
      assert.ok(isThere, `${file} names ${name}`);
    }
  }
});

Deno.test("The README's summary of the benchmarks has the figures of their page", async () => {
  const rows = (document: string, marker: string): string[][] =>
    partIn(document, marker).split("\n").filter((line) => line.startsWith("|"))
      .map((line) => line.split("|").slice(1, -1).map((cell) => cell.trim()));
  const text = async (name: string): Promise<string> =>
    await Deno.readTextFile(new URL(name, root));
  const page = await text("docs/benchmarks.md");
  const measured = ["relay", "memory"].flatMap((part) => rows(page, `measured: ${part}`));
  const [, , ...summary] = rows(await text("README.md"), "measured: summary");
  assert.equal(summary.length, 3);
  for (const [server = "", ...figures] of summary) {
    const known = measured.filter(([name]) => name === server).flat();
    assert.ok(known.length > 0, server);
    for (const figure of figures) assert.ok(known.includes(figure), `${server}: ${figure}`);
  }
});
