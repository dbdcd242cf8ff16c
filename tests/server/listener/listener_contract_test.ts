/**
 * The contract of every listener. Clauses about the underlying socket also apply to a listener that speaks TLS. The
 * others concern what comes after the socket.
 */

import assert from "node:assert/strict";
import { type ClientMessage, MAX_FRAME_BYTES } from "../../../protocol.ts";
import { BareClient } from "../../support/bare_client.ts";
import { CertificateFiles } from "../../support/certificate_files.ts";
import { HANDSHAKE, RawClient } from "../../support/raw_client.ts";
import {
  type LISTENERS,
  NO_RATES,
  type ServerOptions,
  TestServer,
  withVisitors,
} from "../../support/server.ts";
import { waitUntil } from "../../support/wait_until.ts";

const FIND: ClientMessage = { type: "find", mode: "text", interests: [] };

/** The clauses that also apply to a TLS listener, by the beginning of their names. */
const BY_TLS = [
  "two clients are welcomed",
  "a frame arrives as it was sent",
  "a thousand frames",
  "a partner is reported",
  "a client that vanishes",
  "an oversized frame",
  "the handshake names",
  "a full server",
  "requests get",
];

const KINDS: readonly (readonly [listener: keyof typeof LISTENERS, speaksTls: boolean])[] = [
  ["node", false],
  ["node", true],
  ["deno", false],
];

for (const [listener, speaksTls] of KINDS) {
  /** Declares a clause of the contract. */
  const clause = (
    name: string,
    test: (server: TestServer) => Promise<void>,
    options: ServerOptions = {},
  ): void => {
    if (speaksTls && !BY_TLS.some((beginning) => name.startsWith(beginning))) return;
    Deno.test(`Listener ${listener}${speaksTls ? " by TLS" : ""}: ${name}`, async () => {
      await using files = speaksTls ? new CertificateFiles() : undefined;
      const certificate = files === undefined ? {} : { certificate: files };
      const relay = listener === "node" ? ["--relay=on"] : []; // As by default: it must not disturb HTTP.
      const args = [...relay, ...options.args ?? []];
      await using server = await TestServer.start({ ...options, ...certificate, args, listener });
      await test(server);
    });
  };

  clause("two clients are welcomed, paired, and can exchange frames", async ({ socketUrl }) => {
    const [a, b] = await BareClient.pair(socketUrl);
    a.send(Uint8Array.of(1, 65));
    b.send(Uint8Array.of(2, 66));
    assert.deepEqual(await b.frame(), Uint8Array.of(1, 65));
    assert.deepEqual(await a.frame(), Uint8Array.of(2, 66));
  });

  clause("a frame arrives as it was sent, up to the largest", async ({ socketUrl }) => {
    const [a, b] = await BareClient.pair(socketUrl);
    const all = Uint8Array.from({ length: 257 }, (_, n) => n === 0 ? 1 : n - 1);
    const largest = new Uint8Array(MAX_FRAME_BYTES).map((_, n) => n === 0 ? 3 : n * 31);
    for (const frame of [all, largest, Uint8Array.of(2)]) {
      a.send(frame);
      assert.deepEqual(await b.frame(), frame);
    }
  });

  clause("a thousand frames keep their order", async ({ socketUrl }) => {
    const [a, b] = await BareClient.pair(socketUrl);
    for (let n = 0; n < 1000; n++) a.send(Uint8Array.of(1, n >> 8, n & 255));
    for (let n = 0; n < 1000; n++) {
      assert.deepEqual(await b.frame(), Uint8Array.of(1, n >> 8, n & 255));
    }
  }, { rates: NO_RATES });

  clause(
    "a partner is reported as gone only when its page says that it leaves",
    async ({ socketUrl }) => {
      const ends: [end: (client: BareClient) => void, told: "partner-left" | "partner-away"][] = [
        [(client) => client.tell({ type: "leave" }), "partner-left"],
        [(client) => client.socket.close(1000), "partner-left"],
        [(client) => client.socket.close(1000, "bye"), "partner-left"],
        [(client) => client.socket.close(), "partner-away"],
        [(client) => client.socket.close(1001), "partner-away"],
        [(client) => client.socket.close(1011, "upstream"), "partner-away"],
        [(client) => client.socket.close(4003), "partner-away"],
        [(client) => client.vanish(), "partner-away"],
      ];
      for (const [end, told] of ends) {
        const [a, b] = await BareClient.pair(socketUrl);
        end(a);
        assert.equal((await b.nextOf("partner-left", "partner-away")).type, told, String(end));
        b.leave();
      }
    },
  );

  clause("a client that vanishes is away, and can resume its chat", async (server) => {
    const { socketUrl } = server;
    const [a, b] = [new BareClient(socketUrl), await BareClient.enter(socketUrl)];
    const { token } = await a.next("welcome");
    for (const client of [a, b]) client.tell(FIND);
    await Promise.all([a.next("paired"), b.next("paired")]);
    a.vanish();
    await b.next("partner-away");
    const again = new BareClient(socketUrl);
    again.socket.once("open", () => again.tell({ type: "resume", token }));
    assert.deepEqual(await again.next("resumed"), { type: "resumed", chatting: true });
    await b.next("partner-back");
    b.send(Uint8Array.of(1, 65));
    assert.deepEqual(await again.frame(), Uint8Array.of(1, 65));
    assert.deepEqual([server.chat.sessions.online, server.chat.sessions.disconnected], [2, 0]);
  });

  clause("a client that takes over a half-open connection is not delayed by it", async (server) => {
    const { socketUrl } = server;
    const [a, b] = [new BareClient(socketUrl), await BareClient.enter(socketUrl)];
    const { token } = await a.next("welcome");
    for (const client of [a, b]) client.tell(FIND);
    await Promise.all([a.next("paired"), b.next("paired")]);
    const again = await BareClient.enter(socketUrl);
    again.tell({ type: "resume", token });
    await again.next("resumed");
    assert.equal((await a.closed).code, 4010);
    again.send(Uint8Array.of(1, 65));
    assert.deepEqual(await b.frame(), Uint8Array.of(1, 65));
  });

  clause("an oversized frame closes with 1009", async ({ socketUrl }) => {
    const [a, b] = await BareClient.pair(socketUrl);
    a.send(new Uint8Array(MAX_FRAME_BYTES + 1).fill(1));
    assert.equal((await a.closed).code, 1009);
    await b.next("partner-left");
  });

  clause("an oversized control message closes with 1009", async ({ socketUrl }) => {
    const client = await BareClient.enter(socketUrl);
    client.socket.send(" ".repeat(4097));
    assert.equal((await client.closed).code, 1009);
  });

  clause(
    "an invalid message closes with 1008, and is not repeated",
    async ({ socketUrl }) => {
      const texts = [
        "garbage",
        '{"type":"find","mode":"text","interests":["\\"',
        JSON.stringify({ ...FIND, interests: Array(11).fill("a") }),
        JSON.stringify({ ...FIND, interests: [7] }),
        JSON.stringify({ ...FIND, name: 'Bob\'s "quoted" \u202E name' }),
        '{"type":"resume","token":"secret-token","name":"Bob"}',
      ];
      const endings = await Promise.all(texts.map(async (text) => {
        const client = await BareClient.enter(socketUrl);
        client.socket.send(text);
        return client.closed;
      }));
      for (const ending of endings) {
        assert.deepEqual(ending, { code: 1008, reason: "The control message is invalid." });
      }
    },
  );

  clause("a frame of an unknown kind closes with 1008", async ({ socketUrl }) => {
    for (const bytes of [[], [0], [4, 1], [255]]) {
      const client = await BareClient.enter(socketUrl);
      client.send(Uint8Array.from(bytes));
      assert.equal((await client.closed).code, 1008);
    }
  });

  clause("unusual Unicode and quotes in interests are harmless", async ({ socketUrl }) => {
    const [a, b] = await Promise.all([BareClient.enter(socketUrl), BareClient.enter(socketUrl)]);
    const interests = ['say "hi"', "\uD83D", "日本", "it's"];
    a.tell({ ...FIND, interests: interests.filter((one) => one !== "\uD83D") });
    b.tell({ ...FIND, interests: ['SAY "HI"', "日本"] });
    assert.deepEqual((await a.next("paired")).interests, ['say "hi"', "日本"]);
    assert.deepEqual((await b.next("paired")).interests.length, 2);
  });

  clause("the handshake names the subprotocol, and needs the right origin", async (server) => {
    const status = async (...changes: [was: RegExp, is: string][]): Promise<string> => {
      using client = await RawClient.connect(server);
      const lines = changes.reduce(
        (all, [was, is]) => all.map((line) => was.test(line) ? is : line),
        HANDSHAKE,
      );
      await client.writeLines(...lines, "", "");
      return await client.readUntil("\r\n\r\n");
    };
    assert.match(
      await status(),
      /^HTTP\/1\.1 101 [\s\S]*sec-websocket-protocol: anonymous-chat\.v1\r\n/i,
    );
    const host = /^Host/;
    assert.match(
      await status([host, "Host: a.example\r\nOrigin: https://a.example"]),
      /^HTTP\/1\.1 101 /,
    );
    assert.match(
      await status([host, "Host: a.example\r\nOrigin: https://b.example"]),
      /^HTTP\/1\.1 403 /,
    );
    assert.match(await status([/^Sec-WebSocket-Protocol/, "X-Nothing: 1"]), /^HTTP\/1\.1 400 /);
    assert.match(
      await status([/^Sec-WebSocket-Protocol/, "Sec-WebSocket-Protocol: chat"]),
      /^HTTP\/1\.1 400 /,
    );
  });

  clause("a full server answers 503, with a time to retry", async (server) => {
    const first = await BareClient.enter(server.socketUrl);
    using second = await RawClient.connect(server);
    await second.writeLines(...HANDSHAKE, "", "");
    const refusal = await second.readUntil("\r\n\r\n");
    assert.match(refusal, /^HTTP\/1\.1 503 /);
    assert.match(refusal, /retry-after: 10\r\n/i);
    first.leave();
    await waitUntil(() => server.chat.sessions.online === 0);
    (await BareClient.enter(server.socketUrl)).leave();
  }, { args: ["--max-connections=1"] });

  clause("a server that stops answers 503, with a shorter time to retry", async (server) => {
    server.chat.drain();
    using late = await RawClient.connect(server);
    await late.writeLines(...HANDSHAKE, "", "");
    const refusal = await late.readUntil("\r\n\r\n");
    assert.match(refusal, /^HTTP\/1\.1 503 /);
    assert.match(refusal, /retry-after: 3\r\n/i);
  });

  clause("requests get the site's responses, with every header", async (server) => {
    const ask = async (
      path: string,
      init: RequestInit = {},
    ): Promise<[status: number, headers: Headers, body: string]> => {
      const response = await server.fetch(path, init);
      return [response.status, response.headers, await response.text()];
    };
    const [ok, headers, body] = await ask("/");
    assert.equal(ok, 200);
    assert.match(body, /^<!doctype html>/);
    assert.equal((await ask("/", { headers: { "if-none-match": headers.get("etag")! } }))[0], 304);
    assert.deepEqual((await ask("/", { method: "HEAD" }))[2], "");
    const answers = await Promise.all(
      ["/nothing", "/ws", "/healthz", "/robots.txt"].map((path) => ask(path)),
    );
    const post = await ask("/", { method: "POST", body: "x" });
    assert.deepEqual([...answers, post].map(([status]) => status), [404, 426, 200, 200, 405]);
    for (const [, fields] of [...answers, post]) {
      assert.equal(fields.get("x-content-type-options"), "nosniff");
      assert.match(fields.get("content-security-policy")!, /^default-src 'none'/);
      assert.equal(fields.get("set-cookie"), null);
    }
  });

  clause("an unusual Host header or target breaks nothing", async (server) => {
    for (
      const [target, host] of [["/healthz", "%%%"], ["/healthz?a=b", "a b"], ["//x/../y", "x"]]
    ) {
      using client = await RawClient.connect(server);
      await client.writeLines(
        `GET ${target} HTTP/1.1`,
        `Host: ${host}`,
        "Connection: close",
        "",
        "",
      );
      assert.match(await client.readToEnd(), /^HTTP\/1\.1 (200|400|404) /);
    }
    assert.equal(
      (await server.fetch("/healthz").then((response) => response.json())).status,
      "ok",
    );
  });

  clause(
    "an exception closes only that session with 1011, and the log contains no message content",
    async (server) => {
      const [a, b] = await BareClient.pair(server.socketUrl);
      const failing = await BareClient.enter(server.socketUrl);
      failing.tell({ type: "leave" });
      assert.equal((await failing.closed).code, 1011);
      a.send(Uint8Array.of(1, 1));
      assert.deepEqual(await b.frame(), Uint8Array.of(1, 1));
      assert.equal(server.entries.length, 1);
      assert.equal(server.entries[0]?.level, "error");
      assert.doesNotMatch(JSON.stringify(server.entries), /leave|secret|127\.0\.0\.1/);
    },
    {
      service: (service) =>
        withVisitors(service, (visitor) => {
          const receiveText = visitor.receiveText.bind(visitor);
          visitor.receiveText = (text) => {
            if (text.includes("leave")) throw new Error(`secret: ${text}`);
            receiveText(text);
          };
          return visitor;
        }),
    },
  );

  clause(
    "closing sends everybody 1001, and a stalled peer does not delay it",
    async (server) => {
      const [a, b] = await BareClient.pair(server.socketUrl);
      using stalled = await RawClient.open(server);
      await stalled.writeLines(""); // It never answers the closing handshake.
      await server[Symbol.asyncDispose]();
      assert.deepEqual([(await a.closed).code, (await b.closed).code], [1001, 1001]);
      await assert.rejects(server.fetch("/healthz"));
    },
  );
}
