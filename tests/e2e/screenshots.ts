/**
 * Takes the screenshots of the README: a chat on a desktop beside the first screen of a phone, in light and in dark.
 * `deno task pictures` writes them to docs/.
 */

import type { Browser } from "playwright-core";
import { serve } from "../support/server_under_test.ts";
import { draw } from "./draw.ts";
import { SiteFixture } from "./site_fixture.ts";
import { TYPING, type VisitorOptions } from "./visitor.ts";

type ColorScheme = "light" | "dark";

const DESKTOP = { width: 860, height: 716 };
const PHONE = { width: 360, height: 716 };
const MARGIN = 16;

/** The colour around the screens, close to that of a page on GitHub. */
const AROUND = { light: "#e7e3da", dark: "#0b0d10" } as const;

/** The screenshots by file name, as PNG. */
export async function screenshots(browser: Browser): Promise<Record<string, Uint8Array>> {
  return {
    "screenshot-light.png": await screenshot(browser, "light"),
    "screenshot-dark.png": await screenshot(browser, "dark"),
  };
}

async function screenshot(browser: Browser, colorScheme: ColorScheme): Promise<Uint8Array> {
  await using fixture = new SiteFixture(browser, await serve());
  const look = { colorScheme, timezoneId: "UTC", locale: "en-GB" };
  const screens = [
    await showChat(fixture, { ...look, viewport: DESKTOP }),
    await showHome(fixture, { ...look, viewport: PHONE }),
  ].map((png) => `<img src="data:image/png;base64,${png.toBase64()}">`);
  return await draw(browser, {
    width: DESKTOP.width + PHONE.width + 3 * MARGIN,
    height: DESKTOP.height + 2 * MARGIN,
    html: `<style>
      body { margin: ${MARGIN}px; display: flex; gap: ${MARGIN}px; background: ${
      AROUND[colorScheme]
    } }
      img { border-radius: 12px }
    </style>${screens.join("")}`,
  });
}

async function showChat(fixture: SiteFixture, look: VisitorOptions): Promise<Uint8Array> {
  const [ann, bob] = [await fixture.enter({ ...look, frozen: true }), await fixture.enter()];
  for (const visitor of [ann, bob]) await visitor.likes("hiking");
  for (const visitor of [ann, bob]) await visitor.search();
  for (const visitor of [ann, bob]) await visitor.meets();
  await ann.page.getByText("End-to-end encrypted").click();
  await ann.passes(10_000); // Otherwise, the stranger writes faster than anyone can type.
  await bob.say("Hi! Where do you hike?");
  await ann.hears("Where do you hike?");
  await ann.say(
    "Mostly in the Alps. Last week I walked from hut to hut for four days, and it rained on three. 🙂",
  );
  await bob.hears("four days");
  await bob.say("Sounds like my kind of holiday. Which part?");
  await ann.hears("Which part?");
  await Promise.all([ann.sees(TYPING), bob.types("I")]);
  return await ann.page.screenshot();
}

async function showHome(fixture: SiteFixture, look: VisitorOptions): Promise<Uint8Array> {
  const visitor = await fixture.enter(look);
  for (const interest of ["music", "hiking"]) await visitor.likes(interest);
  await visitor.confirm();
  return await visitor.page.screenshot();
}
