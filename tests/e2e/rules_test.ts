/** The house rules can be read where a visitor needs them, and nothing is lost by reading them. */

import { equal, match, ok } from "node:assert/strict";
import { en } from "../../client/languages/en.ts";
import { siteFixture } from "./site_fixture.ts";
import type { Visitor } from "./visitor.ts";

const { words } = en;
const openFixture = siteFixture();

/** Follows the link inside `selector`, and returns what the other tab says. */
async function readRules(visitor: Visitor, selector: string): Promise<string> {
  const opened = visitor.context.waitForEvent("page");
  await visitor.page.locator(selector).getByRole("link", { name: words.Links.rules }).click();
  const tab = await opened;
  const heading = await tab.getByRole("heading", { level: 1 }).innerText();
  equal(new URL(tab.url()).pathname, "/rules");
  equal(await tab.evaluate("opener"), null);
  await tab.close();
  return heading;
}

Deno.test("House rules open in another tab from the confirmation of age, whose form stays as it is", async () => {
  await using fixture = await openFixture();
  const ann = await fixture.enter();
  await ann.page.getByLabel(words.Interests, { exact: true }).fill("chess");
  equal(await readRules(ann, ".age"), "House rules");
  equal(await ann.page.getByLabel(words.Interests, { exact: true }).inputValue(), "chess");
  const age = ann.page.getByRole("checkbox", { name: "I am 18 or older", exact: true });
  equal(await age.isChecked(), false);
});

Deno.test("House rules open in another tab from the report form, and the chat continues", async () => {
  await using fixture = await openFixture();
  const [ann, bob] = await fixture.pair();
  await ann.press(words.Report);
  match(await readRules(ann, ".report-form"), /House rules/);
  ok(await ann.button(words.Reasons.spam).isVisible());
  await bob.say("still here?");
  await ann.hears("still here?");
  await ann.press(words.Reasons.spam);
  await ann.reads(words.Notices["report-taken"]);
});
