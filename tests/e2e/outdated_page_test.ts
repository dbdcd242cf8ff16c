/** A page that is older or newer than its server: what it shows, and how the visitor reloads it. */

import { deepEqual, equal } from "node:assert/strict";
import { CATALOGUES } from "../../client/languages/all.ts";
import { en } from "../../client/languages/en.ts";
import { FEATURES, SUITES } from "../../protocol.ts";
import { waitUntil } from "../support/wait_until.ts";
import { findings } from "./axe.ts";
import { SimulatedServer } from "./simulated_server.ts";
import { inEveryEngine } from "./site_fixture.ts";
import { LOOKING } from "./visitor.ts";

const { words } = en;
const { decided } = await inEveryEngine();

decided(
  "A page that is too old for its server says so while it searches, and one press reloads it",
  async (openFixture) => {
    await using fixture = await openFixture();
    const newer = new SimulatedServer(FEATURES);
    const viewport = { width: 320, height: 568 };
    const ann = await fixture.enter({ viewport, watch: newer.watch });
    await ann.search();
    await waitUntil(() => newer.searches.length === 1);
    deepEqual(newer.searches[0]!["suites"], SUITES);
    await ann.sees(LOOKING);
    equal(await ann.page.getByText(words.Reload).count(), 0);
    newer.say({ type: "waiting", search: 1, reload: true });
    const link = ann.page.getByRole("status").getByRole("link", { name: words.Reload });
    await link.waitFor();
    for (const theme of ["light", "dark"] as const) {
      await ann.page.emulateMedia({ colorScheme: theme });
      deepEqual(await findings(ann), [], theme);
    }
    for (const [code, { words: { Reload } }] of Object.entries(CATALOGUES)) {
      await ann.chooseLanguage(code);
      await ann.sees(Reload);
      equal(await ann.evaluate("document.documentElement.scrollWidth > innerWidth"), false, code);
    }
    await ann.chooseLanguage("en");
    await ann.evaluate("globalThis.isOld = true");
    await link.click();
    await ann.button(words.StartText).waitFor();
    equal(await ann.evaluate("globalThis.isOld === undefined"), true, "the page was not reloaded");
  },
);

decided(
  "A page that is newer than its server doesn't search there, and says how to meet people",
  async (openFixture) => {
    await using fixture = await openFixture();
    const older = new SimulatedServer(FEATURES.filter((feature) => feature !== "suites"));
    const ann = await fixture.enter({ watch: older.watch });
    await ann.search();
    await ann.sees(words.Reload);
    await ann.press(words.Cancel);
    await waitUntil(() => older.heard.some(({ type }) => type === "leave"));
    deepEqual(older.searches, []);
  },
);
