/** A call of two clients through a relay, as two pages would have it, over real sockets. */

import assert from "node:assert/strict";
import type { CallServer, Route } from "../../protocol.ts";
import type { BareClient } from "./bare_client.ts";
import { RelayClient } from "./relay_client.ts";

const CHANNEL = 0x4000;

/** The route that the server tells a page. */
export async function routeOf(page: BareClient): Promise<Route> {
  page.tell({ type: "ice" });
  return await page.next("ice");
}

/** The relay that the server tells a page. */
export async function relayOf(page: BareClient): Promise<CallServer> {
  const { policy, servers: [server] } = await routeOf(page);
  assert.equal(policy, "relay");
  return server ?? assert.fail("no relay");
}

/** The ports of the relays that pages are told. 0 for a direct call. */
export async function relayPorts(...pages: readonly BareClient[]): Promise<number[]> {
  return (await Promise.all(pages.map(routeOf))).map(portOf);
}

/** The port of the relay of a route; 0 for a direct one. */
export function portOf({ servers: [server] }: Route): number {
  return Number(server?.urls[0]?.match(/:(\d+)\?/)?.[1]) || 0;
}

/** Both sides of a call. Their connections are TCP, so that they notice its end. */
export class RelayedCall {
  readonly #sides: readonly [RelayClient, RelayClient];

  private constructor(sides: readonly [RelayClient, RelayClient]) {
    this.#sides = sides;
  }

  /** Starts the call of two pages. */
  static async start(a: BareClient, b: BareClient): Promise<RelayedCall> {
    const [first, second] = [await relayOf(a), await relayOf(b)];
    const sides = [
      await RelayClient.open(first, "tcp"),
      await RelayClient.open(second, "tcp"),
    ] as const;
    const [ann, bob] = sides;
    assert.deepEqual([await ann.allocate(), await bob.allocate()], [0, 0]);
    const bound = [await ann.bind(CHANNEL, bob.port), await bob.bind(CHANNEL, ann.port)];
    assert.deepEqual(bound, [0, 0]);
    const call = new RelayedCall(sides);
    await call.talk();
    return call;
  }

  /** Data passes in both directions. */
  async talk(): Promise<void> {
    const [a, b] = this.#sides;
    for (const [from, to] of [[a, b], [b, a]] as const) {
      await from.send(Uint8Array.of(1, 2, 3), CHANNEL);
      assert.deepEqual(await to.data(), Uint8Array.of(1, 2, 3));
    }
  }

  /** Resolves when the relay has ended both sides. */
  async ends(): Promise<void> {
    for (const side of this.#sides) await side.ends();
    this.close();
  }

  close(): void {
    for (const side of this.#sides) side[Symbol.dispose]();
  }
}
