/** The structure that ARCHITECTURE.md describes, held against the code. */

import assert from "node:assert/strict";

const root = new URL("../", import.meta.url);

/** Every source file, in the order of the tables in ARCHITECTURE.md: a file may import only what stands below it. */
async function layers(): Promise<string[]> {
  const text = await Deno.readTextFile(new URL("ARCHITECTURE.md", root));
  return [...text.matchAll(/^\| `([\w/.]+\.ts)`/gm)].map(([, file]) => file!);
}

async function sources(folder = ""): Promise<string[]> {
  const files: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(new URL(folder || ".", root))) {
    if (isDirectory && (folder !== "" || ["server", "client"].includes(name))) {
      files.push(...await sources(`${folder}${name}/`));
    } else if (name.endsWith(".ts")) files.push(folder + name);
  }
  return files.sort();
}

/** The project's own files that a file imports, types included. */
async function imports(file: string): Promise<string[]> {
  const text = await Deno.readTextFile(new URL(file, root));
  const specifiers = [...text.matchAll(/(?:from|import\(?)\s*"(\.[^"]+\.ts)"/g)].map((
    [, specifier],
  ) => specifier!);
  return specifiers.map((specifier) =>
    new URL(specifier, new URL(file, root)).href.slice(root.href.length)
  );
}

Deno.test("Every source file stands in ARCHITECTURE.md, once, and nothing else does", async () => {
  const named = await layers();
  assert.deepEqual(named.toSorted(), await sources());
});

Deno.test("Every file that a document names is there", async () => {
  for (const name of ["README.md", "ARCHITECTURE.md", "SECURITY.md"]) {
    const text = await Deno.readTextFile(new URL(name, root));
    const named = text.matchAll(/`((?:server|client|tests|docs)\/[\w/.]+\.\w+)`/g);
    for (const [, file = ""] of named) {
      const isThere = await Deno.stat(new URL(file, root)).then(() => true, () => false);
      assert.ok(isThere || file.endsWith(".gen.ts"), `${name} names ${file}`);
    }
  }
});

Deno.test("Imports point down and never back", async () => {
  const order = await layers();
  for (const file of order) {
    for (const imported of await imports(file)) {
      assert.ok(
        order.indexOf(imported) > order.indexOf(file),
        `${file} imports ${imported}, which is not below it`,
      );
    }
  }
});

Deno.test("Server and client share the protocol and nothing else, and neither imports a test", async () => {
  for (const file of await layers()) {
    const side = file.split("/")[0];
    const foreign = { server: /^(client|tests)\//, client: /^(server|tests)\// }[side!] ??
      /^tests\//;
    assert.deepEqual((await imports(file)).filter((imported) => foreign.test(imported)), [], file);
  }
});

Deno.test("No module keeps state of its own", async () => {
  for (const file of (await layers()).filter((name) => !name.endsWith(".gen.ts"))) {
    const text = await Deno.readTextFile(new URL(file, root));
    assert.doesNotMatch(
      text,
      /^(?:export )?(?:let|var) |^(?:export )?const \w+ = new (?:Map|Set|WeakMap)\(/m,
      file,
    );
  }
});

Deno.test("Every source file begins by saying what it is", async () => {
  for (const file of (await layers()).filter((name) => !name.endsWith(".gen.ts"))) {
    assert.match(await Deno.readTextFile(new URL(file, root)), /^\/\*\*/, file);
  }
});

Deno.test("Clock, randomness and environment come in by the door: only main.ts and app.ts reach for them", async () => {
  const reaching =
    /\b(Date\.now|performance\.now|Math\.random|crypto\.|Deno\.(env|args)|setInterval)\b/;
  const allowed = [
    "main.ts",
    "build.ts",
    "compile.ts",
    "client/app.ts",
    "client/reload.ts",
    "client/sealed_channel.ts", // Keys are made by the browser itself; a page has no other source of them.
    "client/proof_of_work.ts", // Hashes are made by the browser itself, which is the point of that work.
    "server/clock.ts",
  ];
  for (
    const file of (await layers()).filter((name) =>
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

Deno.test("Only the sealed channel touches keys, and nothing but it and the work of a rush touches WebCrypto", async () => {
  const hashing = "client/proof_of_work.ts";

  for (const file of (await layers()).filter((name) => !name.endsWith(".gen.ts"))) {
    const code = await Deno.readTextFile(new URL(file, root));
    if (file === hashing) assert.doesNotMatch(code, /crypto\.(?!subtle\.digest\()/, file);
    else assert.equal(/crypto\.subtle/.test(code), file === "client/sealed_channel.ts", file);
  }
});
