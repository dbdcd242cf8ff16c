import assert from "node:assert/strict";
import type { AddressRecord } from "../../server/admission/address_record.ts";
import type { AccessRecord } from "../../server/access_log/line.ts";
import { RequestHandler } from "../../server/request_handler.ts";
import { KeyedHash } from "../../server/base/keyed_hash.ts";
import { RequestBudget } from "../../server/admission/request_budget.ts";
import { Gate } from "../../server/admission/gate.ts";
import { IpRegistry } from "../../server/admission/ip_registry.ts";
import type { UpgradeDecision } from "../../server/transport.ts";
import type { Log } from "../../server/base/log.ts";
import { ProxyDetector } from "../../server/admission/proxy_detector.ts";
import { type HttpResponse, textResponse } from "../../server/http/message.ts";
import { httpRequest, newAddressRecord } from "../support/fixtures.ts";
import { FakeClock } from "../support/fake_clock.ts";

const HANDSHAKE = {
  host: "chat.example",
  upgrade: "websocket",
  connection: "keep-alive, Upgrade",
  "sec-websocket-protocol": "anonymous-chat.v1",
  "sec-websocket-version": "13",
  "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==",
  "user-agent": "Test/1",
};

/** A request handler. Everything behind it is replaced, except the gate. */
class World {
  readonly records: AccessRecord[] = [];
  readonly errors: unknown[] = [];
  readonly warnings: unknown[][] = [];
  readonly registry: IpRegistry<AddressRecord>;
  readonly handler: RequestHandler;
  answer = (): HttpResponse => textResponse(200, "hello");

  constructor(hops = 0, speaksTls = false) {
    const clock = new FakeClock();
    const newRecord = (): AddressRecord => newAddressRecord(clock.now(), { places: 1 });
    this.registry = new IpRegistry({ clock, retention: 60_000, newRecord });
    const { registry } = this;
    const roomIn = (): number => 0;
    const log = {
      error: (...said: unknown[]) => this.errors.push(said),
      warn: (...said: unknown[]) => this.warnings.push(said),
    } as unknown as Log;
    this.handler = new RequestHandler({
      hops,
      speaksTls,
      isBehindTls: false,
      log,
      gate: new Gate({ clock, registry, denials: { deniedFor: () => 0 }, roomIn }),
      budget: new RequestBudget({ clock, hash: new KeyedHash(1, 2) }),
      router: { answer: () => this.answer() },
      metrics: { answer: () => undefined },
      sessions: { enter: () => assert.fail() },
      accessLog: { record: (record) => this.records.push(record) },
      proxyDetector: new ProxyDetector({ hops, expectsCrowds: false, clock, log }),
      addressesHeld: () => registry.held,
    });
  }

  async admit(
    headers: Record<string, string> = {},
    remote = "203.0.113.9",
  ): Promise<UpgradeDecision> {
    return await this.handler.admit(httpRequest("/ws", { ...HANDSHAKE, ...headers }, { remote }));
  }
}

Deno.test("Request handler logs every response with the client's address, status and size", () => {
  const world = new World();
  world.handler.answer(httpRequest("/a?b=c", { "user-agent": "Test/1" }, { method: "POST" }));
  assert.deepEqual(world.records, [{
    address: "203.0.113.9",
    method: "POST",
    target: "/a?b=c",
    version: "1.1",
    status: 200,
    bytes: 5,
    userAgent: "Test/1",
  }]);
});

Deno.test("Request handler logs an accepted handshake, and a refused one", async () => {
  const world = new World();
  const first = await world.admit();
  assert.ok(first.kind === "admitted");
  first.handshake.connect();
  const second = await world.admit();
  assert.ok(second.kind === "refused");
  assert.deepEqual([second.reply.status, second.reply.headers["retry-after"]], [429, "10"]);
  assert.deepEqual(world.records.map(({ status }) => status), [101, 429]);
});

Deno.test("Request handler takes the address from the connection, or from its proxies", async () => {
  const forged = { "x-forwarded-for": "198.51.100.1, 198.51.100.2" };
  const direct = new World();
  await direct.admit(forged);
  direct.handler.answer(httpRequest("/", forged));
  assert.deepEqual(direct.records.map(({ address }) => address), ["203.0.113.9", "203.0.113.9"]);
  const behind = new World(1);
  await behind.admit(forged);
  assert.equal(behind.records[0]?.address, "198.51.100.2");
});

Deno.test("Request handler answers 500 when a page fails, and logs nothing of the request", async () => {
  const world = new World();
  world.answer = () => {
    throw new Error("secret");
  };
  const { status } = await world.handler.answer(httpRequest("/"));
  assert.equal(status, 500);
  assert.equal(world.errors.length, 1);
  assert.doesNotMatch(JSON.stringify(world.errors), /secret|203\.0/);
  assert.equal(world.records[0]?.status, 500);
});

Deno.test("Request handler sends HSTS to visitors who came over TLS, if a trusted proxy says so", async () => {
  const strict = async (hops: number, headers: Record<string, string>): Promise<unknown> =>
    (await new World(hops).handler.answer(httpRequest("/", headers)))
      .headers["strict-transport-security"];
  assert.equal(await strict(1, { "x-forwarded-proto": "https" }), "max-age=31536000");
  assert.equal(await strict(1, { "x-forwarded-proto": "http" }), undefined);
  assert.equal(await strict(1, {}), undefined);
  assert.equal(await strict(0, { "x-forwarded-proto": "https" }), undefined);
});

Deno.test("Request handler sends HSTS where the program itself speaks TLS, unless the proxy was reached without", async () => {
  const strict = async (hops: number, headers: Record<string, string>): Promise<unknown> => {
    const { handler } = new World(hops, true);
    return (await handler.answer(httpRequest("/", headers))).headers["strict-transport-security"];
  };
  assert.equal(await strict(0, {}), "max-age=31536000");
  assert.equal(await strict(0, { "x-forwarded-proto": "http" }), "max-age=31536000");
  assert.equal(await strict(1, { "x-forwarded-proto": "http" }), undefined);
});

Deno.test("Request handler logs requests to the additional listener, and admits nobody there", async () => {
  const world = new World(1);
  const redirects = world.handler.redirectHandler(() => textResponse(308, "hello"));
  const asked = httpRequest("/ws", { ...HANDSHAKE, "x-forwarded-for": "198.51.100.7" });
  assert.equal((await redirects.answer(asked)).status, 308);
  assert.equal((await redirects.admit(asked)).kind, "refused");
  assert.equal("strict-transport-security" in (await redirects.answer(asked)).headers, false);
  assert.deepEqual(
    world.records.map(({ address, status, bytes }) => [address, status, bytes]),
    Array(3).fill(["198.51.100.7", 308, 5]),
  );
});

Deno.test("Request handler sends the same headers with a refusal", async () => {
  const world = new World(1);
  const refused = await world.admit({
    origin: "https://evil.example",
    "x-forwarded-proto": "https",
  });
  assert.ok(refused.kind === "refused");
  assert.deepEqual([refused.reply.status, "strict-transport-security" in refused.reply.headers], [
    403,
    true,
  ]);
});

Deno.test("Request handler warns without an address when a proxy changes Host, and tells the page", async () => {
  const world = new World(1);
  const origin = "https://203.0.113.1";
  await world.admit({ host: "127.0.0.1:8000", origin });
  await world.admit({ host: "127.0.0.1:8000", origin });
  assert.equal(world.warnings.length, 1);
  assert.match(JSON.stringify(world.warnings), /proxy changes Host/);
  assert.doesNotMatch(JSON.stringify(world.warnings), /203|127/);
  const ask = async (referer: string, host = "127.0.0.1:8000"): Promise<unknown> => {
    const { status, body } = await world.handler.answer(httpRequest("/ws", { host, referer }));
    return [status, new TextDecoder().decode(body)];
  };
  const told = [403, '{"code":"misconfigured","seconds":30}\n'];
  assert.deepEqual(await ask(`${origin}/`), told);
  assert.deepEqual(await ask(`${origin}/`, "203.0.113.1:443"), [200, "hello"]);
  assert.deepEqual(await ask("nonsense"), [200, "hello"]);
});

Deno.test("Request handler warns when a handshake arrives without its Upgrade header", () => {
  const world = new World(1);
  const { upgrade: _, connection: __, ...rest } = HANDSHAKE;
  assert.equal((world.handler.answer(httpRequest("/ws", rest)) as HttpResponse).status, 200);
  assert.match(JSON.stringify(world.warnings), /Upgrade/);
});
