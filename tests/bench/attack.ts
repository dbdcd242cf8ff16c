/**
 * What an innocent pair experiences while two hundred attackers of each kind are active: the median time that a message
 * takes through the server, calm and under attack, in one run.
 *
 *   deno run --allow-all tests/bench/attack.ts [attackers of each kind, 200 by default]
 *
 * The server, the attackers and the pair are separate processes, as in reality. On a machine with two cores they
 * compete, so the attackers run with `nice`. An attacker that is disconnected reconnects after a moment.
 */

import { delay } from "../../server/base/timeout.ts";
import { BareClient } from "../support/bare_client.ts";
import { Program } from "../support/program.ts";
import { frame, HANDSHAKE, RawClient } from "../support/raw_client.ts";

const CALM = 3_000;
const ATTACKED = 10_000;
const RECONNECT_DELAY = 500;

/** What each kind does with its connection until it is disconnected. */
const KINDS: Readonly<Record<string, (client: RawClient) => Promise<void>>> = {
  "ping flood": (client) => flood(client, frame(0x89, "x")),
  "message flood": (client) => flood(client, frame(0x82, "\x01x")),
  "text flood": (client) => flood(client, frame(0x81, '{"type":"leave"}')),
  "fragments without end": (client) => flood(client, frame(0x02, "\x01"), frame(0x00, "x")),
  "never reads or sends": () => delay(ATTACKED),
};

const [attackers = 200, port] = Deno.args.map(Number);
if (port === undefined) await measure();
else await attack(port);

async function measure(): Promise<void> {
  await using program = await Program.start("--trust-proxy=1", "--access-log=off");
  const pair = await BareClient.pair(program.socketUrl);
  await median(pair, CALM); // Warm-up.
  const calm = await median(pair, CALM);
  const script = new URL(import.meta.url).pathname;
  const args = ["nice", "-n", "5", Deno.execPath(), "run", "--allow-all", script];
  const [command = "", ...rest] = [...args, `${attackers}`, `${program.port}`];
  const process = new Deno.Command(command, { args: rest }).spawn();
  await delay(1_000);
  const attacked = await median(pair, ATTACKED);
  const { addressesHeld } = await (await fetch(`${program.http}/api/transparency`)).json();
  process.kill("SIGKILL");
  await process.status;
  print(`attackers of each kind  ${attackers}, ${Object.keys(KINDS).length + 2} kinds`);
  print(`addresses of attackers  ${addressesHeld}`);
  print(`median, calm            ${calm.toFixed(2)} ms`);
  print(`median, under attack    ${attacked.toFixed(2)} ms: ${(attacked / calm).toFixed(1)} times`);
}

/** The median of half the round-trip time of a message, in milliseconds, with some sixteen round trips a second. */
async function median([a, b]: [BareClient, BareClient], duration: number): Promise<number> {
  const times: number[] = [];
  const end = performance.now() + duration;
  while (performance.now() < end) {
    const start = performance.now();
    a.send(Uint8Array.of(2, 1));
    await b.frame();
    b.send(Uint8Array.of(2, 2));
    await a.frame();
    times.push((performance.now() - start) / 2);
    await delay(60);
  }
  return times.toSorted((x, y) => x - y)[times.length >> 1] ?? NaN;
}

async function attack(target: number): Promise<void> {
  const kinds = [
    ...Object.values(KINDS).map((act) => () => connectAnd(target, act)),
    slowHeaders,
    reset,
  ];
  await Promise.all(kinds.flatMap((act) => Array.from({ length: attackers }, () => repeat(act))));

  async function slowHeaders(): Promise<void> {
    using client = await RawClient.connect(target);
    await client.writeLines(...HANDSHAKE.slice(0, 3));
    await client.readToEnd();
  }

  async function reset(): Promise<void> {
    const client = await RawClient.connect(target);
    await client.writeLines(...HANDSHAKE, address(), "", "");
    client.reset();
  }
}

async function connectAnd(
  target: number,
  act: (client: RawClient) => Promise<void>,
): Promise<void> {
  using client = await RawClient.open(target, address());
  await act(client);
}

async function flood(client: RawClient, first: Uint8Array, rest = first): Promise<void> {
  await client.write(first);
  for (;;) await client.write(rest);
}

/** Repeats until the process is killed. */
async function repeat(act: () => Promise<void>): Promise<void> {
  for (;;) {
    await act().catch(() => {}); // It was disconnected, as intended.
    await delay(RECONNECT_DELAY * (1 + Math.random()));
  }
}

/** One of 65,536 addresses. */
function address(): string {
  const [high, low] = crypto.getRandomValues(new Uint8Array(2));
  return `X-Forwarded-For: 10.9.${high}.${low}`;
}

function print(line: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));
}
