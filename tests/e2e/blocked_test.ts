/** What a visitor sees when the server refuses the connection, and how the refusal ends. */

import { equal, match } from "node:assert/strict";
import { join } from "node:path";
import { en } from "../../client/languages/en.ts";
import { HOUR } from "../../server/base/clock.ts";
import { TempFolder } from "../support/files.ts";
import { newAddressRecord } from "../support/fixtures.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { RewritingProxy } from "../support/rewriting_proxy.ts";
import { inProcess } from "../support/server_under_test.ts";
import { siteFixture } from "./site_fixture.ts";
import type { Visitor } from "./visitor.ts";

const openFixture = siteFixture();
const { words } = en;

/** The text of the card that explains the refusal. */
async function card(visitor: Visitor): Promise<string> {
  return await visitor.page.getByRole("alert").innerText();
}

inProcess.test("Blocked people learn why, until when and what they can do, and that it ends automatically", async () => {
  const clock = new FakeClock();
  await using fixture = await openFixture({ clock });
  const [ann] = await fixture.pair();
  const { registry } = fixture.server.chat;
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
  const bob = await fixture.enter();
  await bob.sees(words.Blocked.reported);
  await bob.page.getByRole("link", { name: words.BlockedHelp }).click();
  await bob.sees("If you are blocked");
  clock.advance(HOUR);
  const eve = await fixture.enter();
  await eve.button("Start text chat").waitFor();
});

/** Changes the host of a request, and ends the connection after the response. */
function toBackend(head: string): string {
  return head.replace(/^host:.*$/im, "Host: backend.internal:8000")
    .replace(/^connection: keep-alive$/im, "Connection: close");
}

Deno.test("People whose site has a proxy that changes Host learn that it isn't set up correctly", async () => {
  await using fixture = await openFixture({ args: ["--trust-proxy=1"] });
  await using proxy = await RewritingProxy.start(Number(new URL(fixture.url).port), toBackend);
  const ann = await fixture.enter({ site: proxy.site });
  await ann.button("Start text chat").waitFor();
  await ann.sees(words.Refused.misconfigured);
});

Deno.test("A person whose address the operator denies is told so", async () => {
  await using fixture = await openFixture({ args: ["--deny=127.0.0.0/8"] });
  const ann = await fixture.enter();
  match(await card(ann), new RegExp(words.Refused.denied));
});

inProcess.test("A person whose address the operator denies during a chat is told so", async () => {
  await using folder = new TempFolder();
  const deny = join(folder.path, "deny");
  await Deno.writeTextFile(deny, "");
  await using fixture = await openFixture({ args: [`--deny-file=${deny}`] });
  const [ann] = await fixture.pair();
  await Deno.writeTextFile(deny, "127.0.0.0/8\n");
  await fixture.server.chat.reload();
  await ann.sees(words.Refused.denied);
  await ann.press("New chat");
  match(await card(ann), new RegExp(`${words.Refused.denied}\\s+${words.Blocked.denied}`));
  equal(await ann.button("Start text chat").count(), 0);
});

Deno.test("When the server is full the page says so and keeps trying", async () => {
  await using fixture = await openFixture({ args: ["--max-connections=1"] });
  await fixture.addGuest();
  const ann = await fixture.enter();
  await ann.sees(words.Refused.full);
  await ann.button("Start text chat").waitFor();
});
