/** The doctor and the program that runs it, with real folders, ports and relays, and a real Redis. */

import assert from "node:assert/strict";
import { createSocket } from "node:dgram";
import { createServer as createHttpServer } from "node:http";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { DAY, SECOND, systemClock } from "../../../server/base/clock.ts";
import {
  ADDRESS_FILE,
  readAddress,
  removeAddress,
  writeAddress,
} from "../../../server/commands/address_file.ts";
import { readCommandLine } from "../../../server/config/command_line.ts";
import type { Config } from "../../../server/config/options.ts";
import { checkStoredFiles } from "../../../server/doctor/access.ts";
import { checkEnvironmentFile } from "../../../server/doctor/environment_file.ts";
import { formatFinding, summaryOf } from "../../../server/doctor/doctor.ts";
import type { Finding } from "../../../server/doctor/finding.ts";
import { fetchHealth } from "../../../server/doctor/health_client.ts";
import { checkLogCopies } from "../../../server/doctor/log_folder.ts";
import {
  checkClock,
  checkConnections,
  checkFolder,
  checkFreeSpace,
  checkPort,
  checkWebroot,
  MIN_FREE,
} from "../../../server/doctor/machine.ts";
import { checkPublicUrl } from "../../../server/doctor/public_url.ts";
import { checkRedis } from "../../../server/doctor/redis.ts";
import {
  checkCertificate,
  checkContact,
  checkListener,
  checkMetrics,
  checkProxy,
} from "../../../server/doctor/settings.ts";
import { checkRelays } from "../../../server/doctor/turn.ts";
import { relayAddressOf } from "../../../server/doctor/turn_client.ts";
import { POLICY_UPDATED } from "../../../server/privacy/policy.ts";
import { TurnCredentials } from "../../../server/chat/turn.ts";
import { FLAGS } from "../../../tools/compile.ts";
import { selfSigned } from "../../support/certificate.ts";
import { Coturn, isCoturnThere, TURN_SECRET } from "../../support/coturn.ts";
import { SECRET as RELAY_SECRET, TurnPage, TurnRelay } from "../../support/turn_relay.ts";
import { filesIn, TempFolder } from "../../support/files.ts";
import { HttpsProxy } from "../../support/https_proxy.ts";
import { BINARY, Program, run, withDefaults } from "../../support/program.ts";
import { succeeds } from "../../support/installed.ts";
import { isRedisThere, Redis } from "../../support/redis.ts";
import { RewritingProxy } from "../../support/rewriting_proxy.ts";
import { TestServer } from "../../support/server.ts";

const [hasRedis, hasCoturn] = [await isRedisThere(), await isCoturnThere()];

/** A secret that must never appear in the output. */
const HUSH = "hush-nobody-may-read-this";

function configOf(...args: string[]): Config {
  const command = readCommandLine(["doctor", ...args], () => undefined);
  return command.kind === "doctor" ? command.config : assert.fail(JSON.stringify(command));
}

/** Asserts the kind and the text of a finding. */
function found(finding: Finding | undefined, kind: Finding["kind"], says: RegExp): void {
  const { kind: found, message: said } = finding ?? assert.fail("nothing was found");
  assert.equal(found, kind, said);
  assert.match(said, says);
  assert.doesNotMatch(said, new RegExp(HUSH));
}

Deno.test("Doctor accepts a folder that only the server can access, and leaves nothing in it", async () => {
  await using folder = new TempFolder();
  found(await checkFolder("log-dir", folder.path), "ok", /accessible to its owner only$/);
  const later = join(folder.path, "not", "yet");
  found(await checkFolder("log-dir", later), "ok", /will be created/);
  await assert.rejects(Deno.stat(later));
  assert.deepEqual(await filesIn(folder.path), []);
});

Deno.test("Doctor reports a folder that others can read, or that can't be written to", async () => {
  await using folder = new TempFolder();
  await Deno.chmod(folder.path, 0o755);
  found(await checkFolder("log-dir", folder.path), "problem", /mode 755\): chmod 700 /);
  const file = join(folder.path, "file");
  await Deno.writeTextFile(file, "");
  found(await checkFolder("log-dir", join(file, "below")), "problem", /cannot write to .*ENOTDIR/);
  found(
    await checkFolder("log-dir", "/proc/nowhere"),
    "problem",
    /cannot write to \/proc\/nowhere \(/,
  );
});

Deno.test("Doctor names copies of the access log, which the server doesn't delete", async () => {
  await using folder = new TempFolder();
  found(await checkLogCopies(join(folder.path, "none")), "ok", /doesn't exist yet$/);
  await Deno.writeTextFile(join(folder.path, "access-2026-05-01.log"), "");
  found(await checkLogCopies(folder.path), "ok", /^no copies in /);
  for (const suffix of ["1", "2.gz", "3.gz", "4.gz"]) {
    await Deno.writeTextFile(join(folder.path, `access-2026-05-01.log.${suffix}`), "");
  }
  found(
    await checkLogCopies(folder.path),
    "problem",
    /: access-2026-05-01\.log\.1, .*\.2\.gz, .*\.3\.gz, and 1 more\. Delete them/,
  );
  const file = join(folder.path, "access-2026-05-01.log");
  found(await checkLogCopies(file), "problem", /cannot list .* \(ENOTDIR\)/);
});

Deno.test("Doctor checks the webroot of certificates", async () => {
  await using folder = new TempFolder();
  found(await checkWebroot("acme-dir", folder.path), "ok", /is readable/);
  found(
    await checkWebroot("acme-dir", join(folder.path, "no")),
    "problem",
    /cannot read .*ENOENT.*create it/,
  );
});

Deno.test("Doctor reports a disk that is nearly full", () => {
  found(checkFreeSpace("log-dir", "./logs", MIN_FREE), "ok", /0\.5 GiB free/);
  found(checkFreeSpace("log-dir", "./logs", MIN_FREE - 1), "problem", /free some space/);
});

Deno.test("Doctor notices a system clock that was never set, or was set back", async () => {
  await using folder = new TempFolder();
  await Deno.writeTextFile(join(folder.path, "a"), "");
  const folders = [folder.path, "/not/there"];
  const now = systemClock.date();
  found(await checkClock(now, folders), "ok", /^the time is 20\d\d-.*Z$/);
  const before = new Date(Date.parse(POLICY_UPDATED) - SECOND);
  found(
    await checkClock(before, folders),
    "problem",
    /before this version was built: set it/,
  );
  await Deno.utime(join(folder.path, "a"), now, new Date(now.getTime() + DAY));
  found(await checkClock(now, folders), "problem", /a file was written at .* set back/);
});

Deno.test("Doctor checks a certificate: its names, its end, its key", async () => {
  await using folder = new TempFolder();
  const [cert, key, other] = ["cert.pem", "key.pem", "other.pem"].map((name) =>
    join(folder.path, name)
  ) as [string, string, string];
  const now = systemClock.date();
  const pair = selfSigned("chat.example", [now.getTime() - DAY, now.getTime() + DAY]);
  await Deno.writeTextFile(cert, pair.cert);
  for (const [file, text] of [[key, pair.key], [other, selfSigned("chat.example").key]] as const) {
    await Deno.writeTextFile(file, text, { mode: 0o600 });
  }
  const check = async (cert: string, key: string, days = 0): Promise<Finding[]> =>
    await checkCertificate(cert, key, new Date(now.getTime() + days * DAY));
  found((await check(cert, key))[0], "problem", /it expires on .*, in 0 days/); // It is valid for one day.
  found((await check(cert, key, 2))[0], "problem", /it expired on .*: renew it/);
  found((await check(cert, key, -2))[0], "problem", /not valid before /);
  found((await check(cert, other))[0], "problem", /other\.pem: it does not match the certificate/);
  found((await check(key, key))[0], "problem", /key\.pem: it is incomplete or not PEM/);
  found((await check(cert, "/not/there"))[0], "problem", /the key \/not\/there: ENOENT/);
  await Deno.writeTextFile(cert, `${pair.cert}${pair.cert.slice(0, 300)}`);
  found((await check(cert, key))[0], "problem", /it is incomplete/);
  await Deno.writeTextFile(cert, pair.cert);
  await Deno.chmod(key, 0o644);
  found((await check(cert, key)).at(-1), "problem", /every user .* can read .*key\.pem: chmod 640/);
});

/** What a proxy does to a handshake, and what the doctor says. */
const PROXY_FAULTS: [change: (head: string) => string, says: RegExp][] = [
  [(head) => head.replace(/^host:.*$/im, "Host: 10.0.0.1:8000"), /changes the Host header/],
  [(head) => head.replace(/^(host:.*):\d+$/im, "$1"), /changes the Host header/],
  [(head) => head.replace(/^(upgrade|connection):.*\r\n/gim, ""), /drops the Upgrade header/],
  [(head) => head.replace(/^sec-websocket-protocol:.*\r\n/im, ""), /changes the handshake \(/],
  [(head) => head.replace("/ws", "/chat/ws"), /something else answers \(404\).*under a path/],
];

Deno.test("Doctor makes a handshake as a browser would, and says which header a proxy changes", async () => {
  await using server = await TestServer.start({ args: ["--trust-proxy=1"] });
  found(await checkPublicUrl(""), "skipped", /not set/);
  found(await checkPublicUrl(server.http), "ok", /a browser can connect/);
  for (const [change, says] of PROXY_FAULTS) {
    await using proxy = await RewritingProxy.start(server.port, change);
    found(await checkPublicUrl(proxy.site), "problem", says);
  }
  await using proxy = HttpsProxy.start({ target: server.port });
  const secure = `https://${proxy.authority}`;
  found(await checkPublicUrl(secure, proxy.certificate), "ok", /a browser can connect/);
  found(await checkPublicUrl(secure), "problem", /does not answer \([\w_]+\)/);
  found(await checkPublicUrl(`http://${proxy.authority}`), "problem", /redirects \(301\)/);
  found(await checkPublicUrl("http://127.0.0.1:1"), "problem", /does not answer \(ECONNREFUSED\)/);
});

Deno.test("Doctor recognizes a proxy that can't reach the server, and a refused address", async () => {
  await using denying = await TestServer.start({ args: ["--deny=127.0.0.1"] });
  found(await checkPublicUrl(denying.http), "problem", /this machine's address is refused/);
  await using down = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => {} }, () => {
    return new Response("Bad gateway", { status: 502 });
  });
  const { port } = down.addr;
  found(
    await checkPublicUrl(`http://127.0.0.1:${port}`),
    "problem",
    /can't reach the server \(502\)/,
  );
});

Deno.test("Doctor states for how many connections the descriptors suffice", () => {
  found(checkConnections(500, 9, (_, beside) => 491 + beside!), "ok", /for 500$/);
  found(
    checkConnections(500, 0, () => 99),
    "problem",
    /for only 99, not for 500: raise the limit/,
  );
});

Deno.test("Doctor finds a port free, in use by Anonymous Chat, or in use by another program", async () => {
  const host = "127.0.0.1";
  await using server = await TestServer.start();
  const where = { host, port: server.port, isTls: false };
  found(await checkPort(where), "ok", /already listening there, with status ok/);
  server.chat.drain();
  found(await checkPort(where), "ok", /status draining/);
  await using other = Deno.serve(
    { hostname: host, port: 0, onListen: () => {} },
    () => new Response('{"status":"ok","failing":["me"]}'),
  );
  found(
    await checkPort({ ...where, port: other.addr.port }),
    "problem",
    /another program is listening/,
  );
  const there = { ...where, port: other.addr.port };
  found(await checkPort(there, where), "ok", /Anonymous Chat is already listening there/);
  found(await checkPort({ ...where, port: 0 }), "ok", /the system will choose/);
  found(
    await checkPort({ ...where, host: "192.0.2.1" }),
    "problem",
    /does not have the address 192\.0\.2\.1/,
  );
});

Deno.test("Doctor queries a server that speaks TLS, whatever name its certificate has", async () => {
  const server = createServer(selfSigned("chat.example"), (_, response) => {
    response.end('{"status":"degraded","failing":["redis"]}');
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  assert.deepEqual(await fetchHealth({ host: "0.0.0.0", port, isTls: true }), {
    kind: "answered",
    health: { status: "degraded", failing: ["redis"] },
  });
  await new Promise((resolve) => server.close(resolve));
  const { kind } = await fetchHealth({ host: "0.0.0.0", port, isTls: true });
  assert.equal(kind, "unreachable");
});

Deno.test("Doctor notices conflicting and missing options", () => {
  found(checkContact(configOf()), "problem", /set --contact-email/);
  const email = "--contact-email=help@chat.example";
  found(checkContact(configOf(email)), "problem", /set --operator/);
  found(checkContact(configOf(email, "--operator=A. Nonymous")), "ok", /./);
  found(checkProxy(configOf()), "ok", /directly/);
  for (const host of ["127.0.0.1", "::1", "localhost"]) {
    found(checkProxy(configOf(`--host=${host}`)), "problem", /set --trust-proxy=1/);
    found(checkProxy(configOf(`--host=${host}`, "--trust-proxy=1")), "ok", /through one proxy$/);
  }
  found(
    checkProxy(configOf("--trust-proxy=2")),
    "ok",
    /2 proxies; block direct access to 0\.0\.0\.0/,
  );
  found(checkListener(configOf()), "ok", /hardened/);
  found(checkListener(configOf("--listener=deno")), "problem", /no timeouts/);
  found(checkMetrics(configOf()), "skipped", /only localhost/);
  found(checkMetrics(configOf(`--metrics-token=${HUSH}`)), "ok", /requires the token/);
});

Deno.test({
  name: "Doctor accepts a Redis without persistence, and says what is wrong with any other",
  ignore: !hasRedis,
  fn: async () => {
    found((await checkRedis(""))[0], "skipped", /single node/);
    await using redis = await Redis.start();
    const [version, disk, memory, door] = await checkRedis(redis.url);
    found(version, "ok", /^(Redis|Valkey) \d+\./);
    found(disk, "ok", /^disabled$/);
    found(memory, "ok", /^unlimited/);
    assert.equal(door, undefined);

    await redis.ask("config", "set", "save", "3600 1000000");
    await redis.ask("config", "set", "maxmemory", "100mb");
    const [, persistent, full] = await checkRedis(redis.url);
    found(persistent, "problem", /must be forgotten is on disk: set save "", and delete its files/);
    found(full, "problem", /rejected once it is full: set maxmemory-policy volatile-ttl/);
    await redis.ask("config", "set", "maxmemory-policy", "volatile-ttl");
    found((await checkRedis(redis.url))[2], "ok", /at most 100 MiB, then volatile-ttl/);

    await redis.ask("config", "set", "requirepass", HUSH);
    const wrongPassword = redis.url.replace("//", `//:${HUSH}x@`);
    for (const url of [redis.url, wrongPassword]) {
      found((await checkRedis(url))[0], "problem", /rejects the password/);
    }
    found((await checkRedis(redis.url.replace("//", `//:${HUSH}@`)))[0], "ok", /answers/);
    await redis.kill();
    found((await checkRedis(wrongPassword))[0], "problem", /no answer \(ECONNREFUSED\)/);
  },
});

/** What the doctor finds about these relays, with this secret. */
async function relays(secret: string, ...urls: string[]): Promise<Finding[]> {
  return await checkRelays(new TurnCredentials({ urls, secret, clock: systemClock }));
}

Deno.test({
  name: "Doctor requests an allocation from a relay as a browser does, and reports a wrong secret",
  ignore: !hasCoturn,
  fn: async () => {
    found((await relays(""))[0], "skipped", /calls are direct/);
    await using coturn = await Coturn.start();
    const { url, urlOfTcp, tlsPort } = coturn;
    const tls = `turns:127.0.0.1:${tlsPort}?transport=tcp`;
    const dtls = `turns:127.0.0.1:${tlsPort}?transport=udp`;
    const [udp, tcp, secure, datagrams] = await relays(TURN_SECRET, url, urlOfTcp, tls, dtls);
    for (const one of [udp, tcp]) found(one, "ok", /it accepts the secret, and has capacity/);
    found(secure, "problem", /browsers will not trust its certificate/);
    found(datagrams, "skipped", /DTLS/);
    for (const one of await relays(HUSH, url, urlOfTcp)) {
      found(one, "problem", /rejects the secret: --turn-secret must be/);
    }
  },
});

Deno.test("Doctor recognizes the relay of another node by its secret, though its chat doesn't exist", async () => {
  const socket = createSocket("udp4");
  const relay = new TurnRelay();
  relay.clock.jump(Date.now() - relay.clock.date().getTime());
  socket.on("message", (bytes: Uint8Array, from) => {
    const page = new TurnPage(relay, { port: from.port });
    page.send(bytes);
    for (const reply of page.received) socket.send(reply, from.port, from.address);
  });
  await new Promise<void>((resolve) => socket.bind(0, "127.0.0.1", resolve));
  const url = `turn:127.0.0.1:${socket.address().port}`;
  found((await relays(RELAY_SECRET, url))[0], "ok", /it accepts the secret$/);
  found((await relays(HUSH, url))[0], "problem", /rejects the secret: --turn-secret must be/);
  await new Promise<void>((resolve) => socket.close(resolve));
});

Deno.test("Doctor reports that no relay responds, by UDP and by TCP", async () => {
  const silent = createSocket("udp4");
  await new Promise<void>((resolve) => silent.bind(0, "127.0.0.1", resolve));
  const { port } = silent.address();
  const taken = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const free = (taken.addr as Deno.NetAddr).port;
  taken.close();
  const urls = [`turn:127.0.0.1:${port}`, `turn:127.0.0.1:${free}?transport=tcp`];
  const [udp, tcp] = await relays(HUSH, ...urls);
  await new Promise<void>((resolve) => silent.close(resolve));
  found(udp, "problem", new RegExp(`no answer \\(ETIMEDOUT\\): .*UDP port ${port} is open`));
  found(tcp, "problem", /no answer \(\w+\): check that coturn is running and that TCP/);
});

Deno.test("Doctor parses the addresses of relays (RFC 7065)", () => {
  const read = (url: string): unknown => Object.values(relayAddressOf(url));
  assert.deepEqual(read("turn:relay.example"), ["relay.example", 3478, "udp"]);
  assert.deepEqual(read("turn:relay.example:99?transport=tcp"), ["relay.example", 99, "tcp"]);
  assert.deepEqual(read("turns:[2001:db8::1]:443"), ["2001:db8::1", 443, "tls"]);
  assert.deepEqual(read("TURNS:relay.example?transport=udp"), ["relay.example", 5349, "dtls"]);
});

Deno.test("Doctor prints its findings in lines, in colour only on a terminal, and counts the problems", () => {
  const wrong: Finding = { kind: "problem", subject: "clock", message: "it stands still" };
  const fine: Finding = { kind: "ok", subject: "port 1", message: "free" };
  assert.equal(formatFinding(wrong, false), "!!  clock: it stands still\n");
  assert.equal(formatFinding(fine, true), "\x1b[32mok\x1b[0m  port 1: free\n");
  assert.equal(summaryOf([fine]), "\nNo problems found.\n");
  assert.equal(summaryOf([fine, wrong]), "\nOne problem found.\n");
  assert.equal(summaryOf([wrong, wrong]), "\n2 problems found.\n");
});

Deno.test("Program runs the doctor: exit code 0 when nothing is wrong, otherwise 1, and no secret is printed", async () => {
  await using folder = new TempFolder();
  const folders = [`--data-dir=${folder.path}`, `--log-dir=${join(folder.path, "logs")}`];
  const said = ["--operator=A. Nonymous", "--contact-email=help@chat.example"];
  const fine = ["doctor", "--port=0", "--max-connections=50", ...folders, ...said];
  const { code, stdout, stderr } = await run(fine);
  assert.deepEqual([code, stderr], [0, ""], stdout);
  assert.match(stdout, /^ok {2}options: [^]*\n-- {2}Redis: [^]*\n\nNo problems found\.\n$/);

  const secrets = [`--redis-url=redis://:${HUSH}@127.0.0.1:1`, `--metrics-token=${HUSH}`];
  const relay = ["--turn-url=turn:127.0.0.1:1?transport=tcp", `--turn-secret=${HUSH}`];
  const ill = await run([...fine, ...secrets, ...relay, "--public-url=https://localhost:1"]);
  assert.equal(ill.code, 1);
  assert.match(
    ill.stdout,
    /\(ECONNREFUSED\)[^]*\n!! {2}relay turn:127[^]*\n!! {2}Redis: [^]*\n\n3 problems found\.\n$/,
  );
  assert.doesNotMatch(ill.stdout + ill.stderr, new RegExp(HUSH));
  assert.equal((await run(["doctor", "--port=x"])).code, 2);
});

Deno.test("Program checks the health of the server that runs with its options", async () => {
  await using server = await TestServer.start();
  const ask = (...args: string[]): ReturnType<typeof run> =>
    run(["health", ...withDefaults(args, [`--port=${server.port}`])]);
  assert.deepEqual(await ask(), { code: 0, stdout: "ok\n", stderr: "" });
  server.chat.drain();
  assert.deepEqual(await ask("--host=127.0.0.1"), { code: 1, stdout: "draining\n", stderr: "" });
  const { code, stderr } = await ask("--port=1");
  assert.equal(code, 1);
  assert.equal(stderr, "Cannot check the server on 127.0.0.1 port 1: ECONNREFUSED.\n");
});

Deno.test("Health check reaches a server that listens on :: where only IPv4 works", async () => {
  const server = createHttpServer((_, response) => {
    response.end('{"status":"ok","failing":[]}');
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  assert.deepEqual(await fetchHealth({ host: "::", port, isTls: false }), {
    kind: "answered",
    health: { status: "ok", failing: [] },
  });
  await new Promise((resolve) => server.close(resolve));
  const { kind } = await fetchHealth({ host: "::", port, isTls: false });
  assert.equal(kind, "unreachable");
});

Deno.test("Health check needs no options: the server has written where it listens, and removes that when it stops", async () => {
  await using program = await Program.start();
  const health = (...args: string[]): ReturnType<typeof run> =>
    run(["health", ...args], { DATA_DIR: program.dataFolder });
  assert.deepEqual(await health(), { code: 0, stdout: "ok\n", stderr: "" });
  assert.equal((await health("--port=1")).code, 1, "a given option counts");
  assert.equal((await health("--port=x")).code, 1, "Docker reserves code 2");
  await program.stop();
  assert.equal(await readAddress(program.dataFolder), undefined);
});

Deno.test("Health check's file is checked, and says nothing about loopback", async () => {
  await using folder = new TempFolder();
  const file = join(folder.path, ADDRESS_FILE);
  const where = { host: "::", port: 443, isTls: true };
  await writeAddress(folder.path, where);
  assert.deepEqual(await readAddress(folder.path), where);
  await writeAddress(folder.path, { ...where, host: "127.0.0.1" });
  assert.equal(await Deno.readTextFile(file), '{"port":443,"isTls":true}\n');
  for (
    const text of ["", "null", "[]", "{}", '{"port":"1","isTls":true}', '{"port":0,"isTls":true}']
  ) {
    await Deno.writeTextFile(file, text);
    assert.equal(await readAddress(folder.path), undefined, text);
  }
  await removeAddress(folder.path);
  await removeAddress(folder.path);
});

Deno.test("Doctor opens the files that the server will open, and says whose they are", async () => {
  await using folder = new TempFolder();
  const [database, log] = [join(folder.path, "statistics.db"), join(folder.path, "access-x.log")];
  assert.deepEqual(await checkStoredFiles("data-dir", folder.path), []);
  await Deno.writeTextFile(database, "");
  await Deno.writeTextFile(log, "");
  assert.deepEqual(await checkStoredFiles("data-dir", folder.path), []);
  await Deno.writeTextFile(database, "SQLite format 3\0...");
  assert.deepEqual(await checkStoredFiles("data-dir", folder.path), []);
  await Deno.writeTextFile(database, "a dump, not a database");
  found((await checkStoredFiles("data-dir", folder.path))[0], "problem", /is not a statistics/);
  await Deno.remove(database);
  await Deno.mkdir(database);
  found((await checkStoredFiles("data-dir", folder.path))[0], "problem", /cannot write to /);
});

/** A user other than this one. */
const NOBODY = 65_534;

/** Runs a command as root without its privileges, as an ordinary user. */
const UNPRIVILEGED = ["setpriv", "--bounding-set=-all", "--inh-caps=-all"];

Deno.test({
  name:
    "Doctor that runs as the server's user notices a statistics file and a key that it can't open",
  ignore: Deno.uid() !== 0,
  fn: async () => {
    await using folder = new TempFolder();
    const [statistics, cert, key] = ["statistics.db", "cert.pem", "key.pem"].map((name) =>
      join(folder.path, name)
    ) as [string, string, string];
    const pair = selfSigned("chat.example");
    await Deno.writeTextFile(cert, pair.cert);
    await Deno.writeTextFile(statistics, "", { mode: 0o600 });
    await Deno.writeTextFile(key, pair.key, { mode: 0o600 });
    for (const path of [statistics, key]) await Deno.chown(path, NOBODY, NOBODY);
    const args = ["doctor", "--port=0", `--data-dir=${folder.path}`, "--access-log=off"];
    const tls = [`--tls-cert=${cert}`, `--tls-key=${key}`];
    const asUser = await run([...args, ...tls], {}, UNPRIVILEGED);
    assert.equal(asUser.code, 1);
    assert.match(
      asUser.stdout,
      /!! {2}--data-dir: cannot write to .*statistics\.db \(\w+\): chown --/,
    );
    assert.match(asUser.stdout, /!! {2}certificate: .*key\.pem: EACCES/);
    const asRoot = await run([...args, ...tls]);
    assert.match(asRoot.stdout, /-- {2}user: root may open every file: run the doctor as the user/);
    assert.match(
      asRoot.stdout,
      /!! {2}--data-dir: .*statistics\.db and its directory have different/,
    );
  },
});

Deno.test("Doctor checks an environment file, and prints none of its values", async () => {
  await using folder = new TempFolder();
  const path = join(folder.path, "options.env");
  const text = `OPERATOR="The Society"\nTURN_SECRET=${HUSH}\nTZ=UTC\nexport PORT=80\n`;
  await Deno.writeTextFile(path, text, { mode: 0o644 });
  const all = await checkEnvironmentFile({ path, text });
  found(all[0], "ok", /options\.env sets 2 options$/);
  found(all[1], "problem", /line 4 sets no variable: .* without "export"/);
  found(all[2], "skipped", /^TZ is not an option/);
  found(all[3], "skipped", /^OPERATOR is read as systemd reads it; Docker would keep/);
  found(all[4], "problem", /other users can read the secrets .*chmod 600/);
  assert.equal(all.length, 5);
  assert.ok(!JSON.stringify(all).includes(HUSH));
});

/** Runs a command in a network without IPv6, as in most containers. */
const WITHOUT_IPV6 = [
  ...["unshare", "--net", "sh", "-c"],
  'ip link set lo up && echo 1 > /proc/sys/net/ipv6/conf/all/disable_ipv6 && exec "$@"',
  "sh",
];

Deno.test({
  name: "Health check and doctor find a server that listens on :: where IPv6 is switched off",
  ignore: BINARY !== undefined ||
    await succeeds(WITHOUT_IPV6[0]!, [...WITHOUT_IPV6.slice(1), "true"]) !== true,
  fn: async () => {
    await using folder = new TempFolder();
    const command = [Deno.execPath(), "run", ...FLAGS, "main.ts"].map((word) => `'${word}'`).join(
      " ",
    );
    const script = `${command} 2>"$LOG" & server=$!
      until grep -q Listening "$LOG"; do kill -0 $server || exit 9; done
      ${command} health && ${command} health --host=:: --port=8000; ${command} doctor | grep -e " port 8000:" -e "relay turn" | cut -d: -f1-3
      kill $server; wait $server`;
    const [program = "", ...args] = [...WITHOUT_IPV6, "sh", "-c", script];
    const { stdout, stderr } = await new Deno.Command(program, {
      args,
      env: {
        HOST: "::",
        ACCESS_LOG: "off",
        DATA_DIR: folder.path,
        LOG: join(folder.path, "log"),
      },
    }).output();
    assert.deepEqual(new TextDecoder().decode(stdout).split("\n"), [
      "ok",
      "ok",
      "ok  port 8000: Anonymous Chat is already listening there, with status ok",
      "ok  relay turn:127.0.0.1:8000?transport=udp",
      "ok  relay turn:127.0.0.1:8000?transport=tcp",
      "",
    ], new TextDecoder().decode(stderr));
  },
});

Deno.test("Doctor reads the options from an environment file as systemd does, never as a shell", async () => {
  await using folder = new TempFolder();
  const [path, canary] = [join(folder.path, "options.env"), join(folder.path, "canary")];
  const lines = [
    "# The options of this server",
    `OPERATOR="The $HOME Society"; touch ${canary}`,
    "CONTACT_EMAIL=help@chat.example",
    `DATA_DIR='${folder.path}'`,
    "ACCESS_LOG=off",
    "PORT=0",
  ];
  await Deno.writeTextFile(path, lines.join("\n"), { mode: 0o600 });
  const { stdout } = await run(["doctor", `--env-file=${path}`, "--max-connections=50"]);
  assert.match(stdout, /^ok {2}--env-file: .* sets 5 options$/m);
  assert.match(stdout, /^-- {2}--env-file: OPERATOR is read as systemd reads it/m);
  assert.match(stdout, /^ok {2}contact: visitors can see who runs this server/m);
  assert.match(stdout, new RegExp(`^ok {2}--data-dir: ${folder.path} is writable`, "m"));
  await assert.rejects(Deno.stat(canary));
  const missing = await run(["health", `--env-file=${path}.not`]);
  assert.deepEqual(missing, {
    code: 1,
    stdout: "",
    stderr: `Cannot read --env-file=${path}.not: ENOENT.\nSee --help.\n`,
  });
});
