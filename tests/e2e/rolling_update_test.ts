/**
 * A rolling update as visitors see it: pages of the previous release stay open while the nodes change to this one. Each
 * visitor chats only with pages of the same release, no chat breaks, and no visitor has to do anything.
 */

import { equal } from "node:assert/strict";
import { en } from "../../client/languages/en.ts";
import { startMachine } from "../support/cluster.ts";
import { machinesIn } from "../support/cluster_programs.ts";
import { isPreviousReleaseThere, PreviousRelease } from "../support/previous_release.ts";
import { isRedisThere, Redis } from "../support/redis.ts";
import { UnreliableProxy } from "../support/unreliable_proxy.ts";
import { waitUntil } from "../support/wait_until.ts";
import { launchShell } from "./browser.ts";
import { startedOnce } from "./site_fixture.ts";
import { LOOKING, STRANGER_LEFT, Visitor } from "./visitor.ts";

const browser = startedOnce(launchShell);
const { Notices, Reload } = en.words;

/** A balancer for one visitor, who opens the page that the target serves. */
class Way implements AsyncDisposable {
  readonly visitor: Visitor;
  readonly #balancer: UnreliableProxy;

  private constructor(visitor: Visitor, balancer: UnreliableProxy) {
    this.visitor = visitor;
    this.#balancer = balancer;
  }

  static async open({ port }: { readonly port: number }): Promise<Way> {
    const balancer = new UnreliableProxy(port);
    return new Way(await Visitor.open(await browser(), balancer.site), balancer);
  }

  /** Sends the next connections to another node. */
  leadTo({ port }: { readonly port: number }): void {
    this.#balancer.setTarget(port);
  }

  /** Sends the visitor to another node now. */
  moveTo(node: { readonly port: number }): void {
    this.leadTo(node);
    this.#balancer.cut();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.visitor[Symbol.asyncDispose]();
    this.#balancer[Symbol.dispose]();
  }
}

async function meet(...visitors: readonly Visitor[]): Promise<void> {
  for (const visitor of visitors) await visitor.meets();
}

async function talk(one: Visitor, other: Visitor, text: string): Promise<void> {
  await one.say(text);
  await other.hears(text);
  await other.say(`${text}, too`);
  await one.hears(`${text}, too`);
}

/** The visitor still searches, and has met nobody. */
async function searches(visitor: Visitor): Promise<void> {
  await visitor.sees(LOOKING);
  equal(await visitor.log.count(), 0);
}

Deno.test({
  name:
    "During a rolling update, pages of both releases chat on, each with its own release, and no chat breaks",
  ignore: !await isRedisThere() || !await isPreviousReleaseThere(),
  fn: async () => {
    await using redis = await Redis.start();
    await using release = await PreviousRelease.build();
    const options = ["--proof-of-work=off", "--relay=off"];
    await using older = await release.start(`--redis-url=${redis.url}`, ...options);
    await using stack = new AsyncDisposableStack();
    const open = async (node: { readonly port: number }): Promise<Way> =>
      stack.use(await Way.open(node));

    const [ann, bob, carl] = [await open(older), await open(older), await open(older)];
    for (const { visitor } of [ann, bob]) await visitor.search();
    await meet(ann.visitor, bob.visitor);
    await talk(ann.visitor, bob.visitor, "before the update");

    await using newer = await startMachine(redis.url, { args: ["--proof-of-work=off"] });
    const { server } = newer;
    await waitUntil(async () => await machinesIn(redis) === 2);
    const [dora, erin] = [await open(server), await open(server)];
    erin.moveTo(older); // Its page is newer than its node.
    await dora.visitor.search();
    await erin.visitor.search();
    await searches(dora.visitor);
    await erin.visitor.sees(Reload);

    carl.moveTo(server); // Its page is older than its node.
    await bob.visitor.leave();
    await ann.visitor.reads(STRANGER_LEFT);
    await carl.visitor.search();
    await bob.visitor.press("New chat");
    await meet(bob.visitor, carl.visitor);
    await talk(bob.visitor, carl.visitor, "between nodes of both releases");
    await searches(dora.visitor);

    for (const way of [ann, bob, erin]) way.leadTo(server);
    await older.stop();
    await meet(dora.visitor, erin.visitor);
    await talk(dora.visitor, erin.visitor, "two new pages");
    await talk(bob.visitor, carl.visitor, "two old pages on a new node");

    await ann.visitor.press("New chat");
    await searches(ann.visitor);
    await dora.visitor.leave();
    await dora.visitor.press("New chat");
    await searches(dora.visitor);
    await searches(ann.visitor);
    await bob.visitor.leave();
    await bob.visitor.press("New chat");
    await meet(ann.visitor, bob.visitor);
    await talk(ann.visitor, bob.visitor, "old pages still meet");
    await erin.visitor.press("New chat");
    await meet(dora.visitor, erin.visitor);

    for (const { visitor } of [ann, bob, carl, dora, erin]) {
      for (const notice of ["not-secured", "tampered", "connection-lost"] as const) {
        equal(await visitor.page.getByText(Notices[notice]).count(), 0);
      }
    }
  },
});
