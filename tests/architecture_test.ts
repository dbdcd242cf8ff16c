/** The structure that ARCHITECTURE.md describes, checked against the code. */

import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { partOf, PARTS, SHARED } from "../tools/folders.ts";
import { pathsIn } from "./support/files.ts";

const root = new URL("../", import.meta.url);

/** The files that only use keys. */
const KEYED = ["heard_texts", "ratchet", "sealed_frame", "web_crypto_kem"].map((name) =>
  `client/crypto/${name}.ts`
);

/** Every source file: those at the top, and those in the folders of the program. */
async function sources(): Promise<string[]> {
  const top = await Array.fromAsync(Deno.readDir(root), ({ name }) => name);
  const files = top.filter((name) => name.endsWith(".ts"));
  for (const folder of ["server", "client", "tools"]) {
    const paths = await pathsIn(fileURLToPath(new URL(folder, root)));
    files.push(...paths.filter((path) => path.endsWith(".ts")).map((path) => `${folder}/${path}`));
  }
  return files.sort();
}

/** The project files that a file imports, including type imports. */
async function imports(file: string): Promise<string[]> {
  const text = await Deno.readTextFile(new URL(file, root));
  const specifiers = [...text.matchAll(/(?:from|import\(?)\s*"(\.[^"]+\.ts)"/g)].map((
    [, specifier],
  ) => specifier!);
  return specifiers.map((specifier) =>
    new URL(specifier, new URL(file, root)).href.slice(root.href.length)
  );
}

Deno.test("Every source file belongs to a part, and every part has files", async () => {
  const files = await sources();
  for (const file of files) assert.ok(partOf(file), `${file} belongs to no part`);
  for (const part of PARTS) assert.ok(files.some((file) => partOf(file) === part), part.path);
});

Deno.test("Parts may import only parts below them", () => {
  const paths = PARTS.map(({ path }) => path);
  for (const { path, mayImport } of PARTS) {
    for (const imported of mayImport) {
      assert.ok(paths.indexOf(imported) > paths.indexOf(path), `${path} may import ${imported}`);
    }
  }
});

Deno.test("Every file that a document names exists", async () => {
  const pages = await Array.fromAsync(Deno.readDir(new URL("docs/", root)), ({ name }) => name);
  const documents = pages.filter((name) => name.endsWith(".md")).map((name) => `docs/${name}`);
  for (
    const name of ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "SECURITY.md", ...documents]
  ) {
    const text = await Deno.readTextFile(new URL(name, root));
    const named = text.matchAll(/`((?:server|client|tests|docs|tools|deploy)\/[\w/.-]+\.\w+)`/g);
    for (const [, file = ""] of named) {
      const isThere = await Deno.stat(new URL(file, root)).then(() => true, () => false);
      assert.ok(isThere || file.endsWith(".gen.ts"), `${name} names ${file}`);
    }
  }
});

Deno.test("Every part lists exactly the imports that it uses", async () => {
  const used = new Map(PARTS.map(({ path }) => [path, new Set<string>()]));
  for (const file of await sources()) {
    const { path, mayImport } = partOf(file)!;
    for (const imported of await imports(file)) {
      const target = partOf(imported)!.path;
      const isAllowed = target === path || mayImport.includes(target) || SHARED.includes(target);
      assert.ok(isAllowed, `${file} imports ${imported}`);
      used.get(path)!.add(target);
    }
  }
  for (const { path, mayImport } of PARTS) {
    assert.deepEqual(mayImport.filter((target) => !used.get(path)!.has(target)), [], path);
  }
});

Deno.test("Imports form no cycle", async () => {
  const below = new Map<string, readonly string[]>();
  for (const file of await sources()) below.set(file, await imports(file));
  const done = new Set<string>();
  const visit = (file: string, way: readonly string[]): void => {
    assert.ok(!way.includes(file), [...way, file].join(" imports "));
    if (done.has(file)) return;
    for (const imported of below.get(file) ?? []) visit(imported, [...way, file]);
    done.add(file);
  };
  for (const file of below.keys()) visit(file, []);
});

Deno.test("Server and client share only the protocol, and neither imports a test", async () => {
  for (const file of await sources()) {
    const side = file.split("/")[0];
    const foreign = { server: /^(client|tests)\//, client: /^(server|tests)\// }[side!] ??
      /^tests\//;
    assert.deepEqual((await imports(file)).filter((imported) => foreign.test(imported)), [], file);
  }
});

Deno.test("No module has state", async () => {
  for (const file of (await sources()).filter((name) => !name.endsWith(".gen.ts"))) {
    const text = await Deno.readTextFile(new URL(file, root));
    assert.doesNotMatch(
      text,
      /^(?:export )?(?:let|var) |^(?:export )?const \w+ = new (?:Map|Set|WeakMap)\(/m,
      file,
    );
  }
});

Deno.test("Every source file begins with a comment that describes it", async () => {
  for (const file of (await sources()).filter((name) => !name.endsWith(".gen.ts"))) {
    assert.match(await Deno.readTextFile(new URL(file, root)), /^\/\*\*/, file);
  }
});

Deno.test("Clock, randomness and environment are parameters: only main.ts and app.ts access them directly", async () => {
  const reaching =
    /\b(Date\.now|performance\.now|Math\.random|crypto\.|Deno\.(env|args)|setInterval)\b/;
  const allowed = [
    "main.ts",
    "tools/build.ts",
    "tools/compile.ts",
    "tools/docs/main.ts",
    "tools/test.ts",
    "client/app.ts",
    "client/page/reload.ts",
    "client/crypto/key_agreement.ts", // The browser makes the keys. A page has no other source.
    ...KEYED, // For the same reason.
    "client/crypto/transcript.ts", // The browser computes the hashes.
    "client/net/proof_of_work.ts", // The browser computes the hashes. That is the point of the proof of work.
    "server/base/clock.ts",
  ];
  for (
    const file of (await sources()).filter((name) =>
      !allowed.includes(name) && !name.endsWith(".gen.ts")
    )
  ) {
    const code = (await Deno.readTextFile(new URL(file, root))).replace(
      /\/\*[\s\S]*?\*\/|\/\/.*/g,
      "",
    );
    assert.doesNotMatch(code, reaching, file);
  }
});

Deno.test("Only five files use keys, and only they and two that hash use WebCrypto", async () => {
  const hashing = ["client/net/proof_of_work.ts", "client/crypto/transcript.ts"];
  const keyed = ["client/crypto/key_agreement.ts", ...KEYED];
  for (const file of (await sources()).filter((name) => !name.endsWith(".gen.ts"))) {
    const code = await Deno.readTextFile(new URL(file, root));
    if (hashing.includes(file)) assert.doesNotMatch(code, /crypto\.(?!subtle\.digest\()/, file);
    else assert.equal(/crypto\.subtle/.test(code), keyed.includes(file), file);
  }
});
