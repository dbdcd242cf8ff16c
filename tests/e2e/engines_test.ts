/** Two visitors in two browser engines: whatever one seals, the other must open. */

import { equal, match } from "node:assert/strict";
import { isFirefoxThere, launchFirefox } from "./browser.ts";
import { siteFixture, startedOnce } from "./site_fixture.ts";
import { STRANGER_LEFT, TYPING, type Visitor } from "./visitor.ts";

const openFixture = siteFixture();
const firefox = startedOnce(launchFirefox);
const isThere = await isFirefoxThere();

/** The safety pictures that both visitors may compare. */
async function picturesOf(visitor: Visitor): Promise<string> {
  await visitor.page.getByText("End-to-end encrypted").click();
  return await visitor.page.locator(".encryption-info p").first().innerText();
}

for (const first of ["Chromium", "Firefox"]) {
  Deno.test({
    name: `Chromium and Firefox talk sealed, typing and leaving included, when ${first} came first`,
    ignore: !isThere,
    fn: async () => {
      await using fixture = await openFixture();
      const chromium = await fixture.enter();
      const fox = await fixture.enter({ browser: await firefox() });
      const [ann, bob] = first === "Chromium" ? [chromium, fox] : [fox, chromium];
      await ann.search();
      await bob.search();
      for (const visitor of [ann, bob]) await visitor.meets();
      const seen = await picturesOf(ann);
      match(seen, /^\w+, \w+, \w+, \w+$/);
      equal(await picturesOf(bob), seen);
      await ann.say("zażółć 👩‍👩‍👧 שלום");
      await bob.hears("zażółć 👩‍👩‍👧 שלום");
      await bob.types("y");
      await ann.sees(TYPING);
      await bob.say("long ".repeat(390).trim());
      await ann.hears("long long");
      equal((await ann.messages())[1]?.length, 1_949);
      await bob.leave();
      await ann.reads(STRANGER_LEFT);
    },
  });
}
