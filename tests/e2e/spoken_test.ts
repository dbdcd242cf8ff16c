/** Spoken languages: the chips of the first screen, the steps of a search, and the beginning of a chat. */

import { deepEqual, equal, ok } from "node:assert/strict";
import type { Locator } from "playwright-core";
import { CATALOGUES } from "../../client/languages/all.ts";
import { en } from "../../client/languages/en.ts";
import { OFFERED_LANGUAGES } from "../../client/languages/spoken.ts";
import { FEATURES } from "../../protocol.ts";
import { waitUntil } from "../support/wait_until.ts";
import { findings } from "./axe.ts";
import { SimulatedServer } from "./simulated_server.ts";
import { inEveryEngine } from "./site_fixture.ts";
import { LOOKING, type Visitor, type VisitorOptions } from "./visitor.ts";

const { words } = en;
const { test, decided } = await inEveryEngine();

/** A visitor whose browser reports these tags. */
function reporting(...tags: string[]): VisitorOptions {
  const get = `get: () => ${JSON.stringify(tags)}`;
  return { script: `Object.defineProperty(Navigator.prototype, "languages", { ${get} })` };
}

function chips({ page }: Visitor): Locator {
  return page.getByRole("list", { name: words.Languages }).getByRole("button");
}

async function names(visitor: Visitor): Promise<string[]> {
  return await chips(visitor).locator("bdi").allTextContents();
}

function menu({ page }: Visitor): Locator {
  return page.getByRole("combobox", { name: words.AddLanguage });
}

/** The languages that the last search named. */
async function sought(server: SimulatedServer): Promise<unknown> {
  await waitUntil(() => server.searches.length > 0);
  return server.searches.at(-1)!["languages"];
}

decided(
  "First screen shows the languages of the browser, which can be removed and added",
  async (openFixture) => {
    await using fixture = await openFixture();
    const server = new SimulatedServer(FEATURES);
    const ann = await fixture.enter({
      ...reporting("de-AT", "en-US", "en", "zh-TW"),
      watch: server.watch,
    });
    await ann.sees(words.LanguagesHint);
    deepEqual(await names(ann), ["Deutsch", "English", "繁體中文"]);
    await ann.press("Remove English");
    await ann.page.locator("#add-language").click();
    await menu(ann).selectOption({ label: "Portuguese" });
    await waitUntil(async () => await chips(ann).count() === 3);
    equal(await menu(ann).inputValue(), "");
    await menu(ann).selectOption({ label: "English" });
    await waitUntil(async () => await chips(ann).count() === 4);
    deepEqual(await names(ann), ["Deutsch", "繁體中文", "português", "English"]);
    equal(await menu(ann).locator("option").count(), 1 + OFFERED_LANGUAGES.length - 4);
    for (const [value, name] of [["fr", "français"], ["es", "español"]] as const) {
      await menu(ann).selectOption(value);
      await ann.button(`Remove ${name}`).waitFor();
    }
    equal(await menu(ann).count(), 0); // Six are the maximum.
    await ann.search();
    deepEqual(await sought(server), ["de", "zh-Hant", "pt", "en", "fr", "es"]);
  },
);

decided(
  "First screen says that any language will do when every chip is removed",
  async (openFixture) => {
    await using fixture = await openFixture();
    const server = new SimulatedServer(FEATURES);
    const ann = await fixture.enter({ ...reporting("de"), watch: server.watch });
    await ann.press("Remove Deutsch");
    await ann.sees(words.AnyLanguage);
    await ann.isAt(ann.page.locator("summary"));
    await ann.search();
    equal(await sought(server), undefined);
  },
);

test("Languages are added with the keyboard alone: a key chooses, Enter or Tab adds", async (openFixture) => {
  await using fixture = await openFixture();
  const ann = await fixture.enter(reporting("de"));
  await ann.interests.focus();
  await ann.key("Tab");
  await ann.isAt(ann.page.locator("summary"));
  await ann.key("Enter");
  await ann.key("Tab");
  await ann.isAt(menu(ann));
  await ann.page.keyboard.type("It");
  await waitUntil(async () => await menu(ann).inputValue() === "it");
  deepEqual(await names(ann), ["Deutsch"]);
  await ann.key("Enter");
  await ann.button("Remove italiano").waitFor();
  equal(await ann.page.getByRole("alert").count(), 0); // Enter didn't press Start.
  for (const key of ["ArrowDown", "ArrowDown"]) await ann.key(key);
  await waitUntil(async () => await menu(ann).inputValue() === "sq");
  await ann.key("Tab");
  await ann.page.getByRole("button", { name: /^Remove (shqip|Albanian)$/ }).waitFor();
  deepEqual((await names(ann)).slice(0, 2), ["Deutsch", "italiano"]);
});

decided(
  "Search shows each step when the server tells it, and never before",
  async (openFixture) => {
    await using fixture = await openFixture();
    const server = new SimulatedServer(FEATURES);
    const ann = await fixture.enter({
      ...reporting("de", "en"),
      watch: server.watch,
      frozen: true,
    });
    await ann.likes("chess");
    await ann.search();
    deepEqual(await sought(server), ["de", "en"]);
    await ann.sees(LOOKING);
    const exact = "Preferably someone who speaks Deutsch or English, and likes chess.";
    server.say({ type: "waiting", step: "exact", search: 1 });
    await ann.sees(exact);
    await ann.passes(20_000);
    await ann.sees(exact);
    server.say({ type: "waiting", step: "either", search: 1 });
    await ann.sees("Now someone who speaks Deutsch or English, or likes chess.");
    server.say({ type: "waiting", step: "anyone", search: 1 });
    await ann.sees(words.Quiet);
    server.say({
      ...{ type: "paired", role: "callee", interests: ["chess"], languages: ["de"], met: false },
      search: 1,
    });
    await ann.meets();
    await ann.sees("You both speak Deutsch.");
    await ann.sees("You both like chess.");
  },
);

decided("Chat says that no shared language was found", async (openFixture) => {
  await using fixture = await openFixture();
  const server = new SimulatedServer(FEATURES);
  const ann = await fixture.enter({ ...reporting("de"), watch: server.watch });
  await ann.search();
  await sought(server);
  server.say({ type: "waiting", step: "anyone", search: 1 });
  await ann.sees(words.Anyone);
  const nothing = { interests: [], languages: [], met: false };
  server.say({ type: "paired", role: "callee", ...nothing, search: 1 });
  await ann.meets();
  await ann.sees(words.NoSharedLanguage);
});

test("Two people who share a language are told which, and a third waits for theirs", async (openFixture) => {
  await using fixture = await openFixture();
  const eve = await fixture.enter(reporting("ja"));
  await eve.search();
  await eve.sees("Preferably someone who speaks 日本語.");
  const [ann, bob] = await fixture.pair(reporting("de", "en"), reporting("fr-CH", "de-CH"));
  for (const visitor of [ann, bob]) await visitor.sees("You both speak Deutsch.");
  await eve.sees(LOOKING);
});

/** Where the control that adds a language is, seen from its label, and whether anything is wider than the window. */
const LAYOUT = `(() => {
  const range = document.createRange();
  range.selectNodeContents(document.getElementById("languages"));
  const label = range.getBoundingClientRect();
  const add = document.getElementById("add-language").getBoundingClientRect();
  return {
    isBeside: label.right <= add.left || add.right <= label.left,
    isBelow: label.bottom <= add.top,
    isWide: document.documentElement.scrollWidth > innerWidth,
  };
})()`;

decided(
  "Languages fit on the smallest phone in every language, and below each other in large text",
  async (openFixture) => {
    await using fixture = await openFixture();
    const five = reporting("zh-TW", "de", "uz-Cyrl", "sr-Latn", "fr");
    const ann = await fixture.enter({ ...five, viewport: { width: 320, height: 568 } });
    await ann.page.locator("#add-language").click();
    for (const code of Object.keys(CATALOGUES)) {
      await ann.chooseLanguage(code);
      const layout = await ann.evaluate(LAYOUT);
      deepEqual([code, layout], [code, { isBeside: true, isBelow: false, isWide: false }]);
      ok(await ann.page.locator("form select").isVisible(), "the menu is open");
    }
    await ann.chooseLanguage("ar");
    deepEqual(await findings(ann), []);
    await ann.chooseLanguage("en");
    const session = await ann.context.newCDPSession(ann.page);
    await session.send("Page.setFontSizes", { fontSizes: { standard: 32 } });
    await ann.until("getComputedStyle(document.documentElement).fontSize === '32px'");
    const { isBelow } = await ann.evaluate<{ isBelow: boolean }>(LAYOUT);
    ok(isBelow, "neither covers the other");
  },
);
