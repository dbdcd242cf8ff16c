/**
 * A house full of pairs who chat: what a connection costs in memory and a relayed message in processor time.
 *
 *   deno run --allow-all tests/bench/load.ts [pairs, 2000 by default]
 *
 * The server runs in a process of its own, as `deno task start` starts it; this process is all of its visitors. Each
 * pair has one message of 100 bytes under way, which goes back as soon as it has arrived. Figures come from `/proc`
 * (Linux), whose clock has 100 ticks a second.
 */

import { residentBytes } from "../process_memory.ts";
import { BareClient, type ComingFrom } from "../bare_client.ts";
import { Program } from "../program.ts";

const WARM_UP = 2_000;
const MEASURED = 10_000;
const TICKS_A_SECOND = 100;
const AT_ONCE = 50;

const pairs = Number(Deno.args[0] ?? 2_000);
await using program = await Program.start("--trust-proxy=1", "--proof-of-work=off");
const empty = await residentBytes(program.pid);
const couples = await connect(pairs);
const idle = await residentBytes(program.pid);
const traffic = await chat(couples);
const busy = await residentBytes(program.pid);
for (const couple of couples) couple.forEach((client) => client.socket.close());
await Promise.all(couples.flat().map(({ closed }) => closed));
await pause(5_000);
const after = await residentBytes(program.pid);

print(`pairs                        ${pairs}`);
print(`memory, nobody connected     ${megabytes(empty)}`);
print(
  `memory, all paired and idle  ${megabytes(idle)}: ${
    kilobytes((idle - empty) / (2 * pairs))
  } a connection`,
);
print(`memory, all chatting         ${megabytes(busy)}`);
print(`memory, 5 s after all left   ${megabytes(after)}`);
print(
  `messages relayed             ${traffic.messages} in ${
    MEASURED / 1000
  } s, ${traffic.errors} errors`,
);
print(`processor time a message     ${(traffic.seconds / traffic.messages * 1e6).toFixed(1)} µs`);

async function connect(count: number): Promise<[BareClient, BareClient][]> {
  const made: [BareClient, BareClient][] = [];
  while (made.length < count) {
    const batch = Math.min(AT_ONCE, count - made.length);
    made.push(
      ...await Promise.all(
        Array.from(
          { length: batch },
          (_, n) => BareClient.pair(program.socketUrl, from(made.length + n)),
        ),
      ),
    );
  }
  await pause(2_000);
  return made;
}

/** Every pair has an address of its own. */
function from(pair: number): ComingFrom {
  return { headers: { "x-forwarded-for": `10.${pair >> 16}.${pair >> 8 & 255}.${pair & 255}` } };
}

/** Keeps one message of every pair going to and fro. */
async function chat(
  all: readonly [BareClient, BareClient][],
): Promise<{ messages: number; seconds: number; errors: number }> {
  let messages = 0;
  let errors = 0;
  let running = true;
  for (const client of all.flat()) {
    client.socket.on("close", () => errors += running ? 1 : 0);
    client.socket.on("message", (data: Uint8Array) => {
      messages++;
      errors += data.length === 100 ? 0 : 1;
      if (running) client.send(data);
    });
  }
  for (const [a] of all) a.send(new Uint8Array(100).fill(1));
  await pause(WARM_UP);
  const [messagesBefore, secondsBefore] = [messages, await processorSeconds()];
  await pause(MEASURED);
  const spent = (await processorSeconds()) - secondsBefore;
  const relayed = messages - messagesBefore;
  running = false;
  await pause(1_000);
  return { messages: relayed, seconds: spent, errors };
}

async function processorSeconds(): Promise<number> {
  const stat = await Deno.readTextFile(`/proc/${program.pid}/stat`);
  const [user, system] = stat.slice(stat.lastIndexOf(")")).split(" ").slice(12, 14).map(Number);
  return ((user ?? 0) + (system ?? 0)) / TICKS_A_SECOND;
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

function megabytes(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(1)} MiB`;
}

function kilobytes(bytes: number): string {
  return `${(bytes / 1000).toFixed(1)} kB`;
}

function print(line: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));
}
