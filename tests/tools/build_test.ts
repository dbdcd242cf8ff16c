/** The pages as they are served: complete, small, and built only from our source. */

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { BUDGET, buildPages, sourceOf, weight } from "../../tools/build.ts";
import { CATALOGUES } from "../../client/languages/all.ts";
import { en } from "../../client/languages/en.ts";
import { build, pages } from "../../client/page.gen.ts";
import { homePage } from "../../server/site/home_page.ts";
import type { Page } from "../../server/http/message.ts";
import { TempFolder } from "../support/files.ts";
import { isInstalled } from "../support/installed.ts";

for (const language of pages.languages) {
  Deno.test(`Build stays within its budget in the language ${language.code}`, () => {
    const bytes = weight(homePage(pages.home, language));
    assert.ok(
      bytes <= BUDGET,
      `the home page weighs ${bytes} of ${BUDGET} bytes`,
    );
  });
}

Deno.test("Build produces the same bytes from the same source", async () => {
  assert.deepEqual(await buildPages({ development: false }), pages);
});

Deno.test("Build states its commit, and whether files differ from it", {
  ignore: !await isInstalled({
    name: "git",
    skipped: "the test of what a build states is skipped",
  }),
}, async () => {
  await using folder = new TempFolder();
  const { path } = folder;
  const source = new URL(`file://${path}/`);
  assert.equal(await sourceOf(source), "unknown");
  await Deno.writeTextFile(`${path}/file`, "one");
  const commit = await commitAll(path);
  assert.equal(await sourceOf(source), `${commit.slice(0, 12)} of 2026-05-05`);
  await Deno.mkdir(`${path}/inner`);
  assert.equal(await sourceOf(new URL("inner/", source)), "unknown", "a folder of something else");
  await Deno.writeTextFile(`${path}/file`, "two");
  assert.equal(await sourceOf(source), `${commit.slice(0, 12)} of 2026-05-05, changed`);
  assert.match(build, /^(unknown|[0-9a-f]{12} of \d{4}-\d\d-\d\d(, changed)?)$/);
});

/** Turns a folder into a repository with one commit, and returns its hash. */
async function commitAll(cwd: string): Promise<string> {
  const date = "2026-05-05T12:00:00Z";
  const env = { GIT_CONFIG_GLOBAL: "/dev/null", GIT_AUTHOR_DATE: date, GIT_COMMITTER_DATE: date };
  const git = async (...args: string[]): Promise<string> => {
    const { stdout } = await new Deno.Command("git", { args, cwd, env }).output();
    return new TextDecoder().decode(stdout).trim();
  };
  await git("init", "--quiet");
  await git("add", ".");
  const who = ["-c", "user.name=Somebody", "-c", "user.email=somebody@chat.example"];
  await git(...who, "commit", "--quiet", "--message=All");
  return await git("rev-parse", "HEAD");
}

Deno.test("Build leaves out what only development needs", async () => {
  const development = await buildPages({ development: true });
  assert.match(development.home.html, /location\.reload/);
  assert.doesNotMatch(pages.home.html, /location\.reload/);
});

Deno.test("Build leaves out the parser of templates, because all templates are compiled", () => {
  assert.doesNotMatch(pages.home.html, /["'`]\.\.\.["'`]/); // htm compares with the three dots of a spread.
});

Deno.test("Build shortens custom properties, except those that the script sets", () => {
  const { html } = pages.home;
  const namesIn = (pattern: RegExp): string[] => [...html.matchAll(pattern)].map(([, n]) => n!);
  const declared = namesIn(/(--[\w-]+):/g);
  const known = [...declared, ...namesIn(/setProperty\("(--\w+)"/g)];
  for (const name of namesIn(/var\((--[\w-]+)/g)) assert.ok(known.includes(name), name);
  for (const name of declared) assert.match(name, /^--\w$/);
});

Deno.test("Build sends the texts of each language in the order that the script expects", () => {
  for (const { code, words } of pages.languages) {
    assert.deepEqual(words, Object.keys(en.words).map((name) => wordsOf(code)[name]), code);
  }
});

/** The texts of a language, by name. */
function wordsOf(code: string): Readonly<Record<string, unknown>> {
  return CATALOGUES[code]!.words;
}

const documents = [
  ["other", pages.document],
  ...pages.languages.map((one) => [`home (${one.code})`, homePage(pages.home, one)]),
] as [string, Page][];

for (const [name, { html, scripts, styles }] of documents) {
  Deno.test(`Build contains the hash of every inlined part of the ${name} page`, () => {
    const hashes = (element: RegExp): string[] =>
      [...html.matchAll(element)].map(([, content]) =>
        createHash("sha256").update(content!).digest("base64")
      );
    assert.deepEqual(hashes(/<script>(.*?)<\/script>/gs), scripts);
    assert.deepEqual(hashes(/<style>(.*?)<\/style>/gs), styles);
    assert.equal(styles.length, 1);
  });

  Deno.test(`Build makes a ${name} page that loads nothing and has no inline handler or style`, () => {
    const markup = html.replace(/<(script|style)>.*?<\/\1>/gs, "");
    const targets = [...markup.matchAll(/\s(?:src|href|action|srcset)="([^"]*)"/g)].map((
      [, target],
    ) => target!);
    assert.deepEqual(targets.filter((target) => !/^(\/|data:)/.test(target)), []);
    assert.doesNotMatch(markup, /\s(on\w+|style)=/);
    assert.doesNotMatch(html, /@import|url\((?!["']?data:)/);
  });
}

Deno.test("Build makes a service worker that handles nothing but requests of the page and presses", () => {
  const script = textOf("/notifications.js");
  const handlers = [...script.matchAll(/addEventListener\("(\w+)"/g)].map(([, type]) => type);
  assert.deepEqual(handlers.sort(), ["activate", "message", "notificationclick"]);
  assert.doesNotMatch(script, /\bon\w+=|fetch|caches|indexedDB|importScripts|openWindow/);
});

Deno.test("Build makes every icon that the manifest names, in the size that it names", () => {
  const { icons } = JSON.parse(textOf("/manifest.webmanifest"));
  assert.ok(icons.length >= 4);
  for (const { src, sizes, type } of icons) {
    assert.equal(fileAt(src).type, type, src);
    if (sizes !== "any") assert.equal(sizeOf(bytesOf(src)), sizes, src);
  }
  assert.match(textOf("/icon.svg"), /^<svg .*<\/svg>$/);
});

Deno.test("Build makes a preview picture in the size that messengers require", () => {
  assert.equal(sizeOf(bytesOf("/preview.png")), "1200x630");
  assert.equal(sizeOf(bytesOf("/apple-touch-icon.png")), "180x180");
});

Deno.test("Build makes a favicon.ico that contains one complete picture", () => {
  const ico = bytesOf("/favicon.ico");
  const view = new DataView(ico.buffer);
  assert.deepEqual([...ico.subarray(0, 8)], [0, 0, 1, 0, 1, 0, 32, 32]);
  const [length, start] = [view.getUint32(14, true), view.getUint32(18, true)];
  assert.equal(start + length, ico.length);
  assert.equal(sizeOf(ico.subarray(start)), "32x32");
});

function fileAt(path: string): { readonly type: string; readonly base64: string } {
  const file = Object.entries(pages.staticFiles).find(([name]) => name === path)?.[1];
  assert.ok(file, path);
  return file;
}

function bytesOf(path: string): Uint8Array {
  return Uint8Array.fromBase64(fileAt(path).base64);
}

function textOf(path: string): string {
  return new TextDecoder().decode(bytesOf(path));
}

/** The size of a PNG, from its first chunk. */
function sizeOf(png: Uint8Array): string {
  assert.equal(new TextDecoder("latin1").decode(png.subarray(1, 4)), "PNG");
  const { buffer, byteOffset } = png;
  const header = new DataView(buffer, byteOffset + 16, 8);
  return `${header.getUint32(0)}x${header.getUint32(4)}`;
}
