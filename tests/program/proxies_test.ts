/** The program behind a real nginx and a real Caddy, with the configurations in `deploy/`. */

import assert from "node:assert/strict";
import { parseAddress } from "../../server/admission/address.ts";
import { BareClient } from "../support/bare_client.ts";
import { isProxyThere, PROXIES, Proxy, type ProxyName } from "../support/proxies.ts";
import { RawClient } from "../support/raw_client.ts";
import { TestServer } from "../support/server.ts";
import { waitUntil } from "../support/wait_until.ts";

/** The address that a visitor claims, and the real one. */
const FORGED = "203.0.113.66";
const VISITOR = "127.0.0.5";

/** The address of a CDN's edge. */
const CDN = "127.0.0.9";

/** The number of proxies to trust behind a CDN, as the comments in the configurations say. */
const HOPS_BEHIND_CDN = { nginx: 1, caddy: 2 } as const;

for (const name of PROXIES) {
  const ignore = !await isProxyThere(name);

  /** Declares a test behind this proxy. */
  const behind = (
    what: string,
    test: (proxy: Proxy, server: TestServer) => Promise<void>,
  ): void =>
    Deno.test({
      name: `Behind ${name}: ${what}`,
      ignore,
      fn: async () => {
        await using server = await TestServer.start({ args: ["--trust-proxy=1"] });
        await using proxy = await Proxy.start(name as ProxyName, server.port);
        await test(proxy, server);
      },
    });

  behind(
    "two people talk, one drops and comes back, and the server sees whose address it is",
    async (proxy, server) => {
      const { chat: { registry, sessions } } = server;
      const from = { localAddress: VISITOR, headers: { "X-Forwarded-For": FORGED } };
      const [a, b] = await BareClient.pair(proxy.socketUrl, from);
      assert.equal(registry.find(parseAddress(VISITOR)!)?.connections, 2);
      assert.equal(registry.find(parseAddress(FORGED)!), undefined);
      const large = new Uint8Array(32 * 1024).fill(1);
      a.send(large);
      assert.deepEqual(await b.frame(), large);
      a.vanish();
      await b.next("partner-away");
      const again = new BareClient(proxy.socketUrl, from);
      again.socket.once("open", () => again.tell({ type: "resume", token: a.token }));
      await again.next("resumed");
      b.send(Uint8Array.of(1, 65));
      assert.deepEqual(await again.frame(), Uint8Array.of(1, 65));
      for (const client of [again, b]) client.leave();
      await waitUntil(() => sessions.online === 0);
      assert.deepEqual(server.entries, []);
    },
  );

  behind(
    "a page comes with HSTS, plain HTTP is sent to https, and what is too large goes no further",
    async (proxy, server) => {
      const ask = async (port: number, ...lines: string[]): Promise<string> => {
        using client = await RawClient.connect(port === proxy.port ? proxy : port);
        const fields = ["Host: localhost", "Connection: close", `X-Forwarded-For: ${FORGED}`];
        const [request = "", ...more] = lines;
        await client.writeLines(request, ...fields, ...more).catch(() => {}); // It may be refused before that.
        return await client.readToEnd();
      };
      const page = await ask(proxy.port, "GET / HTTP/1.1", "", "");
      assert.match(page, /^HTTP\/1\.1 200 [^]*strict-transport-security: max-age=31536000\r\n/i);
      assert.doesNotMatch(page, /^server: nginx\/\d/im);
      assert.match(
        await ask(proxy.httpPort, "GET /privacy HTTP/1.1", "", ""),
        /^HTTP\/1\.1 308 [^]*location: https:\/\/localhost(:\d+)?\/privacy\r\n/i,
      );
      const body = "a".repeat(200_000);
      const post = await ask(
        proxy.port,
        "POST / HTTP/1.1",
        `Content-Length: ${body.length}`,
        "",
        body,
      );
      assert.match(post, /^(HTTP\/1\.1 (405|413|502) |$)/); // Caddy 2.6 sends no status here. Ours may come first.
      const header = await ask(
        proxy.port,
        "GET / HTTP/1.1",
        `X-Large: ${"a".repeat(50_000)}`,
        "",
        "",
      );
      assert.match(header, /^(HTTP\/1\.1 (400|431) |$)/);
      assert.equal((await server.fetch("/healthz")).status, 200);
    },
  );

  Deno.test({
    name:
      `Behind ${name} and a CDN: the server sees the visitor's address, and believes no forged header`,
    ignore: ignore || !await isProxyThere("nginx"),
    fn: async () => {
      const hops = HOPS_BEHIND_CDN[name];
      await using server = await TestServer.start({ args: [`--trust-proxy=${hops}`] });
      await using proxy = await Proxy.start(name, server.port, CDN);
      await using edge = await Proxy.startCdn(proxy.port, CDN);
      const headers = { "X-Forwarded-For": FORGED, "X-Forwarded-Host": "evil.example" };
      const from = { localAddress: VISITOR, headers };
      const { registry } = server.chat;
      const connections = (address: string): number | undefined =>
        registry.find(parseAddress(address)!)?.connections;
      const through = await BareClient.enter(edge.socketUrl, from);
      assert.deepEqual([VISITOR, CDN, FORGED].map(connections), [1, undefined, undefined]);
      const around = await BareClient.enter(proxy.socketUrl, from); // Not from one of the CDN's addresses.
      assert.deepEqual([VISITOR, CDN, FORGED].map(connections), [2, undefined, undefined]);
      for (const client of [through, around]) client.leave();
      await waitUntil(() => server.chat.sessions.online === 0);
      assert.deepEqual(server.entries, []);
    },
  });

  behind("the proxy writes no address anywhere", async (proxy, server) => {
    const from = { localAddress: VISITOR };
    const [a, b] = await BareClient.pair(proxy.socketUrl, from);
    await assert.rejects(
      BareClient.enter(proxy.socketUrl, { ...from, headers: { Origin: "https://evil.example" } }),
    );
    a.vanish();
    b.vanish();
    await server[Symbol.asyncDispose](); // Causes an error that a proxy would log.
    await assert.rejects(BareClient.enter(proxy.socketUrl, from));
    assert.doesNotMatch(await proxy.stop(), new RegExp(VISITOR.replaceAll(".", "\\.")));
  });
}
