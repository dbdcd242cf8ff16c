/**
 * Addresses in memory that the program has freed: in V8's heap, in what JavaScript itself remembers, and in the memory
 * of the C library, which has request heads and handshakes. Linux only, like `process_memory.ts`.
 */

import assert from "node:assert/strict";
import manifest from "../../deno.json" with { type: "json" };
import { gcFunction } from "../../server/base/gc.ts";
import { GLIBC_TUNABLES } from "../../tools/compile.ts";
import { BareClient } from "../support/bare_client.ts";
import { countInMemory } from "../support/process_memory.ts";
import { Program } from "../support/program.ts";
import { RelayClient } from "../support/relay_client.ts";
import { waitUntil } from "../support/wait_until.ts";

const NUMBERS = Array.from({ length: 20 }, (_, n) => 200 + n);

/** Pages that a visitor requests, one of which does not exist. */
const PAGES = ["/", "/privacy", "/nowhere"];

/** How a visitor connects. */
interface Visit {
  readonly localAddress?: string;
  readonly headers?: Record<string, string>;
}

/** How an address reaches the program. All addresses begin with `prefix`, so one search finds each of them. */
const WAYS = [
  {
    name: "of connections",
    args: [],
    prefix: "127.177.213.",
    visit: (address: string): Visit => ({ localAddress: address }),
  },
  {
    name: "that a proxy forwards",
    args: ["--trust-proxy=1"],
    prefix: "203.177.213.",
    visit: (address: string): Visit => ({ headers: { "x-forwarded-for": address } }),
  },
];

async function addressesHeld({ http }: Program): Promise<number> {
  return (await (await fetch(`${http}/api/transparency`)).json()).addressesHeld;
}

/** How often memory contains `prefix` now. The program is frozen meanwhile, because it would forget some of them. */
async function countNow({ pid }: Program, prefix: string): Promise<number> {
  Deno.kill(pid, "SIGSTOP");
  try {
    const [count = 0] = await countInMemory(pid, [prefix]);
    return count;
  } finally {
    Deno.kill(pid, "SIGCONT");
  }
}

for (const { name, args, prefix, visit } of WAYS) {
  Deno.test({
    name: `Memory contains none of twenty addresses ${name} after their retention period`,
    ignore: Deno.build.os !== "linux",
    fn: async () => {
      await using program = await Program.start("--ip-retention-seconds=2", ...args);
      for (const n of NUMBERS) {
        const options = visit(`${prefix}${n}`);
        const client = await BareClient.enter(program.socketUrl, options);
        if (options.headers !== undefined) await readPages(program, options.headers);
        client.leave();
        await client.closed;
      }
      assert.ok(await countNow(program, prefix) > 0, "the search proves nothing");
      await waitUntil(async () => await addressesHeld(program) === 0);
      assert.deepEqual(await countInMemory(program.pid, [prefix]), [0]);
    },
  });
}

Deno.test({
  name: "Memory contains no address of a finished call after its retention period",
  ignore: Deno.build.os !== "linux",
  fn: async () => {
    const prefix = "127.177.214.";
    await using program = await Program.start("--ip-retention-seconds=2", "--relay=on");
    for (const n of NUMBERS) {
      const pages = await BareClient.pair(program.socketUrl);
      const from = `${prefix}${n}`;
      for (const page of pages) page.tell({ type: "ice" });
      const [a, b] = await Promise.all(pages.map(async (page) => {
        const { servers: [server] } = await page.next("ice");
        const client = await RelayClient.open(server ?? assert.fail(), "udp", { from });
        assert.equal(await client.allocate(), 0);
        return client;
      })) as [RelayClient, RelayClient];
      for (const [one, other] of [[a, b], [b, a]] as const) await one.bind(0x4000, other.port);
      await a.send(Uint8Array.of(n), 0x4000);
      assert.deepEqual(await b.data(), Uint8Array.of(n));
      if (n % 2 === 0) { for (const one of [a, b]) await one.release(); }
      for (const page of pages) page.leave();
      for (const page of pages) await page.closed;
      for (const one of [a, b]) one[Symbol.dispose]();
    }
    assert.ok(await countNow(program, prefix) > 0, "the search proves nothing");
    await waitUntil(async () => await addressesHeld(program) === 0);
    assert.deepEqual(await countInMemory(program.pid, [prefix]), [0]);
  },
});

/** Each connection is closed after its response. An idle one would keep its last request for up to ten seconds. */
async function readPages({ http }: Program, headers: Record<string, string>): Promise<void> {
  using client = Deno.createHttpClient({ poolMaxIdlePerHost: 0 });
  for (const page of PAGES) {
    await (await fetch(http + page, { headers, client })).arrayBuffer();
  }
}

Deno.test("Garbage collection also forgets the text that a regular expression matched last", () => {
  /^(.+)\/32$/.exec("203.0.113.7/32");
  gcFunction()?.();
  assert.equal((RegExp as unknown as { input: string }).input, "");
});

Deno.test("Every file that starts the program lets the C library overwrite freed memory", async () => {
  assert.match(GLIBC_TUNABLES, /^glibc\.malloc\.perturb=[1-9]\d*:glibc\.malloc\.tcache_count=0$/);
  assert.ok(manifest.tasks.start.command.startsWith(`GLIBC_TUNABLES=${GLIBC_TUNABLES} deno run`));
  const root = new URL("../../", import.meta.url);
  const unit = await Deno.readTextFile(new URL("deploy/anonymous-chat.service", root));
  assert.ok(unit.includes(`\nEnvironment=GLIBC_TUNABLES=${GLIBC_TUNABLES}\n`));
  const image = await Deno.readTextFile(new URL("Dockerfile", root));
  assert.ok(image.includes(`\nENV GLIBC_TUNABLES=${GLIBC_TUNABLES}\n`));
});
