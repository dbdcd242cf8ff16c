/** Two visitors in two browser engines: whatever one seals, the other must open. */

import { equal, match } from "node:assert/strict";
import { ar } from "../../client/languages/ar.ts";
import { en } from "../../client/languages/en.ts";
import { UnreliableProxy } from "../support/unreliable_proxy.ts";
import { isFirefoxThere, launchFirefox } from "./browser.ts";
import { siteFixture, startedOnce } from "./site_fixture.ts";
import { type AnyVisitor, STRANGER_LEFT, TYPING } from "./visitor.ts";
import { isWebKitThere, WebKit } from "./webkit.ts";
import { WebKitVisitor } from "./webkit_visitor.ts";

const openFixture = siteFixture();
const firefox = startedOnce(launchFirefox);
const webkit = startedOnce(() => WebKit.launch());
const isFirefoxHere = await isFirefoxThere();
const isWebKitHere = await isWebKitThere();

/** The safety pictures that both visitors may compare. */
async function picturesOf({ page }: AnyVisitor): Promise<string> {
  await page.getByText("End-to-end encrypted").click();
  return await page.locator(".encryption-info p").first().innerText();
}

/** Two visitors start, and chat until the second leaves. */
async function talk(ann: AnyVisitor, bob: AnyVisitor): Promise<void> {
  await ann.search();
  await bob.search();
  for (const visitor of [ann, bob]) await visitor.meets();
  const seen = await picturesOf(ann);
  match(seen, /^\w+, \w+, \w+, \w+$/);
  equal(await picturesOf(bob), seen);
  await ann.say("zażółć 👩‍👩‍👧 שלום");
  await bob.hears("zażółć 👩‍👩‍👧 שלום");
  await Promise.all([ann.sees(TYPING), bob.types("y")]);
  await bob.say("long ".repeat(390).trim());
  await ann.hears("long long");
  equal((await ann.messages())[1]?.length, 1_949);
  await bob.leave();
  await ann.reads(STRANGER_LEFT);
}

for (const first of ["Chromium", "Firefox"]) {
  Deno.test({
    name: `Chromium and Firefox talk sealed, typing and leaving included, when ${first} came first`,
    ignore: !isFirefoxHere,
    fn: async () => {
      await using fixture = await openFixture();
      const chromium = await fixture.enter();
      const fox = await fixture.enter({ browser: await firefox() });
      if (first === "Chromium") await talk(chromium, fox);
      else await talk(fox, chromium);
    },
  });
}

for (const first of ["Chromium", "WebKit"]) {
  Deno.test({
    name: `Chromium and WebKit talk sealed, typing and leaving included, when ${first} came first`,
    ignore: !isWebKitHere,
    fn: async () => {
      await using fixture = await openFixture();
      const chromium = await fixture.enter();
      await using safari = await WebKitVisitor.open(await webkit(), fixture.url);
      if (first === "Chromium") await talk(chromium, safari);
      else await talk(safari, chromium);
    },
  });
}

/** Keeps the file that the page saves, instead of a download. */
const KEEP_FILE = `URL.createObjectURL = (file) => {
  globalThis.file = file;
  return "";
}`;

Deno.test({
  name: "Page in WebKit resumes after a drop, saves the chat, and switches to Arabic during it",
  ignore: !isWebKitHere,
  fn: async () => {
    await using fixture = await openFixture();
    using proxy = new UnreliableProxy(Number(new URL(fixture.url).port));
    await using safari = await WebKitVisitor.open(await webkit(), proxy.site);
    const chromium = await fixture.enter();
    for (const visitor of [safari, chromium]) await visitor.search();
    for (const visitor of [safari, chromium]) await visitor.meets();
    proxy.drop();
    await safari.sees(en.words.Dropped);
    await safari.say("from safari");
    await chromium.say("from chromium");
    proxy.restore();
    await safari.hears("from chromium");
    await chromium.hears("from safari");
    await safari.evaluate(KEEP_FILE);
    await safari.press("Save chat");
    const saved = await safari.evaluate<string>("file.text()");
    match(saved, /You: from safari$/m);
    match(saved, /Stranger: from chromium$/m);
    await safari.chooseLanguage("ar");
    await safari.page.locator("html[dir=rtl]").waitFor();
    await safari.page.getByRole("textbox", { name: ar.words.Message, exact: true }).fill("مرحبا");
    await safari.key("Enter");
    await chromium.hears("مرحبا");
  },
});
