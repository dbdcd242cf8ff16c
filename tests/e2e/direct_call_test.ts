/** Calls that no relay can carry: both people are told, and may agree to a direct call. */

import { deepEqual, equal, ok } from "node:assert/strict";
import { systemClock } from "../../server/base/clock.ts";
import { en } from "../../client/languages/en.ts";
import { BareClient } from "../support/bare_client.ts";
import { CertificateFiles } from "../support/certificate_files.ts";
import { TempFolder } from "../support/files.ts";
import { HomeNetworks, isNftThere } from "../support/home_networks.ts";
import { isIpThere } from "../support/networks.ts";
import { Program } from "../support/program.ts";
import { RelayClient } from "../support/relay_client.ts";
import { repeats } from "../support/repeats.ts";
import { DEVICES, launchUnder, trusting } from "./browser.ts";
import { Caller, NO_RELAY, PEERS, SEALED } from "./caller.ts";
import { type SiteFixture, siteFixture } from "./site_fixture.ts";
import { Visitor } from "./visitor.ts";

const { words } = en;
const openFixture = siteFixture(...DEVICES);

/** Two other people use the only call that the relay allows. */
async function occupy(fixture: SiteFixture): Promise<Disposable> {
  const clients = await BareClient.pair(`${fixture.url.replace("http", "ws")}/ws`);
  clients[0].tell({ type: "ice" });
  const { servers } = await clients[0].next("ice");
  const relay = await RelayClient.open(servers[0]!, "udp");
  equal(await relay.allocate(), 0);
  return {
    [Symbol.dispose]: () => {
      relay[Symbol.dispose]();
      for (const { socket } of clients) socket.terminate();
    },
  };
}

Deno.test("P14: a call that no relay carries becomes direct only after both have agreed, and reveals nothing before", async () => {
  await using fixture = await openFixture({
    clock: systemClock,
    args: ["--relay=on", "--max-calls=1"],
  });
  using _others = await occupy(fixture);
  const pair = await fixture.pairForVideo({ script: SEALED }, { script: SEALED });
  const [ann, bob] = pair;
  for (const { visitor } of pair) {
    await visitor.sees(words.Failures["no-relay"]);
    await visitor.sees(words.ShowAddresses);
  }
  // The page that noticed first has closed both connections.
  const refusals = await Promise.all(pair.map((caller) => caller.refusals()));
  ok(refusals.flat().includes(508), "the relay is full");
  await ann.visitor.press(words.CallDirectly);
  await ann.visitor.sees(words.WaitingForStranger);
  await bob.visitor.sees(words.StrangerWants);
  for (const caller of pair) {
    deepEqual(await caller.candidates(), []);
    deepEqual(
      await caller.visitor.evaluate("sealed.filter((it) => it.includes('candidate:'))"),
      [],
    );
    equal(
      await caller.visitor.evaluate("peers.every((one) => one.signalingState === 'closed')"),
      true,
    );
  }
  await bob.visitor.press(words.CallDirectly);
  for (const caller of pair) await caller.seesAndHears();
  for (const caller of pair) {
    ok(!(await caller.route()).includes("relay"));
    const { host } = new URL(fixture.url);
    deepEqual(
      await caller.visitor.evaluate("peers.at(-1).getConfiguration().iceServers[0].urls"),
      [`stun:${host}`],
    );
  }
});

Deno.test("Call that no relay carries can be tried again, or continued by text", async () => {
  await using fixture = await openFixture({ args: ["--relay=on"] });
  const [ann, bob] = await fixture.pairForVideo({ script: NO_RELAY });
  await ann.visitor.press(words.TryAgain);
  await bob.visitor.press(words.JoinCall);
  await ann.visitor.sees(words.Failures["no-relay"]);
  await bob.visitor.press(words.StayWithText);
  await ann.visitor.reads(words.Notices["stranger-declined"]);
  await ann.visitor.say("by text, then");
  await bob.visitor.hears("by text, then");
  for (const caller of [ann, bob]) deepEqual(await caller.liveTracks(), []);
});

Deno.test({
  name:
    "Call that no relay carries connects two homes behind address translation, with this server's STUN alone",
  ignore: repeats({ sample: 0, long: 1 }) === 0 || !await isIpThere() || !await isNftThere(),
}, async () => {
  await using networks = await HomeNetworks.lay();
  if (networks === undefined) return;
  await using folder = new TempFolder();
  await using files = new CertificateFiles(); // Calls need a secure context, and this isn't loopback.
  const args = [`--host=${networks.server}`, ...files.args];
  await using program = await Program.startWith({ under: networks.under("server"), args });
  const site = `https://${networks.server}:${program.port}`;
  const enter = async (which: 0 | 1): Promise<Caller> => {
    const profile = `${folder.path}/${which}`;
    await Deno.mkdir(profile);
    const under = networks.under(which);
    const browser = await launchUnder(under, profile, ...DEVICES, trusting(files.cert));
    return new Caller(await Visitor.open(browser, site, { script: PEERS + NO_RELAY }));
  };
  const pair = [await enter(0), await enter(1)] as const;
  for (const { visitor } of pair) await visitor.searchForVideo();
  for (const { visitor } of pair) await visitor.press(words.CallDirectly);
  for (const caller of pair) await caller.seesMovement();
  for (const [n, caller] of pair.entries()) {
    const candidates = await caller.candidates();
    const own = candidates.filter((one) => / typ srflx /.test(one));
    ok(own.length > 0 && own.every((one) => one.includes(` ${networks.routers[n]} `)), `${n}`);
    ok((await caller.route()).every((kind) => kind === "srflx" || kind === "prflx"));
  }
  for (const { visitor } of pair) await visitor.context.browser()?.close();
});
