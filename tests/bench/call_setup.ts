/**
 * Calls on a relay, ours or coturn: every allocation, permission and channel, made as a page makes them. Then the
 * sockets are closed, and the load generator uses the allocations from the same addresses and ports.
 */

import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import type { CallServer } from "../../protocol.ts";
import { credentialOf } from "../../server/turn/credentials.ts";
import { Method } from "../../server/turn/stun_message.ts";
import { BareClient } from "../support/bare_client.ts";
import { Coturn, TURN_SECRET } from "../support/coturn.ts";
import { Program } from "../support/program.ts";
import { RelayClient } from "../support/relay_client.ts";
import { channelNumber, codeOf, peerAddress, VIRTUAL } from "../support/turn_relay.ts";
import { pinnedTo } from "./cpu_pinning.ts";

/** How a client sends media: in a channel, as Chromium does, or in Send indications, as Firefox does. */
export type Sending = "channel" | "indication";

/** One end of a call. */
export interface CallEnd {
  readonly address: string;
  readonly port: number;
  /** 0 for Send indications. */
  readonly channel: number;
  /** The relayed address and port of the partner. */
  readonly peer: string;
  readonly peerPort: number;
}

/** A relay that is measured, until it is disposed of. */
export interface MeasuredRelay extends AsyncDisposable {
  readonly pid: number;
  readonly port: number;
  /** The relayed address of every client. */
  readonly relayed: Uint8Array;
  /** Credentials for the two people of a new chat, who connect from an address. */
  credentials(from: string): Promise<readonly [CallServer, CallServer]>;
}

const CHANNEL = 0x4000;

/** How long credentials for coturn are valid, in seconds. */
const LIFETIME = 3600;

/** The address of the two people of a call. Each call has its own, as in reality. */
export function addressOf(call: number): string {
  return `127.1.${call >> 8}.${call & 255}`;
}

/** This program, started as `deno task start` does, on the core of the servers. */
export async function startProgram(...args: string[]): Promise<MeasuredRelay & Program> {
  const options = ["--proof-of-work=off", "--access-log=off", "--max-calls=1000", ...args];
  const program = await Program.startWith({ args: options, under: await pinnedTo("server") });
  const pages: BareClient[] = [];
  return Object.assign(program, {
    relayed: VIRTUAL,
    async credentials(from: string): Promise<readonly [CallServer, CallServer]> {
      const pair = await BareClient.pair(program.socketUrl, { localAddress: from });
      pages.push(...pair); // A chat is open as long as its pages are connected.
      return [await credentialsOf(pair[0]), await credentialsOf(pair[1])];
    },
  });
}

/** coturn with the configuration of the documentation, on the core of the servers. */
export async function startCoturn(): Promise<MeasuredRelay> {
  const more = ["allow-loopback-peers", "relay-threads=1"];
  const coturn = await Coturn.start({ more, under: await pinnedTo("server") });
  return {
    pid: coturn.pid,
    port: coturn.port,
    relayed: Uint8Array.of(127, 0, 0, 1),
    credentials: () => Promise.resolve([made(coturn.url), made(coturn.url)] as const),
    [Symbol.asyncDispose]: () => coturn[Symbol.asyncDispose](),
  };
}

/** Sets up calls, one after the other. */
export async function openCalls(
  relay: MeasuredRelay,
  count: number,
  sending: Sending,
): Promise<CallEnd[]> {
  const ends: CallEnd[] = [];
  for (let call = 0; call < count; call++) ends.push(...await openCall(relay, call, sending));
  return ends;
}

async function openCall(relay: MeasuredRelay, call: number, sending: Sending): Promise<CallEnd[]> {
  const from = addressOf(call);
  const [a, b] = await Promise.all(
    (await relay.credentials(from)).map((server) => RelayClient.open(server, "udp", { from })),
  );
  using first = a ?? assert.fail();
  using second = b ?? assert.fail();
  for (const client of [first, second]) assert.equal(await client.allocate(), 0);
  await permit(first, second, relay.relayed, sending);
  await permit(second, first, relay.relayed, sending);
  const endOf = (client: RelayClient, partner: RelayClient): CallEnd => ({
    address: from,
    port: client.localPort,
    channel: sending === "channel" ? CHANNEL : 0,
    peer: relay.relayed.join("."),
    peerPort: partner.port,
  });
  return [endOf(first, second), endOf(second, first)];
}

async function permit(
  client: RelayClient,
  partner: RelayClient,
  ip: Uint8Array,
  sending: Sending,
): Promise<void> {
  const transaction = crypto.getRandomValues(new Uint8Array(12));
  const peer = peerAddress({ ip, port: partner.port }, transaction);
  const answer = sending === "channel"
    ? await client.ask(Method.channelBind, [channelNumber(CHANNEL), peer], true, transaction)
    : await client.ask(Method.createPermission, [peer], true, transaction);
  assert.equal(codeOf(answer), 0);
}

async function credentialsOf(page: BareClient): Promise<CallServer> {
  page.tell({ type: "ice" });
  const { servers: [server] } = await page.next("ice");
  return server ?? assert.fail("The relay is off.");
}

/** Credentials for coturn, as the program makes them. */
function made(url: string): CallServer {
  const username = `${Math.floor(Date.now() / 1000) + LIFETIME}:${randomUUID()}`;
  return { urls: [url], username, credential: credentialOf(username, TURN_SECRET) };
}
