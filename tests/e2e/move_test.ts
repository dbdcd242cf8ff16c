/** Two visitors whose node stops, behind a load balancer that knows another node. */

import { MINUTE } from "../../server/base/clock.ts";
import { UnreliableProxy } from "../support/unreliable_proxy.ts";
import { clusterTest } from "../support/cluster.ts";
import { launchShell } from "./browser.ts";
import { startedOnce } from "./site_fixture.ts";
import { Visitor } from "./visitor.ts";

const browser = startedOnce(launchShell);

clusterTest(
  "Chat continues when its node stops, after a short pause",
  2,
  async ([stopping, other]) => {
    using balancer = new UnreliableProxy(stopping!.server.port);
    const open = async (): Promise<Visitor> => await Visitor.open(await browser(), balancer.site);
    await using ann = await open();
    await using bob = await open();
    for (const visitor of [ann, bob]) await visitor.search();
    for (const visitor of [ann, bob]) await visitor.meets();
    await ann.say("before");
    await bob.hears("before");
    balancer.setTarget(other!.server.port);
    const ended = stopping!.server.end(MINUTE);
    await bob.say("while it stops");
    await ann.hears("while it stops");
    await ended;
    await ann.say("after");
    await bob.hears("after");
    for (const visitor of [ann, bob]) {
      await visitor.hasMessages("before", "while it stops", "after");
      await visitor.until("!document.body.innerText.includes('Trying again')");
    }
  },
);
