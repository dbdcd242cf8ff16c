/** What the page remembers, and how it works without stored preferences. */

import { deepEqual, equal, ok } from "node:assert/strict";
import { en } from "../../client/languages/en.ts";
import { siteFixture } from "./site_fixture.ts";
import { LOOKING, type Visitor } from "./visitor.ts";

const openFixture = siteFixture();

Deno.test("Confirmation is remembered when the page is opened again", async () => {
  await using fixture = await openFixture();
  const ann = await fixture.enter();
  equal(await ann.checkbox.isChecked(), false);
  await ann.confirm();
  await ann.page.reload();
  await ann.checkbox.waitFor();
  equal(await ann.checkbox.isChecked(), true);
  const bob = await fixture.enter();
  equal(await bob.checkbox.isChecked(), false);
});

Deno.test("Page works without stored preferences when localStorage is blocked", async () => {
  const script = `Object.defineProperty(globalThis, "localStorage", {
    get() { throw new DOMException("Access is denied.", "SecurityError"); },
  });`;
  await using fixture = await openFixture();
  const errors: string[] = [];
  const watch: (page: Visitor["page"]) => void = (page) =>
    page.on("pageerror", (error) => errors.push(error.message));
  const [ann, bob] = await fixture.pair({ script, watch });
  await ann.press("Sound on");
  await ann.button("Sound off").waitFor();
  await ann.say("no store");
  await bob.hears("no store");
  deepEqual(errors, []);
});

Deno.test("Page falls back to its defaults when the store holds anything else", async () => {
  await using fixture = await openFixture();
  const ann = await fixture.enter();
  const values = [
    "{broken",
    "null",
    "[]",
    `"text"`,
    "",
    `{"version":1,"adult":"yes","sound":7}`,
    `{"version":99,"adult":true}`,
  ];
  for (const value of values) {
    await ann.confirm();
    const spoilt = await ann.evaluate<number>(
      `Object.keys(localStorage).map((key) => localStorage[key] = ${JSON.stringify(value)}).length`,
    );
    ok(spoilt > 0, "there is something to spoil");
    await ann.page.reload();
    await ann.button("Start text chat").waitFor();
    equal(await ann.checkbox.isChecked(), false, value);
  }
  await ann.search();
  await ann.sees(LOOKING);
});

Deno.test("Tabs of one browser share preferences, undo none of them, and say when they are paired", async () => {
  await using fixture = await openFixture();
  const ann = await fixture.enter();
  const tab = await ann.openTab();
  const kept = (): Promise<string> => ann.evaluate("Object.values(localStorage)[0]");
  await ann.confirm();
  await tab.until("document.getElementById('adult').checked");
  await ann.press("Start video chat");
  await ann.page.getByText(en.words.Choices.cameraOff).click();
  await tab.page.getByRole("combobox").selectOption("de");
  await ann.page.locator("html[lang=de]").waitFor({ state: "attached" });
  ok((await kept()).includes('"cameraOff":true'), "the other tab has not undone it");
  await tab.page.getByRole("combobox").selectOption("en");
  await ann.page.locator("html[lang=en]").waitFor({ state: "attached" });
  await ann.press("Back");
  for (const visitor of [ann, tab]) await visitor.press("Start text chat");
  for (const visitor of [ann, tab]) {
    await visitor.reads(en.words.Notices["own-tab"]);
    await visitor.button("New chat").waitFor();
  }
  await tab.evaluate("localStorage.clear()");
  await ann.press("Change interests");
  await ann.until("!document.getElementById('adult').checked");
});
