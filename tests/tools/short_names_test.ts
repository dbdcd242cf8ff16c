/** The build shortens only names that nothing outside of the script can know, and that no string contains. */

import assert from "node:assert/strict";
import { type Node, parse } from "acorn";
import * as esbuild from "esbuild";
import { DEFAULT_PREFERENCES } from "../../client/state/preferences.ts";
import { en } from "../../client/languages/en.ts";
import {
  OWN_CLASSES,
  OWN_NAMES,
  OWN_STRINGS,
  PACKAGE_NAMES,
  SHORT_CLASSES,
  SHORT_NAMES,
  SHORT_STRINGS,
} from "../../tools/short_names.ts";
import { pages } from "../../client/page.gen.ts";

const root = new URL("../../", import.meta.url);

const NAMES = [...OWN_NAMES, ...PACKAGE_NAMES];

/** The modules of the client without types and comments, by path. Catalogues are only texts. */
async function readClient(): Promise<Map<string, string>> {
  const modules = new Map<string, string>();
  const folders = [
    "",
    "app/",
    "crypto/",
    "languages/",
    "media/",
    "net/",
    "page/",
    "state/",
    "views/",
  ];
  for (const folder of folders) {
    for await (const { name } of Deno.readDir(new URL(`client/${folder}`, root))) {
      const path = `client/${folder}${name}`;
      const isCatalogue = /languages\/([a-z]{2}|zh_hant)\.ts$/.test(path);
      if (!/(?<!\.gen|\.d)\.ts$/.test(path) || isCatalogue) continue;
      const { code } = await esbuild.transform(await readCode(path), { loader: "ts" });
      modules.set(path, code);
    }
  }
  await esbuild.stop();
  return modules;
}

/** A module without its comments. */
async function readCode(path: string): Promise<string> {
  const module = await Deno.readTextFile(new URL(path, root));
  return module.replace(/\/\*.*?\*\/|\/\/ .*?$/gms, "");
}

function hasWord(text: string, word: string): boolean {
  return new RegExp(`\\b${word}\\b`).test(text);
}

/** The strings and templates in a module, without the paths of other modules. */
function stringsIn(code: string): string[] {
  const strings: string[] = [];
  const walk = (node: unknown): void => {
    if (typeof node !== "object" || node === null) return;
    const { type, value } = node as Node & { value?: unknown };
    if (type === "Literal" && typeof value === "string") strings.push(value);
    if (type === "TemplateElement") strings.push(`\`${(value as { raw: string }).raw}\``);
    Object.values(node).forEach(walk);
  };
  walk(parse(code, { ecmaVersion: "latest", sourceType: "module" }));
  return strings.filter((string) => !string.endsWith(".ts"));
}

/** The names of everything in a catalogue, at any depth. */
function keysOf(words: object): string[] {
  return Object.entries(words).flatMap(([key, value]) =>
    typeof value === "object" ? [key, ...keysOf(value)] : [key]
  );
}

Deno.test("Short names are unique, and no text of the page has one", () => {
  for (const short of [SHORT_NAMES, SHORT_STRINGS, SHORT_CLASSES].map(Object.values<string>)) {
    assert.equal(new Set(short).size, short.length);
    for (const name of short) assert.match(name, /^[a-z]{1,2}$/i);
  }
  for (const name of NAMES) assert.ok(!(name in en.words), name);
});

Deno.test("Short names replace no name that is sent, received or stored", async () => {
  const protocol = await readCode("protocol.ts");
  const modules = await readClient();
  const setup = modules.get("client/media/setup.ts")!;
  for (const name of NAMES) {
    assert.ok(!hasWord(protocol, name), name);
    assert.ok(!hasWord(setup, name), name);
    assert.ok(!(name in DEFAULT_PREFERENCES), name);
  }
});

Deno.test("Short names replace no name that is in a string or an attribute", async () => {
  for (const [path, code] of await readClient()) {
    for (const name of NAMES) {
      const text = new RegExp(`["'\`]${name}["'\`]|\\s${name}=(?![=>])`);
      assert.ok(!text.test(code), `${name} in ${path}`);
    }
  }
});

Deno.test("Short names replace names that the client has", async () => {
  const code = [...(await readClient()).values()].join("\n");
  const script = pages.home.html.match(/<script>.*?<\/script>/gs)!.join();
  for (const name of OWN_NAMES) assert.ok(hasWord(code, name), name);
  for (const name of NAMES) assert.ok(!new RegExp(`\\.${name}\\b`).test(script), name);
});

Deno.test("Short strings replace whole strings that are neither sent nor stored, and that name nothing else", async () => {
  const modules = await readClient();
  const strings = [...modules.values()].flatMap(stringsIn);
  const files = ["protocol.ts", "client/page/style.css", "client/page/home.html"];
  const others = await Promise.all([...files, "client/page/page.html"].map(readCode));
  for (const string of OWN_STRINGS) {
    const word = new RegExp(`(?<![\\w-])${string}(?![\\w-])`);
    assert.ok(strings.includes(string), string);
    assert.deepEqual(strings.filter((one) => one !== string && word.test(one)), []);
    assert.ok(!others.some((text) => word.test(text)), string);
    assert.ok(!keysOf(en.words).includes(string), string);
    assert.ok(!(string in DEFAULT_PREFERENCES), string);
  }
});

Deno.test("Short classes replace whole classes, in the script and in the style", async () => {
  const style = await Deno.readTextFile(new URL("client/page/style.css", root));
  const code = [...(await readClient()).values()].join("\n");
  for (const name of OWN_CLASSES) {
    assert.match(name, /^[a-z]+(-[a-z]+)+$/);
    assert.match(style, new RegExp(`\\.${name}(?![\\w-])`));
    assert.ok(hasWord(code, name), name);
    assert.ok(!pages.home.html.includes(name), name);
  }
  for (const name of Object.values(SHORT_CLASSES)) {
    assert.doesNotMatch(style, new RegExp(`\\.${name}(?![\\w-])`));
  }
});
