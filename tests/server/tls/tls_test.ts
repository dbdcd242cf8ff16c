/**
 * The program speaks TLS directly: what it accepts, what it refuses, and how it loads a renewed certificate during
 * chats. Deno's built-in client checks the certificates here, as a browser would.
 */

import assert from "node:assert/strict";
import { MINUTE, SECOND } from "../../../server/base/clock.ts";
import { capacityFor } from "../../../server/listener/pending_connections.ts";
import { BareClient } from "../../support/bare_client.ts";
import { selfSigned } from "../../support/certificate.ts";
import { CertificateFiles } from "../../support/certificate_files.ts";
import { FakeClock } from "../../support/fake_clock.ts";
import { filesIn, TempFolder } from "../../support/files.ts";
import { freePort } from "../../support/free_port.ts";
import { Program, run } from "../../support/program.ts";
import { type Place, RawClient } from "../../support/raw_client.ts";
import { repeats } from "../../support/repeats.ts";
import { NO_RATES, TestServer } from "../../support/server.ts";
import { isSslscanThere, sslscan } from "../../support/sslscan.ts";
import { Stopwatch } from "../../support/stopwatch.ts";
import { reaches, waitUntil } from "../../support/wait_until.ts";

/** The beginning of a ClientHello (RFC 8446 section 4.1.2). It announces a record of 512 bytes and then stops. */
const HALF_HELLO = Uint8Array.of(0x16, 3, 1, 2, 0, 1, 0, 1, 0xfc, 3, 3, 7, 7, 7);

/** All of them provide forward secrecy and authenticated encryption (RFC 9325 section 4.2). */
const SUITES = [
  "ECDHE-ECDSA-AES128-GCM-SHA256 strong",
  "ECDHE-ECDSA-AES256-GCM-SHA384 strong",
  "ECDHE-ECDSA-CHACHA20-POLY1305 strong",
  "TLS_AES_128_GCM_SHA256 acceptable",
  "TLS_AES_256_GCM_SHA384 acceptable",
  "TLS_CHACHA20_POLY1305_SHA256 acceptable",
];

/** The record type of an alert, and the level that ends a connection (RFC 8446 section 6). */
const ALERT = 0x15;
const FATAL = 2;

Deno.test("TLS: every response carries HSTS, and a client without TLS gets no response", async () => {
  await using files = new CertificateFiles();
  await using server = await TestServer.start({ certificate: files });
  for (const path of ["/", "/nothing", "/healthz"]) {
    const { headers } = await server.fetch(path);
    assert.equal(headers.get("strict-transport-security"), "max-age=31536000");
  }
  using plain = await RawClient.connect(server.port);
  await plain.writeLines("GET / HTTP/1.1", "Host: localhost", "", "");
  assert.doesNotMatch(await plain.readToEnd(), /HTTP/);
  assert.deepEqual(server.entries, []);
});

Deno.test("TLS 1.0 and 1.1 are refused", async () => {
  await using files = new CertificateFiles();
  await using server = await TestServer.start({ certificate: files });
  for (const version of [1, 2]) {
    using client = await RawClient.connect(server.port);
    await client.write(helloOf(version));
    const [type, , , , , level] = bytesOf(await client.readToEnd());
    assert.deepEqual([type, level], [ALERT, FATAL]);
  }
});

Deno.test("TLS has no weakness that sslscan detects", {
  ignore: !await isSslscanThere(),
}, async () => {
  await using files = new CertificateFiles();
  await using server = await TestServer.start({ certificate: files });
  const { protocols, suites, findings } = await sslscan(server.port);
  assert.deepEqual(protocols, ["TLSv1.2", "TLSv1.3"]);
  assert.deepEqual(suites.toSorted(), SUITES);
  assert.deepEqual(findings, []);
});

Deno.test("TLS: a renewed certificate is loaded after a minute, and an unusable one is not", async () => {
  const clock = new FakeClock();
  await using files = new CertificateFiles();
  await using server = await TestServer.start({ clock, certificate: files });
  const next = selfSigned("localhost");
  files.write(next);
  assert.equal(await isTrusted(server.port, next.cert), false);
  clock.advance(MINUTE);
  await waitUntil(() => isTrusted(server.port, next.cert));
  files.write(selfSigned("localhost", undefined, "secp256k1"));
  clock.advance(MINUTE);
  const refused = "Cannot load the renewed certificate: still using the previous one.";
  await waitUntil(() => server.entries.some(({ message }) => message === refused));
  assert.equal(await isTrusted(server.port, next.cert), true);
  const health = { status: "degraded", failing: ["certificate"] };
  using client = Deno.createHttpClient({ caCerts: [next.cert] });
  const read = async (path: string): Promise<string> =>
    await (await fetch(`https://localhost:${server.port}${path}`, { client })).text();
  assert.deepEqual(JSON.parse(await read("/healthz")), health);
  const metrics = await read("/metrics");
  assert.match(metrics, /component_failing\{component="certificate"\} 1\n/);
  files.write(next);
  clock.advance(MINUTE);
  await waitUntil(() => server.chat.health.status === "ok");
});

Deno.test("TLS: certificates are renewed twice, and 200 people notice nothing in their chats", async () => {
  await using files = new CertificateFiles();
  const args = ["--trust-proxy=1", "--proof-of-work=off"]; // Every client has a different address.
  await using server = await TestServer.start({ args, certificate: files, rates: NO_RATES });
  const talks: Talk[] = []; // Begun in turn, so that each pair finds each other.
  while (talks.length < 100) talks.push(await Talk.begin(server.socketUrl, talks.length));
  for (let swap = 0; swap < 2; swap++) {
    const before = files.cert;
    const next = selfSigned("localhost");
    files.write(next);
    await server.renew();
    assert.equal(await isTrusted(server.port, next.cert), true);
    assert.equal(await isTrusted(server.port, before), false);
    const now = talks.reduce((sum, { arrived }) => sum + arrived, 0);
    await waitUntil(() => talks.reduce((sum, { arrived }) => sum + arrived, 0) > now + 1000);
  }
  for (const { sent, arrived } of await Promise.all(talks.map((talk) => talk.end()))) {
    assert.ok(sent > 0);
    assert.equal(arrived, sent);
  }
});

Deno.test("TLS: 1,000 clients that don't finish a handshake are disconnected within 10 s, and a new client is served meanwhile", async () => {
  await using files = new CertificateFiles();
  await using server = await TestServer.start({ certificate: files });
  let ended = 0;
  const many = Array.from({ length: 1000 }, (_, n) => n);
  const endings = many.map(async (n) => {
    using client = await RawClient.connect(server.port);
    if (n % 2 === 0) await client.write(HALF_HELLO);
    const drip = n % 10 === 0
      ? setInterval(() => client.write(Uint8Array.of(7)).catch(() => {}), 500) // It may be cut meanwhile.
      : 0;
    await client.readToEnd();
    clearInterval(drip);
    ended++;
  });
  (await BareClient.enter(server.socketUrl)).leave(); // All earlier connections are accepted by now.
  await reaches(many.length, () => ended, 10 * SECOND);
  await Promise.all(endings);
});

for (const speaksTls of [false, true]) {
  Deno.test(`Silent connections make room for new ones${speaksTls ? ", by TLS" : ""}`, async () => {
    await using files = new CertificateFiles();
    const certificate = speaksTls ? { certificate: files } : {};
    const args = ["--max-connections=40"];
    await using server = await TestServer.start({ args, ...certificate });
    const silent: RawClient[] = [];
    let ended = 0;
    for (let n = 0; n < 200; n++) {
      const client = await RawClient.connect(server.port);
      silent.push(client);
      client.readToEnd().then(() => ended++);
    }
    const newcomer = await BareClient.enter(server.socketUrl);
    await reaches(silent.length - capacityFor(40), () => ended, 3 * SECOND); // The timeout alone gives them five.
    newcomer.vanish();
    for (const client of silent) client[Symbol.dispose]();
  });
}

Deno.test("TLS: a silent connection does not delay the shutdown", async () => {
  await using files = new CertificateFiles();
  await using server = await TestServer.start({ certificate: files });
  using half = await RawClient.connect(server.port);
  await half.write(HALF_HELLO);
  await server.fetch("/healthz");
  const watch = new Stopwatch();
  await server[Symbol.asyncDispose]();
  assert.ok(watch.ms < 3 * SECOND, `${watch.ms} ms`); // An unfinished handshake has five.
});

/** Number of resets of each kind. */
const RESETS = repeats({ sample: 100, long: 5_000 });

Deno.test(`TLS: ${(2 * RESETS).toLocaleString("en")} handshakes and upgrades that end in a reset leave no descriptor after 10 s`, async () => {
  await using files = new CertificateFiles();
  await using program = await Program.start(
    ...files.args,
    "--trust-proxy=1",
    "--proof-of-work=off",
  );
  const place = { port: program.port, certificate: files.cert };
  const descriptors = (): number => [...Deno.readDirSync(`/proc/${program.pid}/fd`)].length;
  (await RawClient.open(place)).reset();
  const before = descriptors();
  for (let n = 0; n < RESETS; n++) {
    (await RawClient.open(place, `X-Forwarded-For: 10.9.${n >> 8}.${n & 255}`)).reset();
    using half = await RawClient.connect(program.port);
    await half.write(HALF_HELLO);
  }
  const watch = new Stopwatch([program.pid]);
  await waitUntil(() => descriptors() <= before + 2);
  assert.ok(watch.ms < 10 * SECOND, `${watch.ms} ms`);
});

Deno.test("Program with a certificate serves https, redirects plain HTTP to it, and serves the ACME challenge", async () => {
  await using files = new CertificateFiles();
  await using webroot = new TempFolder();
  const challenges = `${webroot.path}/.well-known/acme-challenge`;
  await Deno.mkdir(challenges, { recursive: true });
  await Deno.writeTextFile(`${challenges}/token`, "token.thumbprint");
  const port = freePort();
  const more = [`--http-redirect-port=${port}`, `--acme-dir=${webroot.path}`];
  await using program = await Program.start(...files.args, ...more);
  assert.match(program.log, /Listening on https:\/\/localhost:\d+\//);
  const ask = async (target: string, host = "localhost"): Promise<string> => {
    using client = await RawClient.connect(port);
    await client.writeLines(`GET ${target} HTTP/1.1`, `Host: ${host}`, "", "");
    return await client.readToEnd(); // The connection is closed after one response.
  };
  assert.match(
    await ask("/statistics?a=b"),
    new RegExp(
      `^HTTP/1.1 308 [^]*location: https://localhost:${program.port}/statistics\\?a=b\r\n`,
    ),
  );
  assert.match(await ask("/", "evil.example"), /^HTTP\/1.1 400 (?![^]*evil)/);
  assert.match(await ask("/.well-known/acme-challenge/token"), /^HTTP\/1.1 200 [^]*token\.thumb/);
  using upgrade = await RawClient.connect(port);
  await upgrade.writeLines(...UPGRADE);
  assert.match(await upgrade.readToEnd(), /^HTTP\/1.1 308 /);
  const [a, b] = await BareClient.pair(`wss://127.0.0.1:${program.port}/ws`);
  a.send(Uint8Array.of(1, 65));
  assert.deepEqual(await b.frame(), Uint8Array.of(1, 65));
  assert.equal(await program.stop(), 0);
  const lines = (await filesIn(program.logFolder)).map(({ text }) => text).join("");
  assert.match(lines, /127\.0\.0\.1 .*"GET \/statistics\?a=b HTTP\/1\.1" 308 /);
});

Deno.test("Program says in one line that its certificate can't be used, and exits with code 1", async () => {
  await using files = new CertificateFiles();
  files.write({ key: selfSigned("localhost").key });
  assert.deepEqual(await run(["--host=127.0.0.1", "--port=0", ...files.args]), {
    code: 1,
    stdout: "",
    stderr: `Cannot use the key ${files.keyFile}: ` +
      `it does not match the certificate ${files.certFile}.\n`,
  });
});

/** A WebSocket handshake, for the port that redirects to HTTPS. */
const UPGRADE = [
  "GET /ws HTTP/1.1",
  "Host: localhost",
  "Upgrade: websocket",
  "Connection: Upgrade",
  "",
  "",
];

/** Two clients that continuously send each other numbered messages. */
class Talk {
  sent = 0;
  arrived = 0;
  #isOver = false;
  #closed = 0;
  readonly #pair: readonly [BareClient, BareClient];
  readonly #talking: Promise<void>;

  private constructor(pair: readonly [BareClient, BareClient]) {
    this.#pair = pair;
    for (const { closed } of pair) closed.then(() => this.#closed++);
    this.#talking = this.#talk();
  }

  static async begin(url: string, n: number): Promise<Talk> {
    return new Talk(
      await BareClient.pair(url, { headers: { "X-Forwarded-For": `10.1.${n >> 8}.${n & 255}` } }),
    );
  }

  /** Stops sending, and returns how much of what was sent has arrived. */
  async end(): Promise<{ sent: number; arrived: number }> {
    this.#isOver = true;
    await this.#talking;
    assert.equal(this.#closed, 0);
    for (const client of this.#pair) client.vanish();
    return this;
  }

  async #talk(): Promise<void> {
    while (!this.#isOver) {
      for (const [from, to] of [this.#pair, this.#pair.toReversed() as [BareClient, BareClient]]) {
        const message = Uint8Array.of(1, this.sent >> 8, this.sent & 255);
        from.send(message);
        this.sent++;
        assert.deepEqual(await to.frame(), message);
        this.arrived++;
      }
      await new Promise((resolve) => setTimeout(resolve, 20)); // A pause between messages, as people make.
    }
  }
}

/** Whether a client that trusts only this certificate can connect. */
async function isTrusted(port: number, certificate: string): Promise<boolean> {
  const place: Place = { port, certificate };
  try {
    using client = await RawClient.connect(place);
    await client.writeLines(
      "GET /healthz HTTP/1.1",
      "Host: localhost",
      "Connection: close",
      "",
      "",
    );
    return (await client.readToEnd()).startsWith("HTTP/1.1 200 ");
  } catch {
    return false;
  }
}

/** A ClientHello that offers nothing newer than this minor version of TLS 1 (RFC 4346 section 7.4.1.2). */
function helloOf(minor: number): Uint8Array {
  const suites = [0xc0, 0x09, 0xc0, 0x13, 0x00, 0x2f];
  const hello = [3, minor, ...Array(32).fill(7), 0, 0, suites.length, ...suites, 1, 0];
  const handshake = [1, 0, 0, hello.length, ...hello];
  return Uint8Array.of(0x16, 3, 1, 0, handshake.length, ...handshake);
}

function bytesOf(text: string): number[] {
  return Array.from(text, (character) => character.charCodeAt(0));
}
