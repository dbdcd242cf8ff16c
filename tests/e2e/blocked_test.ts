/** What a visitor sees when the server refuses the connection, and how the refusal ends. */

import { equal, match } from "node:assert/strict";
import { en } from "../../client/languages/en.ts";
import { HOUR } from "../../server/base/clock.ts";
import { newAddressRecord } from "../support/conduct.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { inside } from "../support/served.ts";
import { housing } from "./house.ts";
import type { Visitor } from "./visitor.ts";

const openHouse = housing();
const { words } = en;

/** The text of the card that explains the refusal. */
async function card(visitor: Visitor): Promise<string> {
  return await visitor.page.getByRole("alert").innerText();
}

inside.test("Blocked people learn why, until when and what they can do, and that it ends by itself", async () => {
  const clock = new FakeClock();
  await using house = await openHouse({ clock });
  const [ann] = await house.pair();
  const { registry } = house.server.chat;
  const everybody = registry.find("127.0.0.1" as never)!.record;
  for (let n = 0; n < 3; n++) {
    everybody.report(
      newAddressRecord(clock.now()),
      "harassment",
      clock.now(),
    );
  }
  await ann.reads(words.Notices.blocked);
  await ann.sees(/^You are blocked until \d+:\d\d/);
  await ann.press("New chat");
  match(await card(ann), new RegExp(`You are blocked until .*\n\n${words.Blocked.reported}`));
  equal(await ann.button("Start text chat").count(), 0);
  const bob = await house.enter();
  await bob.sees(words.Blocked.reported);
  await bob.page.getByRole("link", { name: words.BlockedHelp }).click();
  await bob.sees("If you are blocked");
  clock.advance(HOUR);
  const eve = await house.enter();
  await eve.button("Start text chat").waitFor();
});

Deno.test("Somebody whose address the operator refuses is told so", async () => {
  await using house = await openHouse({ args: ["--deny=127.0.0.0/8"] });
  const ann = await house.enter();
  match(await card(ann), new RegExp(words.Hindered.denied));
});

Deno.test("When every place is taken the page says so and goes on trying", async () => {
  await using house = await openHouse({ args: ["--max-connections=1"] });
  await house.addGuest();
  const ann = await house.enter();
  await ann.sees(words.Hindered.full);
  await ann.button("Start text chat").waitFor();
});
