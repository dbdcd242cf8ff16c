/** Relayed calls, through a real coturn with the configuration in deploy/turnserver.conf, or the embedded relay. */

import { deepEqual, equal, ok } from "node:assert/strict";
import { systemClock } from "../../server/base/clock.ts";
import { en } from "../../client/languages/en.ts";
import { CertificateFiles } from "../support/certificate_files.ts";
import { Coturn, isCoturnThere, TURN_SECRET } from "../support/coturn.ts";
import { TempFolder } from "../support/files.ts";
import { isIpThere, Networks } from "../support/networks.ts";
import { Program } from "../support/program.ts";
import { UdpListener } from "../support/udp_listener.ts";
import { waitUntil } from "../support/wait_until.ts";
import { DEVICES, launchUnder, trusting } from "./browser.ts";
import { Caller, only, PEERS, SEALED } from "./caller.ts";
import { siteFixture } from "./site_fixture.ts";
import { Visitor } from "./visitor.ts";

const openFixture = siteFixture(...DEVICES);
const ignore = !await isCoturnThere();
const LOOPBACK = { more: ["allow-loopback-peers"] };

/** Runs in a page: records what it receives from the stranger's page. */
const TOLD = `{
  globalThis.told = [];
  for (const name of ["addIceCandidate", "setRemoteDescription"]) {
    const original = RTCPeerConnection.prototype[name];
    RTCPeerConnection.prototype[name] = function (said) {
      told.push(JSON.stringify(said));
      return original.call(this, said);
    };
  }
}`;

Deno.test({
  name: "Call by relay needs no question: each sees a moving picture and hears a tone",
  ignore,
}, async () => {
  await using coturn = await Coturn.start(LOOPBACK);
  const args = [`--turn-url=${coturn.url}`, `--turn-secret=${TURN_SECRET}`];
  await using fixture = await openFixture({ clock: systemClock, args });
  const pair = await fixture.pairForVideo();
  for (const caller of pair) await caller.seesAndHears();
  for (const caller of pair) {
    deepEqual(await caller.route(), ["relay", "relay"]);
    const candidates = await caller.candidates();
    ok(candidates.length > 0 && candidates.every((one) => / typ relay /.test(one)));
  }
});

const TRANSPORTS = [["udp", "udp"], ["tcp", "tcp"], ["udp", "tcp"]] as const;

for (const transports of TRANSPORTS) {
  Deno.test(`Call through the embedded relay needs no question, by ${transports.join(" and ")}`, async () => {
    await using fixture = await openFixture({ clock: systemClock, args: ["--relay=on"] });
    const [one, other] = transports.map((transport) => ({ script: only(transport) }));
    const pair = await fixture.pairForVideo(one, other);
    for (const caller of pair) await caller.seesAndHears();
    for (const caller of pair) {
      deepEqual(await caller.route(), ["relay", "relay"]);
      const candidates = await caller.candidates();
      ok(candidates.length > 0 && candidates.every((one) => / 192\.0\.2\.1 /.test(one)));
    }
  });
}

Deno.test({
  name: "Relay takes no name that has ended, and the page says that it could not be reached",
  ignore,
}, async () => {
  await using coturn = await Coturn.start(LOOPBACK);
  const args = [`--turn-url=${coturn.url}`, `--turn-secret=${TURN_SECRET}`];
  await using fixture = await openFixture({ args }); // The server's calendar is in the past.
  const [ann, bob] = await fixture.pairForVideo();
  for (const { visitor } of [ann, bob]) await visitor.sees(en.words.Failures["no-relay"]);
  await waitUntil(async () => { // The page that noticed first has closed both connections.
    const refusals = await Promise.all([ann.refusals(), bob.refusals()]);
    return refusals.flat().includes(401);
  }, 40);
  deepEqual(await ann.candidates(), []);
  await ann.visitor.press(en.words.StayWithText);
  await ann.visitor.say("by text, then");
  await bob.visitor.hears("by text, then");
  deepEqual(await ann.liveTracks(), []);
});

Deno.test({
  name:
    "P14: the partner learns nothing of the address behind a relayed call, whatever the partner's page does",
  ignore: !await isIpThere() || ignore,
}, async () => {
  await using networks = await Networks.lay();
  if (networks === undefined) return;
  for (const policy of ["embedded", "relay", "all"] as const) {
    const { sources, told, sealed } = await attack(networks, policy);
    const victim: string = networks.addresses[1];
    const isShown = policy === "all"; // A direct call reveals the address, so the test can fail.
    if (policy === "embedded") deepEqual(sources, []);
    equal(sources.includes(victim), isShown, `${policy}: ${sources}`);
    equal(told.some((text) => text.includes(victim)), isShown, policy);
    const candidates = sealed.flatMap((text) => text.match(/candidate:[^"\\]*/g) ?? []);
    ok(candidates.length > 0);
    equal(candidates.every((one) => / typ relay raddr 0\.0\.0\.0 /.test(one)), !isShown, policy);
  }
});

/** Runs in the attacker's page: disables its filter of candidates, and adds candidates with a listener's address. */
const ATTACKER = (address: string, port: number): string =>
  `{
  const { test } = RegExp.prototype;
  RegExp.prototype.test = function (text) {
    return this.source.includes("typ relay") || test.call(this, text);
  };
  const { toJSON } = RTCSessionDescription.prototype;
  RTCSessionDescription.prototype.toJSON = function () {
    const { type, sdp } = toJSON.call(this);
    const forged = ["host", "relay raddr 0.0.0.0 rport 0"].map((kind, n) =>
      "a=candidate:" + n + " 1 udp 2130706431 ${address} ${port} typ " + kind + "\\r\\n").join("");
    return { type, sdp: sdp.replace(/a=mid:0\\r\\n/, (mid) => mid + forged) };
  };
}`;

/** The relayed address of the embedded relay. */
const VIRTUAL = "192.0.2.1";

/** Lets a page reveal its address. Otherwise a headless browser replaces it with a made-up name. */
const SHOWN = "--disable-features=WebRtcHideLocalIpsWithMdns";

/**
 * A call between a victim in one network and an attacker in the other. Returns the sources of packets at the attacker's
 * address.
 */
async function attack(
  networks: Networks,
  policy: "embedded" | "relay" | "all",
): Promise<{ sources: string[]; told: string[]; sealed: string[] }> {
  const [host] = networks.addresses;
  const under = networks.under(0);
  await using folder = new TempFolder();
  await using coturn = await Coturn.start({ address: host, under });
  const relays = {
    embedded: [],
    relay: [`--turn-url=${coturn.url}`, `--turn-secret=${TURN_SECRET}`],
    all: ["--relay=off"],
  }[policy];
  await using files = new CertificateFiles(); // Calls need a secure context, and this isn't loopback.
  const args = [`--host=${host}`, ...files.args, ...relays];
  await using program = await Program.startWith({ under, args });
  const site = `https://${host}:${program.port}`;
  await using listener = await UdpListener.start(under, host);
  const more = [trusting(files.cert), SHOWN];
  const launch = (which: 0 | 1, name: string): Promise<Visitor> => {
    const script = PEERS + SEALED + TOLD + (which === 0 ? ATTACKER(host, listener.port) : "");
    return open(networks.under(which), `${folder.path}/${name}`, site, more, script);
  };
  const [attacker, victim] = [await launch(0, "attacker"), await launch(1, "victim")];
  for (const visitor of [attacker, victim]) await visitor.searchForVideo();
  if (policy === "all") {
    for (const visitor of [attacker, victim]) await visitor.press("Call directly");
  }
  for (const visitor of [attacker, victim]) await new Caller(visitor).seesMovement();
  const source = { embedded: VIRTUAL, relay: host, all: networks.addresses[1] }[policy];
  const told = await arrived(attacker, listener, source);
  const sealed = await victim.evaluate<string[]>("sealed");
  for (const visitor of [attacker, victim]) await visitor.context.browser()?.close();
  return { sources: listener.sources, told, sealed };
}

/**
 * Waits until a packet from the victim's `source` has arrived and the page was told of that address. Returns everything
 * the attacker's page was told.
 */
async function arrived(
  attacker: Visitor,
  listener: UdpListener,
  source: string,
): Promise<string[]> {
  const isVirtual = source === VIRTUAL; // The embedded relay sends nothing to a candidate of the attacker.
  await waitUntil(() => isVirtual || listener.sources.includes(source)); // A picture may move sooner, by another path.
  await attacker.until(`told.some((text) => text.includes("${source}"))`);
  return await attacker.evaluate("told");
}

async function open(
  under: readonly string[],
  folder: string,
  site: string,
  more: readonly string[],
  script: string,
): Promise<Visitor> {
  await Deno.mkdir(folder);
  return await Visitor.open(await launchUnder(under, folder, ...DEVICES, ...more), site, {
    script,
  });
}
