/** From the first screen to the first message: confirmation, interests, search. */

import { equal } from "node:assert/strict";
import { en } from "../../client/languages/en.ts";
import { fill } from "../../client/languages/language.ts";
import { waitUntil } from "../support/wait_until.ts";
import { inEveryEngine } from "./site_fixture.ts";
import { CHATTING, LOOKING } from "./visitor.ts";

const { everywhere, inProcess, decided } = await inEveryEngine();

const REMINDER = en.words.AdultFirst;

inProcess(
  "Page explains and does not start when the confirmation is missing",
  async (openFixture) => {
    await using fixture = await openFixture();
    const ann = await fixture.enter();
    await ann.button("Start text chat").click({ force: true });
    await ann.page.getByRole("alert").getByText(REMINDER).waitFor();
    await ann.isAt(ann.checkbox);
    equal(await ann.page.getByText(LOOKING).count(), 0);
    equal(fixture.server.chat.matchmaker.searching, 0);
    await ann.confirm();
    await ann.loses(REMINDER);
  },
);

everywhere("Page says that a chat has begun when two people have started", async (openFixture) => {
  await using fixture = await openFixture();
  const ann = await fixture.enter();
  await ann.search();
  await ann.sees(LOOKING);
  const bob = await fixture.enter();
  await bob.search();
  for (const visitor of [ann, bob]) {
    await visitor.meets();
    await visitor.readsTimes(CHATTING, 1);
    await visitor.isAt(visitor.message);
  }
});

decided("Page shows the interests that both share when a chat begins", async (openFixture) => {
  await using fixture = await openFixture();
  const [ann, bob] = [await fixture.enter(), await fixture.enter()];
  await ann.likes("Music, hiking,  FILMS");
  await bob.likes("films");
  await bob.likes("music");
  await bob.likes("chess");
  for (const visitor of [ann, bob]) await visitor.search();
  for (const visitor of [ann, bob]) await visitor.meets();
  await ann.log.getByText(/^You both like (music and films|films and music)\.$/).waitFor();
  await bob.log.getByText(/^You both like (music and films|films and music)\.$/).waitFor();
});

everywhere("Page shows typed interests as chips that can be removed", async (openFixture) => {
  await using fixture = await openFixture();
  const ann = await fixture.enter();
  await ann.interests.pressSequentially("Jazz,");
  await ann.likes("hill walking");
  await ann.likes("jazz");
  const chips = ann.page.getByRole("list", { name: en.words.InterestsChosen }).getByRole("button");
  await ann.button("Remove hill walking").waitFor();
  equal(await chips.count(), 2);
  await ann.press("Remove jazz");
  await ann.button("Remove jazz").waitFor({ state: "detached" });
  equal(await chips.count(), 1);
});

decided(
  "Page tells that a search without languages widens and that it is long when time passes",
  async (openFixture) => {
    await using fixture = await openFixture();
    const ann = await fixture.enter({ frozen: true });
    await ann.press("Remove English");
    await ann.likes("chess");
    await ann.search();
    await ann.sees(fill(en.words.WhoLikes, "chess"));
    await ann.passes(4_999);
    await ann.sees(fill(en.words.WhoLikes, "chess"));
    await ann.passes(1);
    await ann.sees(en.words.Anyone);
    await ann.passes(9_999);
    await ann.sees(en.words.Anyone);
    await ann.passes(1);
    await ann.sees(en.words.Quiet);
  },
);

everywhere("Page cancels a search when Escape or Cancel is pressed", async (openFixture) => {
  await using fixture = await openFixture();
  const ann = await fixture.enter();
  await ann.search();
  await ann.sees(LOOKING);
  await ann.key("Escape");
  await ann.button("Start text chat").waitFor();
  await ann.press("Start text chat");
  await ann.press("Cancel");
  await ann.button("Start text chat").waitFor();
  await ann.isAt(ann.button("Start text chat"));

  const [bob, eve] = await fixture.pair();
  await bob.say("ann is not here");
  await eve.hears("ann is not here");
  equal(await ann.page.getByText(CHATTING).count(), 0);
});

inProcess("Page hides how many are here when they are fewer than five", async (openFixture) => {
  await using fixture = await openFixture();
  for (let guest = 0; guest < 3; guest++) await fixture.addGuest();
  const ann = await fixture.enter();
  await fixture.addGuest();
  fixture.server.chat.sessions.broadcastOnline();
  await ann.sees(fill(en.words.Online.other, "5"));
  await fixture.removeGuest();
  await ann.until("navigator.onLine"); // A round trip, in which the server learns of it.
  await waitUntil(() => fixture.server.chat.sessions.online === 4);
  fixture.server.chat.sessions.broadcastOnline();
  await ann.loses("people are here now");
});

everywhere("Page does the required work, and then finds a partner", async (openFixture) => {
  await using fixture = await openFixture({ args: ["--proof-of-work=always"] });
  const [ann, bob] = await fixture.pair();
  await ann.say("that was quick");
  await bob.hears("that was quick");
});
