/** A call of two people on two nodes, of which the one with the relay stops. */

import assert from "node:assert/strict";
import { freePort } from "../support/free_port.ts";
import { haveMet } from "../support/cluster_programs.ts";
import { Program } from "../support/program.ts";
import { isRedisThere, Redis } from "../support/redis.ts";
import { repeats } from "../support/repeats.ts";
import { waitUntil } from "../support/wait_until.ts";
import { DEVICES, isChromiumThere, launchShell } from "./browser.ts";
import { Caller, PEERS } from "./caller.ts";
import { Visitor } from "./visitor.ts";

/** A load balancer, which forwards each new connection to the node that a test names. */
class Balancer implements Disposable {
  readonly #listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  node: Program;

  constructor(node: Program) {
    this.node = node;
    void this.#accept();
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#listener.addr as Deno.NetAddr).port}/`;
  }

  async #accept(): Promise<void> {
    for await (const near of this.#listener) void this.#forward(near);
  }

  async #forward(near: Deno.Conn): Promise<void> {
    const far = await Deno.connect({ hostname: "127.0.0.1", port: this.node.port })
      .catch(() => undefined);
    if (far === undefined) return near.close();
    const ways = [near.readable.pipeTo(far.writable), far.readable.pipeTo(near.writable)];
    await Promise.allSettled(ways);
  }

  [Symbol.dispose](): void {
    this.#listener.close();
  }
}

async function startNode(redis: Redis): Promise<Program> {
  return await Program.start(
    ...[`--redis-url=${redis.url}`, "--relay-host=127.0.0.1", `--relay-port=${freePort()}`],
    ...["--proof-of-work=off", "--access-log=off"],
  );
}

async function callsOf({ http }: Program): Promise<number> {
  const text = await (await fetch(`${http}/metrics`)).text();
  return Number(/^anonymous_chat_calls (\d+)$/m.exec(text)?.[1]);
}

Deno.test({
  name: "Call through the relay of a node continues through that of another when the node stops",
  ignore: repeats({ sample: 0, long: 1 }) === 0 || !await isRedisThere() ||
    !await isChromiumThere("Calls between nodes are not tested."),
  fn: async () => {
    await using redis = await Redis.start();
    await using a = await startNode(redis);
    await using b = await startNode(redis);
    await haveMet([a, b], redis);
    using first = new Balancer(a);
    using second = new Balancer(b);
    await using stack = new AsyncDisposableStack();
    const browser = stack.adopt(await launchShell(...DEVICES), (one) => one.close());
    const callers: Caller[] = [];
    for (const { url } of [first, second]) {
      callers.push(new Caller(await Visitor.open(browser, url, { script: PEERS })));
    }
    for (const { visitor } of callers) await visitor.searchForVideo();
    for (const { visitor } of callers) await visitor.meets();
    for (const caller of callers) await caller.seesAndHears();
    const [owner, balancer, other] = await callsOf(a) === 1 ? [a, first, b] : [b, second, a];
    assert.deepEqual([await callsOf(owner), await callsOf(other)], [1, 0]);
    balancer.node = other;
    assert.equal(await owner.stop("SIGTERM"), 0);
    await waitUntil(async () => await callsOf(other) === 1);
    for (const caller of callers) await caller.seesMovement();
    for (const caller of callers) assert.deepEqual(await caller.route(), ["relay", "relay"]);
  },
});
