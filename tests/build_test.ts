/** The pages as they are served: complete, small, and made of our source alone. */

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { budgetOf, buildPages, weight } from "../build.ts";
import { pages } from "../client/page.gen.ts";
import { homePage } from "../server/pages/home.ts";
import { fingerprint, type Page } from "../server/reply.ts";
import { readmePart } from "./readme.ts";

for (const language of pages.languages) {
  Deno.test(`Build stays within its budget in the language ${language.code}`, () => {
    const bytes = weight(homePage(pages.home, language));
    assert.ok(
      bytes <= budgetOf(language),
      `the home page weighs ${bytes} of ${budgetOf(language)} bytes`,
    );
  });
}

Deno.test("Build makes the same bytes from the same source", async () => {
  assert.deepEqual(await buildPages({ development: false }), pages);
});

Deno.test("README states the fingerprint of the home page", async () => {
  const hash = fingerprint(homePage(pages.home, pages.languages[0]!));
  assert.equal(await readmePart("fingerprint"), `\`${hash}\``, `the README must state ${hash}`);
});

Deno.test("Build leaves out what only development needs", async () => {
  const development = await buildPages({ development: true });
  assert.match(development.home.html, /location\.reload/);
  assert.doesNotMatch(pages.home.html, /location\.reload/);
});

const documents = [
  ["other", pages.document],
  ...pages.languages.map((one) => [`home (${one.code})`, homePage(pages.home, one)]),
] as [string, Page][];

for (const [name, { html, scripts, styles }] of documents) {
  Deno.test(`Build gives the hash of every inlined part of the ${name} page`, () => {
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
