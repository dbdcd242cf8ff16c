/** An attacker's page in a relayed call: what its browser can make the relay do. */

import { deepEqual, equal, ok } from "node:assert/strict";
import { isIpThere } from "../support/networks.ts";
import { SERVER } from "../support/star_network.ts";
import { UdpListener } from "../support/udp_listener.ts";
import { RelayBed } from "./relay_bed.ts";
import type { Visitor } from "./visitor.ts";

const ignore = !await isIpThere();

/** Runs in a page: opens connections without media, with the credentials of its call. */
const ATTEMPTS = `{
  globalThis.attempts = [];
  const gathered = (peer) => new Promise((done) => {
    const look = () => peer.iceGatheringState === "complete" && done();
    peer.onicegatheringstatechange = look;
    look();
  });
  globalThis.attempt = async (offer) => {
    const { iceServers } = peers[0].getConfiguration();
    const peer = new RTCPeerConnection({ iceServers, iceTransportPolicy: "relay" });
    attempts.push(peer);
    if (offer) await peer.setRemoteDescription(offer);
    else peer.createDataChannel("");
    await peer.setLocalDescription();
    await gathered(peer);
    return peer.localDescription.toJSON();
  };
}`;

type Description = { readonly type: string; readonly sdp: string };

/** A page offers a connection, and a page answers. Returns the expression for the offering side. */
async function connect(offering: Visitor, answering: Visitor): Promise<string> {
  const offer = await offering.evaluate<Description>("attempt()");
  const at = await offering.evaluate<number>("attempts.length - 1");
  const answer = await answering.evaluate<Description>(`attempt(${JSON.stringify(offer)})`);
  await offering.evaluate(`attempts[${at}].setRemoteDescription(${JSON.stringify(answer)})`);
  return `attempts[${at}]`;
}

/** How many times each pair of candidates has been tried, and how many answers it had. */
interface Tries {
  readonly sent: number;
  readonly answers: number;
}

/** Waits until a connection has tried several times, and returns what came of it. */
async function tries(page: Visitor, connection: string): Promise<Tries[]> {
  const pairs = `[...(await ${connection}.getStats()).values()]
    .filter(({ type }) => type === "candidate-pair")
    .map(({ requestsSent, responsesReceived }) =>
      ({ sent: requestsSent, answers: responsesReceived }))`;
  await page.until(`(async () => ${pairs}.some(({ sent }) => sent > 5))()`);
  return await page.evaluate(`(async () => ${pairs})()`);
}

/** Candidates with an address of the attacker's choice. */
function forged(address: string, port: number): string[] {
  return ["host", "relay raddr 0.0.0.0 rport 0"].map((kind, n) =>
    `candidate:${n} 1 udp 2130706431 ${address} ${port} typ ${kind}`
  );
}

Deno.test({
  name:
    "Attacker's page reaches nobody but its partner through the relay, and nobody after the chat",
  ignore,
}, async () => {
  await using bed = await RelayBed.open({ scripts: [ATTEMPTS, ATTEMPTS] });
  if (bed === undefined) return;
  const { network, callers: [{ visitor: attacker }, { visitor: victim }] } = bed;
  await bed.meet();
  for (const caller of bed.callers) await caller.seesMovement();
  await using near = await UdpListener.start(network.underServer, SERVER);
  await using far = await UdpListener.start(network.underClient(1), network.clients[1]);

  const own = await connect(attacker, victim);
  await attacker.until(`${own}.connectionState === "connected"`);

  const self = await connect(attacker, attacker);
  const targets = [[SERVER, near.port], [network.clients[1], far.port], [
    "192.0.2.1",
    50_000,
  ]] as const;
  for (const candidate of targets.flatMap(([address, port]) => forged(address, port))) {
    const given = JSON.stringify({ candidate, sdpMid: "0" });
    await attacker.evaluate(`${self}.addIceCandidate(${given})`);
  }
  const pairs = await tries(attacker, self);
  ok(pairs.length >= targets.length, `${pairs.length}`);
  deepEqual(pairs.filter(({ answers }) => answers > 0), []);
  deepEqual([near.sources, far.sources], [[], []]);

  await attacker.leave();
  await attacker.evaluate("refusals.length = 0");
  const { sdp } = await attacker.evaluate<Description>("attempt()");
  equal(/a=candidate/.test(sdp), false);
  const refusals = await attacker.evaluate<number[]>("refusals");
  ok(refusals.includes(403), `${refusals}`);
});
