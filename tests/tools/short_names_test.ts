/** The build shortens only names that nothing outside of the script can know, and that no string contains. */

import assert from "node:assert/strict";
import * as esbuild from "esbuild";
import { DEFAULT_PREFERENCES } from "../../client/state/preferences.ts";
import { en } from "../../client/languages/en.ts";
import { OWN_NAMES, SHORT_NAMES } from "../../tools/short_names.ts";
import { pages } from "../../client/page.gen.ts";

const root = new URL("../../", import.meta.url);

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

Deno.test("Short names are unique, and no text of the page has one", () => {
  const short = Object.values(SHORT_NAMES);
  assert.equal(new Set(short).size, OWN_NAMES.length);
  for (const name of short) assert.match(name, /^[a-z]{1,2}$/i);
  for (const name of OWN_NAMES) assert.ok(!(name in en.words), name);
});

Deno.test("Short names replace no name that is sent, received or stored", async () => {
  const protocol = await readCode("protocol.ts");
  const modules = await readClient();
  const setup = modules.get("client/media/setup.ts")!;
  for (const name of OWN_NAMES) {
    assert.ok(!hasWord(protocol, name), name);
    assert.ok(!hasWord(setup, name), name);
    assert.ok(!(name in DEFAULT_PREFERENCES), name);
  }
});

Deno.test("Short names replace no name that is in a string or an attribute", async () => {
  for (const [path, code] of await readClient()) {
    for (const name of OWN_NAMES) {
      const text = new RegExp(`["'\`]${name}["'\`]|\\s${name}=(?![=>])`);
      assert.ok(!text.test(code), `${name} in ${path}`);
    }
  }
});

Deno.test("Short names replace names that the client has", async () => {
  const code = [...(await readClient()).values()].join("\n");
  const script = pages.home.html.match(/<script>.*?<\/script>/gs)!.join();
  for (const name of OWN_NAMES) {
    assert.ok(hasWord(code, name), name);
    assert.ok(!script.includes(`.${name}`), name);
  }
});
