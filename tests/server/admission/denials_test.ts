import assert from "node:assert/strict";
import { join } from "node:path";
import { CloseCode, SUBPROTOCOL } from "../../../protocol.ts";
import { FILE_CHECK } from "../../../server/base/watched_file.ts";
import { HOUR, MINUTE, SECOND } from "../../../server/base/clock.ts";
import { DENIED_REASON } from "../../../server/chat/session.ts";
import { BareClient } from "../../support/bare_client.ts";
import { FakeClock } from "../../support/fake_clock.ts";
import { FakeOutlet } from "../../support/fake_outlet.ts";
import { TempFolder } from "../../support/files.ts";
import { httpRequest } from "../../support/fixtures.ts";
import { TestServer } from "../../support/server.ts";

/** A server behind a proxy, with a deny file. */
class World implements AsyncDisposable {
  readonly clock = new FakeClock();
  readonly #folder = new TempFolder();
  readonly path = join(this.#folder.path, "deny");
  server!: TestServer;

  static async open(content = "", ...args: string[]): Promise<World> {
    const world = new World();
    world.write(content);
    const { clock, path } = world;
    const all = [`--deny-file=${path}`, "--trust-proxy=1", ...args];
    world.server = await TestServer.start({ clock, args: all });
    return world;
  }

  write(content: string): void {
    Deno.writeTextFileSync(this.path, content);
  }

  /** Replaces the deny file, and reads it as on SIGHUP. */
  async deny(content: string): Promise<void> {
    this.write(content);
    await this.server.chat.reload();
  }

  enter(address: string): Promise<BareClient> {
    const headers = { "x-forwarded-for": address };
    return BareClient.enter(this.server.socketUrl, { headers });
  }

  /** Two clients that are chatting. */
  async pair(...addresses: readonly [string, string]): Promise<[BareClient, BareClient]> {
    const [a, b] = await Promise.all(addresses.map((one) => this.enter(one)));
    for (const client of [a!, b!]) client.tell({ type: "find", mode: "text", interests: [] });
    await Promise.all([a!.next("paired"), b!.next("paired")]);
    return [a!, b!];
  }

  /** What a page is told that asks why it can't connect: a code and the seconds to wait, or the status. */
  async refusal(address: string): Promise<unknown> {
    const response = await this.server.fetch("/ws", { headers: { "x-forwarded-for": address } });
    if (response.status === 426) return "none";
    const { code, seconds } = await response.json();
    return [code, seconds];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.server[Symbol.asyncDispose]();
    await this.#folder[Symbol.asyncDispose]();
  }
}

const CLOSED = { code: CloseCode.blocked, reason: DENIED_REASON };

Deno.test("Denied address loses its open chats, can read why, and no other chat is affected", async () => {
  await using world = await World.open("# nobody yet\n");
  const [bad, partner] = await world.pair("203.0.113.7", "198.51.100.1");
  const [ann, bob] = await world.pair("203.0.114.7", "198.51.100.2");
  await world.deny("203.0.113.0/24\n");
  assert.deepEqual(await bad.closed, CLOSED);
  await partner.next("partner-left");
  ann.send(Uint8Array.of(1, 65));
  assert.deepEqual(await bob.frame(), Uint8Array.of(1, 65));
  assert.deepEqual(await world.refusal("203.0.113.7"), ["denied", 3600]);
  assert.equal(await world.refusal("203.0.114.7"), "none");
  const page = { headers: { "x-forwarded-for": "203.0.113.7" } };
  assert.equal((await world.server.fetch("/contact", page)).status, 200);
  assert.doesNotMatch(JSON.stringify(world.server.entries), /203\.0|198\.51/);
});

Deno.test("Denied IPv6 address loses its chat, and others in its /64 keep theirs; a denied /64 loses all", async () => {
  await using world = await World.open();
  const [bad, partner] = await world.pair("2001:db8::bad", "198.51.100.1");
  const [ann, bob] = await world.pair("2001:db8::1", "2001:db8::2");
  await world.deny("2001:db8::bad\n");
  assert.deepEqual(await bad.closed, CLOSED);
  await partner.next("partner-left");
  ann.send(Uint8Array.of(1, 65));
  assert.deepEqual(await bob.frame(), Uint8Array.of(1, 65));
  await world.deny("2001:db8::/64\n");
  assert.deepEqual(await Promise.all([ann.closed, bob.closed]), [CLOSED, CLOSED]);
});

Deno.test("Denied address can't resume a chat whose connection dropped, and its partner doesn't wait", async () => {
  await using world = await World.open();
  const [bad, partner] = await world.pair("203.0.113.7", "198.51.100.1");
  bad.vanish();
  await partner.next("partner-away");
  await world.deny("203.0.113.7\n");
  await partner.next("partner-left");
  assert.equal(world.server.chat.sessions.disconnected, 0);
});

Deno.test("Denied address is refused between its handshake and its first message, too", async () => {
  await using world = await World.open();
  const headers = {
    ...{ host: "chat.example", upgrade: "websocket", connection: "Upgrade" },
    ...{ "sec-websocket-version": "13", "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==" },
    ...{ "sec-websocket-protocol": SUBPROTOCOL, "x-forwarded-for": "203.0.113.7" },
  };
  const decision = await world.server.chat.requestHandler.admit(httpRequest("/ws", headers));
  assert.ok(decision.kind === "admitted");
  await world.deny("203.0.113.7\n");
  const outlet = new FakeOutlet();
  decision.handshake.connect();
  decision.handshake.enter(outlet);
  await Promise.resolve();
  assert.deepEqual(outlet.closed, CLOSED);
});

Deno.test("Denial ends by the calendar, and the page returns then; a calendar that is set back restores it", async () => {
  await using world = await World.open("203.0.113.7 until 2026-06-01T13:00Z\n"); // An hour from now.
  assert.deepEqual(await world.refusal("203.0.113.7"), ["denied", 3600]);
  world.clock.advance(HOUR - 10 * SECOND);
  assert.deepEqual(await world.refusal("203.0.113.7"), ["denied", 10]);
  world.clock.advance(10 * SECOND);
  const bad = await world.enter("203.0.113.7");
  world.clock.jump(-MINUTE);
  world.clock.advance(FILE_CHECK);
  assert.deepEqual(await bad.closed, CLOSED);
  assert.deepEqual(await world.refusal("203.0.113.7"), ["denied", 55]);
  world.clock.jump(HOUR);
  assert.equal(await world.refusal("203.0.113.7"), "none");
});

Deno.test("Deny file adds to --deny, and removing it from the file restores only its addresses", async () => {
  await using world = await World.open("203.0.113.7\n", "--deny=203.0.113.8");
  for (const one of ["203.0.113.7", "203.0.113.8"]) {
    assert.deepEqual(await world.refusal(one), ["denied", 3600]);
  }
  await world.deny("");
  assert.equal(await world.refusal("203.0.113.7"), "none");
  assert.deepEqual(await world.refusal("203.0.113.8"), ["denied", 3600]);
});

Deno.test("Deny file that breaks or vanishes stays in force, fails in /healthz, and recovers", async () => {
  await using world = await World.open("203.0.113.7\n");
  const health = async (): Promise<unknown> => await (await world.server.fetch("/healthz")).json();
  for (
    const damage of [
      () => world.write("203.0.113.7\n203.0.113\n"),
      () => Deno.removeSync(world.path),
    ]
  ) {
    damage();
    await world.server.chat.reload();
    assert.deepEqual(await world.refusal("203.0.113.7"), ["denied", 3600]);
    assert.deepEqual(await health(), { status: "degraded", failing: ["deny file"] });
  }
  const metrics = await (await world.server.fetch("/metrics")).text();
  assert.match(metrics, /component_failing\{component="deny file"\} 1\n/);
  const [broken, missing] = world.server.entries.map(({ properties }) =>
    JSON.stringify(properties)
  );
  assert.match(broken!, /line 2 doesn't begin with an address/);
  assert.match(missing!, /ENOENT/);
  assert.doesNotMatch(broken!, /203\.0/);
  await world.deny("# forgiven\n");
  assert.deepEqual(await health(), { status: "ok", failing: [] });
  assert.equal(await world.refusal("203.0.113.7"), "none");
});
