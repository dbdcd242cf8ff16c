/** Links from strangers: nothing opens before the page has said where a link leads and what opening it reveals. */

import { deepEqual, equal, match, ok } from "node:assert/strict";
import { en } from "../../client/languages/en.ts";
import { siteFixture } from "./site_fixture.ts";

const { words } = en;
const openFixture = siteFixture();

/** Links as they are typed, and the hosts that they lead to. */
const LINKS = {
  "https://google.com@evil.example/": "evil.example",
  "https://аpple.com/": "xn--pple-43d.com",
  "http://192.168.0.1:8080/x": "192.168.0.1:8080",
  [`https://${`${"w".repeat(60)}.`.repeat(4)}example/`]: `${`${"w".repeat(60)}.`.repeat(4)}example`,
};

/** Visible elements of the log that overflow its box. */
const OVERHANGS = `[...document.querySelectorAll(".log *")].filter((element) =>
  element.getBoundingClientRect().right > innerWidth).map((element) => element.outerHTML)`;

/** What a link in the log would give to a browser that follows, drags or saves it. */
const ADDRESSES = `[...document.querySelectorAll(".log [href]")]
  .filter((element) => element.checkVisibility()).length`;

/** Keeps what is written to the clipboard, which the headless shell has no permission for. */
const CLIPBOARD = "Clipboard.prototype.writeText = async (text) => { globalThis.copied = text; }";

Deno.test("A stranger's link opens nothing at one touch, and then says which site will see the IP address", async () => {
  await using fixture = await openFixture();
  const [ann, bob] = await fixture.pair({
    viewport: { width: 320, height: 1600 },
    script: CLIPBOARD,
  });
  let opened = 0;
  ann.context.on("page", () => opened++);
  await bob.say(Object.keys(LINKS).join(" "));
  await ann.hears("evil");
  const links = ann.log.locator("summary");
  deepEqual(await links.allTextContents(), Object.keys(LINKS));
  await links.nth(0).click({ button: "middle" });
  await links.nth(0).click({ modifiers: ["ControlOrMeta"] });
  await links.nth(0).click();
  await links.nth(0).focus();
  await ann.key("Enter");
  equal(await ann.evaluate(ADDRESSES), 1);
  await ann.key("Enter");
  equal(await ann.evaluate(ADDRESSES), 0);
  for (const [index, host] of Object.values(LINKS).entries()) {
    await links.nth(index).click();
    await ann.log.getByText(words.LinkOpens.replace("{host}", host), { exact: true }).waitFor();
  }
  equal(opened, 0);
  deepEqual(await ann.evaluate(OVERHANGS), []);

  const open = ann.log.getByRole("link", { name: words.Open, exact: true }).first();
  deepEqual(await open.getAttribute("referrerpolicy"), "no-referrer");
  deepEqual((await open.getAttribute("rel") ?? "").split(" "), ["noopener", "noreferrer"]);
  const copy = ann.log.getByRole("button", { name: words.Copy }).first();
  await copy.click();
  await ann.log.getByRole("button", { pressed: true }).waitFor();
  equal(await ann.evaluate("copied"), Object.keys(LINKS)[0]);
  await ann.context.route("**", (route) => route.fulfill({ body: "a site" }));
  const [site] = await Promise.all([ann.context.waitForEvent("page"), open.click()]);
  match(site.url(), /^https:\/\/(google\.com@)?evil\.example\/$/);
  equal(await site.evaluate("opener === null && document.referrer === ''"), true);
});

Deno.test("A stranger's words are of no known language, unlike what the page says about a link", async () => {
  await using fixture = await openFixture();
  const [ann, bob] = await fixture.pair();
  await ann.evaluate("delete URL.canParse");
  await bob.say("voilà https://example.com。谢谢");
  await ann.hears("voilà");
  equal(await ann.bubbles.first().getAttribute("lang"), "");
  await ann.log.locator("summary").click();
  const about = ann.log.getByText(words.LinkOpens.replace("{host}", "example.com"));
  ok(await about.isVisible());
  equal(await about.evaluate((element) => element.closest("[lang]")?.getAttribute("lang")), "en");
});
