/** Pages behind a real nginx and a real Caddy that are reloaded and restarted during chats. */

import { deepEqual, ok } from "node:assert/strict";
import { en } from "../../client/languages/en.ts";
import { inProcess } from "../support/server_under_test.ts";
import { isProxyThere, PROXIES, Proxy } from "../support/proxies.ts";
import { siteFixture } from "./site_fixture.ts";
import { STRANGER_LEFT, type Visitor, YOU_LEFT } from "./visitor.ts";

const openFixture = siteFixture();

/** What an operator does to a proxy, and whether each proxy closes its WebSockets when that happens. */
const ACTIONS = {
  reload: { nginx: false, caddy: true },
  restart: { nginx: true, caddy: true },
} as const;

const LOST = en.words.Notices["connection-lost"];

/** Asserts that no chat has ended, and that every visitor has exactly these messages. */
async function chatContinues(visitors: readonly Visitor[], said: string[]): Promise<void> {
  for (const visitor of visitors) {
    await visitor.hasMessages(...said);
    for (const end of [STRANGER_LEFT, YOU_LEFT, LOST]) await visitor.readsTimes(end, 0);
  }
}

for (const name of PROXIES) {
  if (!await isProxyThere(name)) continue;
  for (const action of Object.keys(ACTIONS) as (keyof typeof ACTIONS)[]) {
    inProcess.test(`Chat behind ${name} survives a ${action} of ${name}, and no message is lost or duplicated`, async () => {
      await using fixture = await openFixture({ args: ["--trust-proxy=1"] });
      await using proxy = await Proxy.start(name, fixture.server.port);
      const through = { site: proxy.site, ignoreHTTPSErrors: true };
      const [ann, bob] = [await fixture.enter(through), await fixture.enter(through)];
      for (const visitor of [ann, bob]) await visitor.search();
      for (const visitor of [ann, bob]) await visitor.meets();
      await ann.say("before");
      await bob.hears("before");
      await proxy[action]();
      await ann.say("meanwhile");
      await bob.hears("meanwhile");
      await bob.say("after");
      await ann.hears("after");
      await chatContinues([ann, bob], ["before", "meanwhile", "after"]);
      const { resumes } = fixture.server.chat.sessions;
      if (ACTIONS[action][name]) ok(resumes.resumed >= 2, "both sockets were closed");
      deepEqual(resumes.failed, 0);
    });
  }
}
