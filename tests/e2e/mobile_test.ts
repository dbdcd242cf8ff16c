/** A phone, by emulation: touch, a coarse pointer and a device's sizes. */

import { deepEqual } from "node:assert/strict";
import { DEVICES } from "./browser.ts";
import { WAYS } from "./screens.ts";
import { type OpenFixture, siteFixture } from "./site_fixture.ts";
import type { Visitor } from "./visitor.ts";

const openFixture = siteFixture(...DEVICES);

const PHONE = {
  viewport: { width: 390, height: 844 },
  hasTouch: true,
  isMobile: true,
};

/**
 * Elements to tap that are smaller than 44 pixels. A checkbox is tapped anywhere on its label. Links within a sentence
 * are as high as its lines (WCAG 2.5.8).
 */
const TOO_SMALL = `[...document.querySelectorAll("a, button, summary, input, select, textarea")]
  .map((element) => element.closest("label.checkbox") ?? element)
  .filter((element) => element.checkVisibility({ visibilityProperty: true }))
  .filter((element) => !element.matches("p a"))
  .filter((element) => {
    const { width, height } = element.getBoundingClientRect();
    return width < 44 || height < 43.99;
  })
  .map((element) => element.outerHTML)`;

async function assertTappable(visitor: Visitor, screen: string): Promise<void> {
  deepEqual([screen, ...await visitor.evaluate<string[]>(TOO_SMALL)], [screen]);
}

/** Opens a server whose visitors are all on phones. */
const onPhones: OpenFixture = async (options) => {
  const fixture = await openFixture(options);
  const enter = fixture.enter.bind(fixture);
  fixture.enter = (visitor) => enter({ ...PHONE, ...visitor });
  return fixture;
};

for (const what of ["a chat", "a call", "a search that takes long", "a refused connection"]) {
  Deno.test(`Everything to tap on the way through ${what} is at least 44 pixels high and wide`, async () => {
    await WAYS[what]!(onPhones, assertTappable);
  });
}

Deno.test("No action needs a pointer that hovers", async () => {
  for (const name of ["style", "document", "statistics"]) {
    const css = await Deno.readTextFile(new URL(`../../client/page/${name}.css`, import.meta.url));
    const rules = css.replaceAll(":is(:hover, :focus-within)", ""); // A tap or a key does the same.
    for (const [, body = ""] of rules.matchAll(/:hover[^{]*{([^}]*)}/g)) {
      const changed = [...body.matchAll(/([\w-]+):/g)].map(([, property]) => property);
      const looks = ["filter", "color", "text-decoration", "text-underline-offset", "fill"];
      deepEqual(changed.filter((property) => !looks.includes(property ?? "")), [], name);
    }
  }
});
