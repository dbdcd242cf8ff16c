/**
 * The promises of the privacy policy, each proven against the real thing: the program in a separate process, a real
 * browser, real files, real memory. The names of the tests are listed in `server/privacy/promises.ts`, to which the
 * sentences of the policy refer.
 *
 * These tests can't show that a given server runs this program. A hostile operator can run another.
 */

import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { Browser } from "playwright-core";
import { en } from "../client/languages/en.ts";
import { pages } from "../client/page.gen.ts";
import { FrameKind } from "../protocol.ts";
import { timeOf } from "../server/access_log/line.ts";
import { DAY, dayOf, HOUR, SECOND } from "../server/base/clock.ts";
import { ADDRESS_LIMITS, FLOOD_BLOCK_TIME } from "../server/limits/rate_limits.ts";
import { homePage } from "../server/site/home_page.ts";
import { POLICY_CHANGES, POLICY_UPDATED } from "../server/privacy/policy.ts";
import {
  CHANGE_ANNOUNCED_FOR,
  MAX_ACCESS_LOG_RETENTION,
  MAX_ADDRESS_RETENTION,
  MIN_CHATS_PUBLISHED,
} from "../server/limits/privacy_limits.ts";
import { gcFunction } from "../server/base/gc.ts";
import { fingerprint } from "../server/http/message.ts";
import type { TransparencyReport } from "../server/site/transparency_report.ts";
import { formatDay } from "../server/base/format.ts";
import { BareClient } from "./support/bare_client.ts";
import { launch, launchShell, trusting } from "./e2e/browser.ts";
import { countInPage } from "./e2e/page_memory.ts";
import { Visitor } from "./e2e/visitor.ts";
import { FakeClock } from "./support/fake_clock.ts";
import { filesIn, TempFolder, textsIn } from "./support/files.ts";
import { CertificateFiles } from "./support/certificate_files.ts";
import { HttpsProxy } from "./support/https_proxy.ts";
import { countInMemory } from "./support/process_memory.ts";
import { Program, run } from "./support/program.ts";
import { HANDSHAKE, RawClient } from "./support/raw_client.ts";
import { partIn } from "../tools/docs/documents.ts";
import { record, type Session } from "./support/recording.ts";
import { repeats } from "./support/repeats.ts";
import { inProcess, serve } from "./support/server_under_test.ts";
import { LISTENERS, TestServer, withFrames } from "./support/server.ts";
import { RecordingProxy } from "./support/recording_proxy.ts";
import { isTraceable, readTrace, TRACER } from "./support/trace.ts";
import { waitUntil } from "./support/wait_until.ts";

/** A visitor's address that the tests search for: a loopback address that nothing else uses. */
const ADDRESS = "127.83.201.94";

/** A visitor's text that the tests search for. It is random, so that no source cached by the runtime contains it. */
const MARKER = `marker-${crypto.randomUUID().slice(0, 8)}`;

/** The folder where Deno keeps compiled code. An executable made by `deno compile` doesn't write there. */
async function denoFolder(): Promise<string> {
  const command = new Deno.Command(Deno.execPath(), { args: ["info", "--json"] });
  const { stdout } = await command.output();
  const { denoDir }: { denoDir: string } = JSON.parse(new TextDecoder().decode(stdout));
  return denoDir;
}

const PAGES = ["/", "/privacy", "/rules", "/contact", "/statistics", "/transparency", "/nothing"];
const ENDPOINTS = [
  ...PAGES,
  "/statistics?days=365",
  "/languages.json",
  "/api/transparency",
  "/api/statistics.json",
  "/api/statistics.csv",
  "/api/statistics.csv?from=never",
  "/healthz",
  "/robots.txt",
  "/manifest.webmanifest",
  "/icon.svg",
  "/favicon.ico",
  "/.well-known/security.txt",
  "/ws",
];

let browser: Promise<Browser> | undefined;
let recorded: Promise<Session> | undefined;
const openBrowser = (): Promise<Browser> => browser ??= launchShell();
/** A complete session, recorded once for all tests that examine it. */
const session = (): Promise<Session> => recorded ??= record(openBrowser);
Deno.test.afterAll(async () => await (await browser)?.close());

async function holdingsOf({ http }: { http: string }): Promise<TransparencyReport> {
  return await (await fetch(`${http}/api/transparency`)).json();
}

/** The days since `start`. There are two if a test runs at midnight. */
function daysFrom(start: Date): string[] {
  return [...new Set([start, new Date()].map(dayOf))];
}

/** The text of a page without its markup. */
async function textOf(url: string): Promise<string> {
  const html = await (await fetch(url)).text();
  return html.replace(/<style>.*?<\/style>|<[^>]+>/gs, " ").replace(/\s+/g, " ");
}

/** Two visitors from this address, who write something and leave. */
async function chat({ socketUrl }: { socketUrl: string }, says = "hello"): Promise<void> {
  const [a, b] = await BareClient.pair(socketUrl, { localAddress: ADDRESS });
  a.send(Uint8Array.of(FrameKind.message, ...new TextEncoder().encode(says)));
  await b.frame();
  for (const client of [a, b]) client.leave();
  await Promise.all([a.closed, b.closed]);
}

/** Two browsers on this site chat and mention the marker. */
async function chatWithPages(site: string): Promise<void> {
  const open = await openBrowser();
  await using ann = await Visitor.open(open, site);
  await using bob = await Visitor.open(open, site);
  await ann.likes(MARKER);
  await bob.likes(MARKER);
  for (const one of [ann, bob]) await one.search();
  for (const one of [ann, bob]) await one.meets();
  await ann.say(`${MARKER} from ann`);
  await bob.hears(MARKER);
  await bob.say(`${MARKER} from bob`);
  await ann.hears(`${MARKER} from bob`);
  await ann.leave();
}

Deno.test("P1: an address is nowhere in memory after its retention period", async () => {
  await using program = await Program.start("--ip-retention-seconds=2");
  const client = await BareClient.enter(program.socketUrl, { localAddress: ADDRESS });
  const { localPort = 0 } =
    (client.socket as unknown as { _socket: { localPort?: number } })._socket;
  const bytes = Buffer.from(ADDRESS.split(".").map(Number));
  const [low, high] = [localPort & 255, localPort >> 8];
  const forms = [
    ADDRESS,
    Uint8Array.of(high, low, ...bytes), // sockaddr_in
    Uint8Array.of(...bytes, high, low),
    Uint8Array.of(...bytes, low, high), // Rust's SocketAddrV4
  ];
  const present = await countInMemory(program.pid, forms);
  assert.ok(present[0]! > 0, "the search finds nothing at all, so it proves nothing");
  client.leave();
  await chat(program);
  await waitUntil(async () => (await holdingsOf(program)).addressesHeld === 0);
  assert.deepEqual(await countInMemory(program.pid, forms), [0, 0, 0, 0]);
});

Deno.test("P1: an address is counted only while it is held", async () => {
  await using program = await Program.start("--ip-retention-seconds=5");
  const counts = async (): Promise<(number | null)[]> => {
    const { addressesHeld, addressesConnected, oldestDisconnectedSeconds } = await holdingsOf(
      program,
    );
    return [addressesHeld, addressesConnected, oldestDisconnectedSeconds];
  };
  assert.deepEqual(await counts(), [0, 0, null]);
  const client = await BareClient.enter(program.socketUrl, { localAddress: ADDRESS });
  assert.deepEqual(await counts(), [1, 1, null]);
  client.leave();
  await client.closed;
  await waitUntil(async () => (await counts())[1] === 0);
  await waitUntil(async () => {
    const [held, , age] = await counts();
    assert.ok(age! <= 5, `it has been held for ${age} s by the program's own clock`);
    return held === 0;
  });
});

Deno.test("P1: no option can extend the retention of addresses beyond an hour", async () => {
  assert.deepEqual([MAX_ADDRESS_RETENTION, MAX_ACCESS_LOG_RETENTION], [HOUR, 30 * DAY]);
  const { code, stderr } = await run([
    "--ip-retention-seconds=3601",
    "--access-log-retention-days=31",
  ]);
  assert.equal(code, 2);
  assert.match(stderr, /--ip-retention-seconds: "3601" is not a number from 1 to 3600\.\n/);
  assert.match(stderr, /--access-log-retention-days: "31" is not a number from 1 to 30\.\n/);
});

Deno.test("P1: no address is written anywhere except to the access log", async () => {
  const start = new Date();
  await using program = await Program.start();
  await chat(program);
  await fetch(`${program.http}/privacy`);
  await program.stop();
  const holding = (await filesIn(program.folder)).filter(({ text }) => text.includes(ADDRESS));
  const logs = daysFrom(start).map((day) => `logs/access-${day}.log`);
  assert.ok(holding.length > 0, "the search finds nothing at all, so it proves nothing");
  assert.deepEqual(holding.map(({ path }) => path).filter((path) => !logs.includes(path)), []);
  assert.doesNotMatch(program.log, /127\.83/);
});

Deno.test("P2: a line of the access log contains what the policy lists, and nothing else", async () => {
  await using program = await Program.start();
  const headers = { "user-agent": 'Test/1 "quoted"', referer: "https://elsewhere.example/" };
  await fetch(`${program.http}/privacy?x=1`, { headers });
  const client = await BareClient.enter(program.socketUrl, { localAddress: ADDRESS, headers });
  client.leave();
  await program.stop();
  const [page, socket, ...more] = (await textsIn(program.logFolder)).split("\n");
  const time = String.raw`\[\d\d/[A-Z][a-z]{2}/\d{4}:\d\d:\d\d:\d\d \+0000\]`;
  const agent = String.raw`"-" "Test/1 \\"quoted\\""`;
  assert.match(
    page!,
    new RegExp(
      String.raw`^127\.0\.0\.1 - - ${time} "GET /privacy\?x=1 HTTP/1\.1" 200 \d+ ${agent}$`,
    ),
  );
  assert.match(
    socket!,
    new RegExp(String.raw`^127\.83\.201\.94 - - ${time} "GET /ws HTTP/1\.1" 101 - ${agent}$`),
  );
  assert.deepEqual(more, [""]);
});

Deno.test("P2: an access log that is truncated or off contains no full address", async () => {
  for (const mode of ["truncated", "off"]) {
    await using program = await Program.start(`--access-log=${mode}`);
    await chat(program);
    await program.stop();
    const addresses = (await textsIn(program.logFolder)).match(/^\S+/gm) ?? [];
    assert.deepEqual(addresses, mode === "off" ? [] : ["127.83.201.0", "127.83.201.0"]);
  }
});

Deno.test("P2: starting the server deletes expired lines, without any request", async () => {
  await using temporary = new TempFolder();
  const folder = temporary.path;
  const now = Date.now();
  const logs = join(folder, "logs");
  await Deno.mkdir(logs);
  for (const age of [-2, 1, 29, 30, 31, 400]) {
    const day = dayOf(new Date(now - age * DAY));
    const lines = Array.from({ length: 24 }, (_, hour) => lineAt(Date.parse(day) + hour * HOUR));
    await Deno.writeTextFile(join(logs, `access-${day}.log`), lines.join(""));
  }
  await using program = await Program.startWith({ folder });
  const past = join(logs, `access-${dayOf(new Date(now - 400 * DAY))}.log`);
  await waitUntil(() => Deno.stat(past).then(() => false, () => true));
  await waitUntil(async () => !(await textsIn(logs)).includes(expired()));
  const { accessLogOldestDay } = await holdingsOf(program);
  await program.stop();
  const times = (await textsIn(logs)).split("\n").filter((line) => /"GET \/old /.test(line))
    .map((line) => timeOf(line)!.getTime());
  const oldest = Math.min(...times);
  assert.ok(oldest >= now - MAX_ACCESS_LOG_RETENTION, "a line lives that is too old");
  assert.ok(Math.max(...times) <= now, "a line lives that lies in the future");
  const mayLive = (time: number): boolean => time > now - MAX_ACCESS_LOG_RETENTION + 2 * HOUR;
  assert.deepEqual(
    times.filter(mayLive).length,
    [1, 29, 30].flatMap(hoursOf).filter(mayLive).length,
    "a line is gone that may live",
  );
  assert.equal(accessLogOldestDay, dayOf(new Date(oldest)));

  /** A line that is certainly too old, in the file that also has younger ones. */
  function expired(): string {
    return lineAt(Date.parse(dayOf(new Date(now - 30 * DAY)))).trim();
  }

  function hoursOf(age: number): number[] {
    const day = Date.parse(dayOf(new Date(now - age * DAY)));
    return Array.from({ length: 24 }, (_, hour) => day + hour * HOUR);
  }
});

/** A line of the access log, written at `time`. */
function lineAt(time: number): string {
  const [, day, month, year, clock] = /, (\d\d) (\w+) (\d+) (\S+) GMT/.exec(
    new Date(time).toUTCString(),
  )!;
  return `203.0.113.9 - - [${day}/${month}/${year}:${clock} +0000] "GET /old HTTP/1.1" 200 1 "-" "-"\n`;
}

inProcess.test("P2: no line outlives the retention period, even without visitors", async () => {
  await using temporary = new TempFolder();
  const folder = temporary.path;
  const clock = new FakeClock();
  const args = ["--access-log=full", `--log-dir=${folder}`, "--access-log-retention-days=2"];
  await using server = await TestServer.start({ clock, args });
  const { accessLog } = server.chat;
  await fetch(`${server.http}/healthz`);
  await accessLog.flush();
  const written = timeOf((await textsIn(folder)).trim())!.getTime();
  for (let hour = 0; hour < 50; hour++) {
    clock.advance(HOUR);
    await accessLog.flush(); // It waits for the sweep.
    const lives = (await textsIn(folder)) !== "";
    const age = clock.date().getTime() - written;
    assert.equal(lives, age <= 2 * DAY - HOUR, `${age / HOUR} hours`);
  }
  assert.equal((await holdingsOf(server)).accessLogOldestDay, null);
});

Deno.test("P2: no URL that a chat requests contains more than a path", async () => {
  const { urls } = await session();
  assert.ok(urls.some((url) => url.endsWith("/ws")));
  assert.deepEqual(urls.filter((url) => /[?#]/.test(url)), []);
});

Deno.test("P3: the page stores a few preferences, which identify nobody", async () => {
  const { kept } = await session();
  assert.deepEqual(kept, {
    local: {
      "anonymous-chat": JSON.stringify({
        ...{ version: 1, adult: true, sound: false, cameraOff: false, muted: false },
        ...{ blur: true, direct: true, keepCamera: false, notify: false, language: "" },
        theme: "dark",
      }),
    },
    session: {},
    databases: [],
    caches: [],
  });
});

Deno.test("P3: nothing that the page stores is ever sent", async () => {
  const { sent, marker } = await session();
  assert.match(sent, /"type":"find"/);
  assert.doesNotMatch(sent, new RegExp(`${marker}|adult|sound|theme`));
});

/**
 * Waits until a page is sent in its smallest encoding, which replaces the first one and has another ETag. The server
 * encodes a slice every quarter of a second, and would limit a client that asks much more often.
 */
async function settles(server: TestServer, path: string): Promise<void> {
  const etag = async (): Promise<string> => {
    const response = await server.fetch(path);
    await response.body?.cancel();
    return response.headers.get("etag") ?? assert.fail(String(response.status));
  };
  const first = await etag();
  await waitUntil(async () => await etag() !== first, 60, 250);
}

Deno.test("P3: choosing a language sends the same request, whichever language is chosen", async () => {
  await using server = await TestServer.start();
  for (const path of ["/", "/languages.json"]) await settles(server, path);
  const heads = async (code: string): Promise<string[]> => {
    using proxy = new RecordingProxy(server.port);
    await using ann = await Visitor.open(await openBrowser(), proxy.site);
    const speaks = (): Promise<void> => ann.page.locator(`html[lang=${code}]`).waitFor();
    await ann.page.getByRole("combobox", { name: "Language" }).selectOption(code);
    await speaks();
    await ann.page.reload();
    await speaks();
    await waitUntil(() => proxy.requests.length >= 6);
    assert.doesNotMatch(proxy.messages.join("\n"), new RegExp(`language|"${code}"`));
    const { port } = new URL(proxy.site);
    return proxy.requests.map((head) =>
      head.replaceAll(port, "PORT").replace(/(?<=sec-websocket-key: ).*/i, "")
    ).sort();
  };
  const [german, ...others] = [await heads("de"), await heads("ja"), await heads("ar")];
  assert.equal(german.filter((head) => head.startsWith("GET /languages.json ")).length, 2);
  for (const other of others) assert.deepEqual(other, german);
});

/** What a page can keep: every store of the browser, as text. */
const KEPT = `(async () => JSON.stringify([{ ...localStorage }, { ...sessionStorage },
  await indexedDB.databases(), await caches.keys()]))()`;

/** The languages that each search of a page named, and everything else that it sent to the server. */
function searchesOf({ messages }: RecordingProxy): { named: string[][]; rest: string } {
  const isSearch = (message: string): boolean => message.includes('"type":"find"');
  return {
    named: messages.filter(isSearch).map((message) => JSON.parse(message).languages),
    rest: messages.filter((message) => !isSearch(message)).join("\n"),
  };
}

Deno.test("P3: a search names only languages that the browser reports or the visitor adds", async () => {
  await using server = await serve();
  using proxy = new RecordingProxy(server.port);
  await using ann = await Visitor.open(await openBrowser(), proxy.site, { locale: "pt-BR" });
  const { page } = ann;
  const find = async (times: number): Promise<void> => {
    await ann.settles();
    await page.locator("#start").click();
    await waitUntil(() => searchesOf(proxy).named.length === times);
    await ann.key("Escape");
    await page.locator("#start").waitFor();
  };
  await ann.chooseLanguage("de");
  await page.reload();
  await page.locator("html[lang=de]").waitFor(); // The choice is stored.
  await page.locator("#adult").check();
  await find(1);
  await page.locator(".chip").click();
  await page.locator("#add-language").click();
  await page.locator("form select").selectOption("ja");
  await page.locator(".chip").waitFor();
  await find(2);
  const { named, rest } = searchesOf(proxy);
  assert.deepEqual(named, [["pt"], ["ja"]]);
  assert.doesNotMatch(rest, /language|"(?:pt|ja|de)"/);
  const asked = proxy.requests.filter((head) => head.startsWith("GET / "));
  assert.equal(asked.length, 2);
  for (const head of asked) assert.match(head, /^accept-language: pt-BR/im); // It was no secret.
});

Deno.test("P3: the languages of a search are not stored, nor are changes to them", async () => {
  await using server = await serve();
  await using ann = await Visitor.open(await openBrowser(), server.http);
  await ann.confirm();
  const kept = await ann.evaluate<string>(KEPT);
  assert.match(kept, /"adult/);
  await ann.press("Remove English");
  await ann.page.locator("#add-language").click();
  await ann.page.getByRole("combobox", { name: en.words.AddLanguage }).selectOption("ja");
  await ann.button("Remove 日本語").waitFor();
  await ann.press("Start text chat");
  await ann.sees("speaks 日本語");
  assert.equal(await ann.evaluate(KEPT), kept);
  await ann.page.reload();
  await ann.button("Remove English").waitFor();
  assert.equal(await ann.page.locator(".chip").count(), 1);
  assert.equal(await ann.evaluate(KEPT), kept);
});

Deno.test("P3: a visitor who clears the browser's storage is treated as new", async () => {
  await using server = await serve();
  await using ann = await Visitor.open(await openBrowser(), server.http);
  await ann.confirm();
  await ann.page.reload();
  assert.equal(await ann.checkbox.isChecked(), true);
  await ann.evaluate("localStorage.clear()");
  await ann.page.reload();
  assert.equal(await ann.checkbox.isChecked(), false);
});

Deno.test("P4: the statistics contain daily totals, and nothing about individuals", async () => {
  const start = new Date();
  await using program = await Program.start("--access-log=off");
  for (let n = 0; n < 3; n++) await chat(program, MARKER);
  await program.stop();
  const path = join(program.dataFolder, "statistics.db");
  using database = new DatabaseSync(path, { readOnly: true });
  const all = (sql: string): Record<string, unknown>[] => database.prepare(sql).all();
  const figures = ["day", "chats", "chat_duration", "messages"];
  const online = ["samples", "online_sum", "peak_online"];
  for (const { name } of all("SELECT name FROM sqlite_schema WHERE type = 'table'")) {
    const columns = all(`SELECT name FROM pragma_table_info('${name}')`).map((one) => one.name);
    assert.deepEqual(columns, [...figures, ...online], String(name));
  }
  const rows = all("SELECT day, chats, messages FROM counted");
  const sum = (figure: string): number => rows.reduce((sum, row) => sum + Number(row[figure]), 0);
  assert.deepEqual([sum("chats"), sum("messages")], [3, 3]);
  const days = daysFrom(start);
  assert.deepEqual(rows.filter(({ day }) => !days.includes(String(day))), []);
  assert.ok(rows.length <= days.length, "a day has one row");
  for (const { path, text } of await filesIn(program.dataFolder)) {
    assert.ok(!text.includes(MARKER) && !text.includes(ADDRESS), path);
  }
});

inProcess.test("P4: a day with few chats is published without figures", async () => {
  const clock = new FakeClock();
  await using server = await TestServer.start({ clock });
  const published = async (): Promise<unknown[]> => {
    await waitUntil(() => server.chat.sessions.online === 0);
    clock.advance(10 * SECOND); // Counts and writes it.
    const { days } = await (await fetch(`${server.http}/api/statistics.json`)).json();
    return [days[0].chats, days[0].messages, days[0].averageChatSeconds, days[0].peakOnline];
  };
  for (let n = 1; n < MIN_CHATS_PUBLISHED; n++) await chat(server);
  assert.deepEqual(await published(), ["fewer than 10", null, null, null]);
  await chat(server);
  const [chats, messages, seconds, peak] = await published();
  assert.deepEqual([chats, messages, typeof seconds, typeof peak], [10, 10, "number", "number"]);
});

/** Number of crashes, each at a different moment. */
const CRASHES = repeats({ sample: 1, long: 20 });

Deno.test("P4: statistics survive a crash, and the file is intact", async () => {
  for (let crash = 0; crash < CRASHES; crash++) await crashUnderLoad();
});

async function crashUnderLoad(): Promise<void> {
  await using temporary = new TempFolder();
  const folder = temporary.path;
  const today = async ({ http }: Program): Promise<number> => {
    const { days } = await (await fetch(`${http}/api/statistics.json`)).json();
    return Number(days.at(-1)?.chats) || 0;
  };
  let before = 0;
  {
    await using program = await Program.startWith({ folder });
    for (let n = 0; n < MIN_CHATS_PUBLISHED; n++) await chat(program);
    await waitUntil(async () => (before = await today(program)) > 0);
    const load = BareClient.pair(program.socketUrl);
    const [a] = await load;
    for (let n = 0; n < 1000; n++) a.send(Uint8Array.of(FrameKind.message, 1));
    await program.stop("SIGKILL");
  }
  await using again = await Program.startWith({ folder });
  assert.ok(await today(again) >= before);
  await again.stop();
  assert.doesNotMatch(again.log, /broken/);
  using database = new DatabaseSync(join(folder, "data", "statistics.db"));
  assert.equal(database.prepare("PRAGMA integrity_check").get()?.["integrity_check"], "ok");
  database.close();
}

Deno.test("P5: there is no field for a name, an address or a picture", async () => {
  await using server = await serve();
  const find = { type: "find", mode: "text", interests: [] };
  for (const field of ["name", "email", "phone", "avatar", "username", "id", "profile"]) {
    const client = await BareClient.enter(server.socketUrl);
    client.socket.send(JSON.stringify({ ...find, [field]: "Ann" }));
    const answer = await Promise.race([client.closed, client.next("waiting")]);
    assert.equal("code" in answer && answer.code, 1008, field);
  }
  await using ann = await Visitor.open(await openBrowser(), server.http);
  await using bob = await Visitor.open(await openBrowser(), server.http);
  const fields = async (): Promise<string[]> =>
    await ann.evaluate(`Array.from(document.querySelectorAll("input, textarea, select"),
      ({ type, labels, ariaLabel }) => type + " " + (labels[0]?.innerText ?? ariaLabel).trim())`);
  assert.deepEqual(await fields(), [
    "select-one Language",
    "text Interests",
    "select-one Add a language",
    "checkbox I am 18 or older",
  ]);
  for (const one of [ann, bob]) await one.search();
  await ann.meets();
  assert.deepEqual(await fields(), ["select-one Language", "textarea Message"]);
});

Deno.test("P5: a partner learns only the interests and languages that both named", async () => {
  await using server = await serve();
  const [a, b] = [
    await BareClient.enter(server.socketUrl),
    await BareClient.enter(server.socketUrl),
  ];
  const find = { type: "find", mode: "text" } as const;
  a.tell({ ...find, interests: ["chess", "tea"], languages: ["de", "en"] });
  b.tell({ ...find, interests: ["go", "chess"], languages: ["fr", "de"] });
  for (const client of [a, b]) {
    const { role: _, ...said } = await client.next("paired");
    assert.deepEqual(said, {
      ...{ type: "paired", interests: ["chess"], languages: ["de"], met: false },
    });
  }
});

/** A language that the tests search for in memory. No source contains it, so no cached source does. */
const LANGUAGE = ["qxz", "Vqjw"].join("-");

Deno.test("P5: interests and languages are forgotten when the visit ends", async () => {
  await using program = await Program.start("--ip-retention-seconds=2");
  const [a, b] = await Promise.all(
    [0, 1].map(() => BareClient.enter(program.socketUrl, { localAddress: ADDRESS })),
  );
  for (const client of [a!, b!]) {
    client.tell({ type: "find", mode: "text", interests: [MARKER], languages: [LANGUAGE] });
  }
  const { interests, languages } = await a!.next("paired");
  assert.deepEqual([interests, languages], [[MARKER], [LANGUAGE]]);
  const found = await countInMemory(program.pid, [MARKER, LANGUAGE]);
  assert.ok(found.every((times) => times > 0), "the search proves nothing");
  for (const client of [a!, b!]) client.leave();
  await waitUntil(async () => (await holdingsOf(program)).addressesHeld === 0);
  assert.deepEqual(await countInMemory(program.pid, [MARKER, LANGUAGE]), [0, 0]);
});

Deno.test("P6: message content is nowhere in the server's memory, files or logs", async () => {
  await using program = await Program.start();
  const open = await openBrowser();
  await using ann = await Visitor.open(open, program.http);
  await using bob = await Visitor.open(open, program.http);
  for (const one of [ann, bob]) await one.search();
  for (const one of [ann, bob]) await one.meets();
  for (let n = 0; n < 25; n++) {
    await ann.say(`${MARKER} from ann ${n}`);
    await bob.say(`${MARKER} from bob ${n}`);
    await ann.hears(`${MARKER} from bob ${n}`);
  }
  await bob.hears(`${MARKER} from ann 24`);
  const search = (): Promise<number[]> => countInMemory(program.pid, [MARKER, "anonymous-chat.v1"]);
  const during = await search();
  await ann.leave();
  const after = await search();
  assert.deepEqual([during[0], after[0]], [0, 0]);
  assert.ok(during[1]! > 0, "the search finds nothing at all, so it proves nothing");
  await program.stop();
  const files = (await filesIn(program.folder)).filter(({ text }) => text.includes(MARKER));
  assert.deepEqual(files.map(({ path }) => path), []);
  assert.doesNotMatch(program.log, new RegExp(MARKER));
});

Deno.test({
  name: "P6: the system calls of a whole run write and send no message content",
  ignore: !await isTraceable(),
  fn: async () => {
    await using temporary = new TempFolder();
    const folder = temporary.path;
    const under = TRACER(join(folder, "trace"));
    const args = ["--access-log=off"];
    await using program = await Program.startWith({ folder, under, args });
    await chatWithPages(program.http);
    await chat(program, `bare-${MARKER}`);
    await program.stop();
    const { calls, opened } = await readTrace(join(folder, "trace"));
    const holding = (text: string): string[] => calls.filter((call) => call.includes(text));
    assert.ok(
      holding(`bare-${MARKER}`).length > 0,
      "the trace has nothing at all, so it proves nothing",
    );
    assert.deepEqual(holding(`${MARKER} from`), []);
    assert.deepEqual(holding(ADDRESS), []);
    const own = [program.dataFolder, join(folder, "tmp"), await denoFolder(), "/dev/"];
    assert.deepEqual(opened.filter((path) => !own.some((one) => path.startsWith(one))), []);
  },
});

inProcess.test("P6: nothing holds a frame once the chat is over", async () => {
  const frames: WeakRef<ArrayBufferLike>[] = [];
  const keep = (frame: Uint8Array): unknown => frames.push(new WeakRef(frame.buffer));
  await using server = await TestServer.start({ service: withFrames(keep) });
  const [a, b] = await BareClient.pair(server.socketUrl);
  for (let n = 0; n < 50; n++) {
    a.send(Uint8Array.of(FrameKind.message, ...crypto.getRandomValues(new Uint8Array(1024))));
    await b.frame();
  }
  assert.equal(frames.length, 50);
  a.tell({ type: "leave" });
  await b.next("partner-left");
  await new Promise((resolve) => setTimeout(resolve, 0)); // A weak reference lasts until the end of a task.
  gcFunction()!();
  assert.deepEqual(frames.filter((frame) => frame.deref() !== undefined), []);
});

Deno.test("P6: marking a stranger as automated sends nothing, and keeps no text", async () => {
  await using server = await serve();
  const open = await openBrowser();
  const sent: string[] = [];
  const watch = (page: Visitor["page"]): void => {
    page.on("websocket", (socket) => {
      socket.on("framesent", ({ payload }) => {
        const frame = typeof payload === "string" ? payload : `${payload.length} bytes`;
        if (frame !== JSON.stringify({ type: "ping" })) sent.push(frame);
      });
    });
  };
  await using ann = await Visitor.open(open, server.http, { watch });
  const stored = (): Promise<unknown> => ann.evaluate("JSON.stringify(localStorage)");
  const isMarked = async (): Promise<boolean> =>
    await ann.page.getByText(en.words.LooksAutomated).count() > 0;
  /** What Ann's page sends while a stranger says `text` to her. Nothing puts the text into her page but the chat. */
  const chatWith = async (text: string): Promise<string[]> => {
    await using stranger = await Visitor.open(open, server.http);
    await stranger.search();
    await ann.meets();
    await ann.sees("End-to-end encrypted");
    const before = sent.length;
    await stranger.say(text);
    await stranger.log.getByRole("img", { name: en.words.Delivered }).waitFor();
    await ann.until("document.querySelectorAll('.incoming').length === 1");
    const during = sent.slice(before);
    await stranger.leave();
    await ann.reads("Stranger has disconnected.");
    return during;
  };
  const letters = "onlythefirststrangersaysthis"; // Case, spaces and digits don't count in a comparison.
  const text = `${MARKER} ${letters}`;
  await ann.search();
  const plain = await chatWith(text);
  const held = await countInPage(ann, MARKER);
  assert.ok(held > 0, "the search finds nothing at all, so it proves nothing");
  const kept = await stored();
  await ann.press("New chat");
  const other = await chatWith("x".repeat(text.length));
  for (const part of [MARKER, letters]) {
    assert.equal(await countInPage(ann, part), 0, "the page keeps the text of the previous chat");
  }
  await ann.press("New chat");
  const marked = await chatWith(`https://example.com/${"x".repeat(text.length - 20)}`);
  assert.ok(await isMarked());
  assert.deepEqual([other, marked], [plain, plain]);
  assert.equal(await stored(), kept);
});

/**
 * Words from the page's last message when it is left, if it can still send one: `{"type":"background","hidden":true}`.
 */
const PARTING = new Set(["background", "hidden"]);

Deno.test("P7: two visits send the server nothing that links them", async () => {
  await using server = await serve();
  using proxy = new RecordingProxy(server.port);
  const open = await openBrowser();
  /** The words that the server receives during one visit. */
  const visit = async (who: Visitor): Promise<Set<string>> => {
    const [connections, messages] = [proxy.connections, proxy.messages.length];
    await who.page.goto(proxy.site);
    await who.search();
    await waitUntil(() => proxy.messages.length > messages);
    await who.page.goto("about:blank");
    const said = new Set(proxy.sentSince(connections).match(/[\w+/=.-]{6,}/g));
    return said.difference(PARTING);
  };
  await using ann = await Visitor.open(open, "about:blank");
  const common = (await visit(ann)).intersection(await visit(ann));
  await using bob = await Visitor.open(open, "about:blank");
  const strangers = await visit(bob);
  assert.ok(common.size > 5);
  assert.deepEqual([...common.difference(strangers)], [], "only one person says this");
});

Deno.test("P7: the page queries nothing that would identify a browser", async () => {
  const { asked } = await session();
  // The languages, which every request names anyway (P3).
  assert.deepEqual(asked, ["Navigator.prototype.languages"]);
});

Deno.test("P8: a whole session sends no request to another host", async () => {
  const { urls, site, complaints } = await session();
  const hosts = urls.filter((url) => !/^(data|blob):/.test(url)).map((url) => new URL(url).host);
  assert.deepEqual([...new Set(hosts)], [new URL(site).host]);
  assert.deepEqual(complaints, []);
});

Deno.test("P8: the page works in full when no other host can be reached", async () => {
  await using server = await serve();
  const open = await openBrowser();
  await using ann = await Visitor.open(open, "about:blank");
  await using bob = await Visitor.open(open, "about:blank");
  const cut: string[] = [];
  for (const { context } of [ann, bob]) {
    await context.route((url) => url.host !== new URL(server.http).host, (route) => {
      cut.push(route.request().url());
      return route.abort();
    });
  }
  for (const one of [ann, bob]) {
    await one.page.goto(server.http);
    await one.search();
  }
  await ann.meets();
  await ann.say("hello");
  await bob.hears("hello");
  for (const path of PAGES) {
    await ann.page.goto(server.http + path);
    await ann.page.getByRole("link", { name: "Anonymous Chat" }).waitFor();
  }
  assert.deepEqual(cut, []);
});

Deno.test("P8: the browser blocks everything that is not part of the page", async () => {
  await using server = await serve();
  await using ann = await Visitor.open(await openBrowser(), server.http);
  const violations = await ann.evaluate(`new Promise((resolve) => {
    const seen = [];
    setTimeout(() => resolve(seen), 10_000);
    addEventListener("securitypolicyviolation", ({ effectiveDirective }) => {
      if (seen.push(effectiveDirective) === 2) resolve(seen.sort());
    });
    const image = document.createElement("img");
    image.src = "https://tracker.example/pixel.gif";
    document.body.append(image);
    const style = document.createElement("style");
    style.textContent = "body { display: none }";
    document.body.append(style);
  })`);
  assert.deepEqual(violations, ["img-src", "style-src-elem"]);
});

Deno.test("P8: the served page has the published fingerprint", async () => {
  await using program = await Program.start("--announcement=We move on <Sunday>");
  const document = await Deno.readTextFile("docs/verify.md");
  const command = /curl \S+ \S+ \| (.*)/.exec(document)?.[1];
  const digestIn = async (headers: HeadersInit): Promise<string> => {
    const html = await (await fetch(program.http, { headers })).bytes();
    assert.match(new TextDecoder().decode(html), /We move on &lt;Sunday/);
    const shell = new Deno.Command("sh", {
      args: ["-c", command ?? "false"],
      stdin: "piped",
      stdout: "piped",
    }).spawn();
    await ReadableStream.from([html]).pipeTo(shell.stdin);
    return new TextDecoder().decode((await shell.output()).stdout).slice(0, 64);
  };
  const { pageSha256, pageSha256ByLanguage } = await holdingsOf(program);
  for (const language of pages.languages) {
    const digest = await digestIn({ "accept-language": language.code });
    assert.equal(digest, fingerprint(homePage(pages.home, language)), language.code);
    assert.equal(pageSha256ByLanguage[language.code], digest, language.code);
  }
  assert.equal(await digestIn({ "accept-language": "" }), pageSha256);
  assert.equal(partIn(document, "generated: fingerprint"), `\`${pageSha256}\``);
});

Deno.test("P9: no response sets a cookie, and the browser stores none", async () => {
  for (const listener of Object.keys(LISTENERS) as (keyof typeof LISTENERS)[]) {
    await using server = await serve({ listener });
    for (const method of ["GET", "POST"]) {
      for (const path of ENDPOINTS) {
        const response = await fetch(server.http + path, { method });
        assert.deepEqual(response.headers.getSetCookie(), [], `${method} ${path}`);
        await response.body?.cancel();
      }
    }
    using client = await RawClient.connect(server.port);
    await client.writeLines(...HANDSHAKE, "", "");
    const head = await client.readUntil("\r\n\r\n");
    assert.match(head, /^HTTP\/1\.1 101 /);
    assert.doesNotMatch(head, /cookie/i);
  }
  const { cookies, sent } = await session();
  assert.deepEqual(cookies, []);
  assert.doesNotMatch(sent, /^cookie:/im);
});

Deno.test("P10: nobody can search before confirming that they are 18 or older", async () => {
  await using server = await serve();
  using proxy = new RecordingProxy(server.port);
  await using ann = await Visitor.open(await openBrowser(), proxy.site);
  await ann.button("Start text chat").click({ force: true });
  await ann.sees(en.words.AdultFirst);
  assert.deepEqual(proxy.messages, []);
  await ann.search();
  await waitUntil(() => proxy.messages.length === 1);
  assert.equal(JSON.parse(proxy.messages[0]!).type, "find");
});

Deno.test("P10: an address that the operator denies can't connect", async () => {
  await using program = await Program.start("--deny=192.0.2.0/24,127.83.0.0/16");
  const denied = new BareClient(program.socketUrl, { localAddress: ADDRESS });
  const status = new Promise((resolve) =>
    denied.socket.on("unexpected-response", (_, { statusCode }) => resolve(statusCode))
  );
  assert.equal(await Promise.race([status, denied.next("welcome")]), 403);
  const other = await BareClient.enter(program.socketUrl);
  assert.equal((await holdingsOf(program)).addressesConnected, 1);
  other.vanish();
});

Deno.test("P10: the contact page tells parents what to write", async () => {
  await using server = await serve({ args: ["--contact-email=help@chat.example"] });
  const text = await textOf(`${server.http}/contact`);
  assert.match(text, /If you are a parent .*ask for a restriction.*IP address.*time zone/);
  assert.match(text, /Write to help@chat\.example/);
});

inProcess.test("P11: a flood is slowed down, then blocked for a while, and affects no other address", async () => {
  const clock = new FakeClock();
  await using server = await TestServer.start({ clock });
  const attempt = async (): Promise<[status: number, retryAfter: number]> => {
    const client = new BareClient(server.socketUrl, { localAddress: ADDRESS });
    const refused = new Promise<[number, number]>((resolve) =>
      client.socket.on("unexpected-response", (_, { statusCode = 0, headers }) => {
        resolve([statusCode, Number(headers["retry-after"])]);
      })
    );
    const entered = client.next("welcome").then((): [number, number] => [101, 0]);
    const outcome = await Promise.race([refused, entered]).finally(() => client.vanish());
    entered.catch(() => {}); // It never enters if it was refused.
    return outcome;
  };
  const enough = ADDRESS_LIMITS.connections.burst + ADDRESS_LIMITS.refusals.burst + 10;
  const outcomes: [number, number][] = [];
  while (outcomes.at(-1)?.[1] !== FLOOD_BLOCK_TIME / SECOND) {
    outcomes.push(await attempt());
    assert.ok(outcomes.length < enough, "the flood is not blocked");
  }
  assert.deepEqual(outcomes[0], [101, 0]);
  assert.ok(outcomes.some(([status, wait]) => status === 429 && wait < 60), "it isn't slowed down");
  (await BareClient.enter(server.socketUrl)).vanish();
  clock.advance(FLOOD_BLOCK_TIME);
  assert.deepEqual(await attempt(), [101, 0]);
});

Deno.test("P11: a page loaded without encryption can't start a chat, and an encrypted one uses WSS", async () => {
  await using server = await serve();
  const script = "Object.defineProperty(globalThis, 'isSecureContext', { value: false })";
  await using plain = await Visitor.open(await openBrowser(), server.http, { script });
  await plain.sees("Open the secure page");
  assert.equal(await plain.button("Start text chat").count(), 0);
  await using front = await HttpsProxy.start({ target: server.port });
  await using files = new CertificateFiles();
  await using own = await TestServer.start({ certificate: files }); // It speaks TLS directly.
  await using open = await launch(trusting(front.certificate, files.cert));
  for (const authority of [front.authority, `localhost:${own.port}`]) {
    const sockets: string[] = [];
    const secure = await Visitor.open(open, `https://${authority}`, {
      watch: (page) => page.on("websocket", (socket) => sockets.push(socket.url())),
    });
    await secure.search();
    await secure.sees("Looking for someone…");
    await secure.context.close();
    assert.deepEqual(sockets, [`wss://${authority}/ws`]);
  }
});

Deno.test("P12: every page links to the policy and the contact page", async () => {
  await using server = await serve();
  for (const path of PAGES) {
    const html = await (await fetch(server.http + path)).text();
    for (const target of ["/privacy", "/contact", "/"]) {
      assert.match(html, new RegExp(`<a[^>]* href="${target}"`), `${path} leads to ${target}`);
    }
  }
});

inProcess.test("P12: a change to the policy is announced on the home page for 30 days", async () => {
  assert.equal(CHANGE_ANNOUNCED_FOR, 30 * DAY);
  const clock = new FakeClock();
  await using server = await TestServer.start({ clock });
  const announced = async (since: number): Promise<boolean> => {
    clock.jump(Date.parse(POLICY_UPDATED) + since - clock.date().getTime());
    const home = await textOf(server.http);
    return home.includes(`${formatDay(POLICY_UPDATED)}: ${POLICY_CHANGES[0].says}`);
  };
  assert.deepEqual(
    [await announced(0), await announced(30 * DAY - 1), await announced(30 * DAY)],
    [true, true, false],
  );
});

Deno.test("P12: the policy states the settings in force, its date and its changes", async () => {
  await using program = await Program.start(
    "--ip-retention-seconds=90",
    "--access-log-retention-days=7",
    "--access-log=truncated",
    "--operator=The Example Society",
  );
  const text = await textOf(`${program.http}/privacy`);
  assert.match(text, /The Example Society can't read your messages/);
  assert.match(
    text,
    /deleted from memory within 90 seconds after the last connection from it closes/,
  );
  assert.match(text, /deleted automatically before it is 7 days old/);
  assert.match(text, /your IP address without its last part/);
  assert.ok(text.includes(`Last updated ${formatDay(POLICY_UPDATED)}`));
  for (const { says } of POLICY_CHANGES) assert.ok(text.includes(says), says);
  const { ipRetentionSeconds, accessLogRetentionDays, accessLog, policyUpdated } = await holdingsOf(
    program,
  );
  assert.deepEqual([ipRetentionSeconds, accessLogRetentionDays, accessLog, policyUpdated], [
    90,
    7,
    "truncated",
    POLICY_UPDATED,
  ]);
});

Deno.test("P13: the lines of a period can be exported, and missing ones are reported", async () => {
  await using program = await Program.start();
  await fetch(`${program.http}/privacy`);
  await fetch(`${program.http}/contact`);
  await program.stop();
  const now = Date.now();
  const exportFrom = async (from: number, to: number): Promise<[string, string]> => {
    const window = [from, to].map((time) => new Date(time).toISOString());
    const { code, stdout, stderr } = await run([
      "access-log",
      `--from=${window[0]}`,
      `--to=${window[1]}`,
      `--log-dir=${program.logFolder}`,
    ]);
    assert.equal(code, 0, stderr);
    return [stdout, stderr];
  };
  assert.deepEqual(await exportFrom(now - HOUR, now + HOUR), [
    await textsIn(program.logFolder),
    "",
  ]);
  assert.deepEqual(await exportFrom(now - 2 * HOUR, now - HOUR), ["", ""]);
  const [, said] = await exportFrom(now - 40 * DAY, now - 39 * DAY);
  assert.match(said, /^Lines are deleted after 30 days: none exist from before .*\.\n$/);
});

Deno.test("P13: nothing is stored except the access log and the statistics", async () => {
  const start = new Date();
  await using program = await Program.start();
  await chat(program);
  await fetch(`${program.http}/statistics`);
  await program.stop();
  const paths = (await filesIn(program.folder)).map(({ path }) => path).sort();
  const logs = daysFrom(start).map((day) => `logs/access-${day}.log`);
  const others = paths.filter((path) => !path.startsWith("data/statistics.db"));
  assert.ok(others.length > 0 && others.every((path) => logs.includes(path)), others.join());
  assert.ok(paths.includes("data/statistics.db"));
});
