/** The operator's metrics, read from a running server in the way Prometheus reads them. */

import assert from "node:assert/strict";
import { LOSS_REASONS } from "../../../server/access_log/lost_lines.ts";
import { X509Certificate } from "node:crypto";
import { FrameKind, REPORT_REASONS } from "../../../protocol.ts";
import { SECOND } from "../../../server/base/clock.ts";
import { SLICE_TIME } from "../../../server/base/slices.ts";
import { delay } from "../../../server/base/timeout.ts";
import { REFUSALS } from "../../../server/admission/gate.ts";
import { COMPONENTS } from "../../../server/health.ts";
import { METRICS, SEARCH_DURATION } from "../../../server/metrics/catalogue.ts";
import { EventLoop, LAG_INTERVAL, LAG_WINDOW } from "../../../server/base/process_load.ts";
import { BareClient } from "../../support/bare_client.ts";
import { CertificateFiles } from "../../support/certificate_files.ts";
import { FakeClock } from "../../support/fake_clock.ts";
import { HttpsProxy } from "../../support/https_proxy.ts";
import { Program } from "../../support/program.ts";
import { isRedisThere, Redis } from "../../support/redis.ts";
import { TestServer } from "../../support/server.ts";
import { waitUntil } from "../../support/wait_until.ts";

const hasRedis = await isRedisThere();

/** Every permitted value of each label. */
const WORDS: Readonly<Record<string, readonly string[]>> = {
  version: ["0.0.0-test"],
  mode: ["text", "video"],
  reason: [...REFUSALS, ...REPORT_REASONS, ...LOSS_REASONS, "reported", "flooding"],
  outcome: ["resumed", "moved", "failed"],
  component: COMPONENTS,
  le: [...SEARCH_DURATION.buckets.map(String), "+Inf"],
};

interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** Parses the text format. Fails on a line that isn't valid. */
function samplesIn(text: string): Sample[] {
  const lines = text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  return lines.map((line) => {
    const [, name = "", labels = "", value = ""] =
      /^([a-z_]+)(?:\{(.*)\})? (-?[\d.e+-]+)$/.exec(line) ?? assert.fail(line);
    const pairs = [...labels.matchAll(/([a-z]+)="([^"]*)"(?:,|$)/g)];
    assert.equal(pairs.map(([whole]) => whole).join(""), labels);
    return {
      name,
      value: Number(value),
      labels: Object.fromEntries(pairs.map((one) => one.slice(1))),
    };
  });
}

/** The metrics of a server. `figure` is one value, or the sum of all with this name and these labels. */
async function metricsOf(http: string): Promise<{
  text: string;
  samples: Sample[];
  figure: (name: string, labels?: Record<string, string>) => number;
}> {
  const response = await fetch(`${http}/metrics`);
  assert.equal(response.status, 200);
  assert.match(response.headers.get("content-type") ?? "", /^text\/plain; version=0\.0\.4/);
  const text = await response.text();
  const samples = samplesIn(text);
  const figure = (name: string, labels: Record<string, string> = {}): number => {
    const found = samples.filter((one) =>
      one.name === `anonymous_chat_${name}` &&
      Object.entries(labels).every(([label, word]) => one.labels[label] === word)
    );
    assert.ok(found.length > 0, `there is no ${name}`);
    return found.reduce((sum, { value }) => sum + value, 0);
  };
  return { text, samples, figure };
}

/** The names of the metrics, without the suffixes of histograms. */
function namesIn(samples: readonly Sample[]): string[] {
  const names = samples.map(({ name }) => name.replace(/(_seconds)_(bucket|sum|count)$/, "$1"));
  return [...new Set(names)].sort();
}

/** A message with a recognizable text. */
function messageOf(text: string): Uint8Array {
  return Uint8Array.of(FrameKind.message, ...new TextEncoder().encode(text));
}

/** A clock by which everything takes as long as a slice may, once it is slow. */
class SlowClock extends FakeClock {
  isSlow = false;
  #late = 0;

  override now(): number {
    if (this.isSlow) this.#late += SLICE_TIME;
    return super.now() + this.#late;
  }
}

Deno.test("Metrics are read in slices, so that other work has its turn in between", async () => {
  const clock = new SlowClock();
  await using server = await TestServer.start({ clock });
  clock.isSlow = true;
  const request = { method: "GET", target: "/metrics", version: "1.1", remote: "127.0.0.1" };
  const header = (name: string): string | undefined => name === "host" ? "localhost" : undefined;
  const answer = server.chat.requestHandler.answer({ ...request, header });
  let status: number | undefined;
  void Promise.resolve(answer).then((reply) => status = reply.status);
  let turns = 0;
  for (; status === undefined; await delay(0)) turns++;
  assert.equal(status, 200);
  const enabled = METRICS.filter(({ needs }) => needs === undefined);
  assert.ok(turns >= enabled.length, `${turns} turns for ${enabled.length} metrics`);
});

Deno.test("P4: an operator can monitor only totals, and no visitor sees them", async () => {
  await using server = await TestServer.start({ args: ["--trust-proxy=1"] });
  const people = await Promise.all(
    ["203.0.113.7", "198.51.100.8", "2001:db8::9"].map((address) =>
      BareClient.enter(server.socketUrl, { headers: { "x-forwarded-for": address } })
    ),
  );
  const [ann, bob, cid] = people as [BareClient, BareClient, BareClient];
  const interests = ["marked interest"];
  for (const client of [ann, bob]) client.tell({ type: "find", mode: "text", interests });
  await Promise.all([ann.next("paired"), bob.next("paired")]);
  cid.tell({ type: "find", mode: "video", interests });
  await cid.next("waiting");
  ann.send(messageOf("a marked message"));
  await bob.frame();
  bob.tell({ type: "report", reason: "spam" });
  await bob.next("reported");

  const { text, samples, figure } = await metricsOf(server.http);
  for (const { name, labels } of samples) {
    for (const [label, word] of Object.entries(labels)) {
      assert.ok(WORDS[label]?.includes(word), `${name} has a label ${label}="${word}"`);
    }
  }
  assert.doesNotMatch(text, /marked|203\.0|198\.51|2001:|127\.0\.0|localhost/);
  for (const { token } of people) assert.ok(token !== "" && !text.includes(token));
  assert.deepEqual(
    [
      figure("connected_sessions"),
      figure("active_chats"),
      figure("searching_sessions"),
      figure("messages_total"),
    ],
    [3, 1, 1, 1],
  );

  const seen = async (headers: Record<string, string>): Promise<[number, string]> => {
    const answer = await fetch(`${server.http}/metrics`, { headers });
    return [answer.status, await answer.text()];
  };
  const missing = await fetch(`${server.http}/nowhere`);
  const nothing = [404, await missing.text()];
  assert.deepEqual(await seen({ "x-forwarded-for": "203.0.113.7" }), nothing);
  assert.deepEqual(await seen({ "x-forwarded-for": "127.0.0.1" }), nothing);
});

for (const listener of ["node", "deno"] as const) {
  Deno.test(`Metrics count events by kind (${listener})`, async () => {
    await using server = await TestServer.start({ listener });
    const { socketUrl, http } = server;
    const [ann, bob] = await BareClient.pair(socketUrl);
    const others = [await BareClient.enter(socketUrl), await BareClient.enter(socketUrl)];
    for (const client of others) client.tell({ type: "find", mode: "video", interests: [] });
    for (const client of others) await client.next("paired");
    ann.send(messageOf("four"));
    ann.send(Uint8Array.of(FrameKind.signal, 1));
    await bob.frame();
    await bob.frame();
    bob.tell({ type: "report", reason: "underage" });
    await bob.next("reported");
    await new BareClient(socketUrl, { headers: { origin: "https://evil.example" } }).closed;
    ann.vanish();
    await bob.next("partner-away");
    const away = await metricsOf(http);
    assert.equal(away.figure("disconnected_sessions"), 1);
    const again = await BareClient.enter(socketUrl);
    again.tell({ type: "resume", token: ann.token });
    await again.next("resumed");
    const stray = await BareClient.enter(socketUrl);
    stray.tell({ type: "resume", token: "of nobody" });
    await stray.next("resumed");
    bob.tell({ type: "leave" });
    await again.next("partner-left");

    const { figure } = await metricsOf(http);
    assert.deepEqual({
      connected: figure("connected_sessions"),
      chats: figure("active_chats", { mode: "video" }),
      entered: figure("connections_total"),
      text: figure("pairings_total", { mode: "text" }),
      video: figure("pairings_total", { mode: "video" }),
      searches: figure("search_duration_seconds_count"),
      ended: figure("chats_ended_total"),
      messages: figure("messages_total"),
      frames: figure("relayed_frames_total"),
      bytes: figure("relayed_bytes_total"),
      underage: figure("reports_total", { reason: "underage" }),
      reports: figure("reports_total"),
      origin: figure("connections_refused_total", { reason: "origin" }),
      refused: figure("connections_refused_total"),
      resumed: figure("resumes_total", { outcome: "resumed" }),
      failed: figure("resumes_total", { outcome: "failed" }),
      held: figure("addresses_held"),
    }, {
      connected: 5,
      chats: 1,
      entered: 6,
      text: 1,
      video: 1,
      searches: 4,
      ended: 1,
      messages: 1,
      frames: 2,
      bytes: 7,
      underage: 1,
      reports: 1,
      origin: 1,
      refused: 1,
      resumed: 1,
      failed: 1,
      held: 1,
    });
    assert.ok(figure("chat_duration_seconds_total") > 0);
    assert.ok(figure("listener_sockets") >= 5);
  });
}

Deno.test("Metrics are hidden behind a proxy on the same computer that is not configured", async () => {
  await using server = await TestServer.start();
  await using front = await HttpsProxy.start({ target: server.port });
  using client = Deno.createHttpClient({ caCerts: [front.certificate] });
  const { status, body } = await fetch(`https://${front.authority}/metrics`, { client });
  await body?.cancel();
  assert.equal(status, 404);
  assert.equal((await metricsOf(server.http)).figure("connected_sessions"), 0);
});

Deno.test("Metrics state how many are blocked, why, and how long searches took", async () => {
  const clock = new FakeClock();
  await using server = await TestServer.start({ clock, args: ["--proof-of-work=off"] });
  const { socketUrl, http, chat } = server;
  const ann = await BareClient.enter(socketUrl);
  ann.tell({ type: "find", mode: "text", interests: [] });
  await ann.next("waiting");
  clock.advance(3 * SECOND);
  const bob = await BareClient.enter(socketUrl);
  bob.tell({ type: "find", mode: "text", interests: [] });
  await Promise.all([ann.next("paired"), bob.next("paired")]);
  const [entry] = [...chat.registry.entries()].slice(-1);
  while (entry?.record.attempt(clock.now()).kind !== "blocked");

  const { figure } = await metricsOf(http);
  assert.deepEqual(
    ["flooding", "reported"].map((reason) => figure("addresses_blocked", { reason })),
    [1, 0],
  );
  const within = (le: string): number =>
    figure("search_duration_seconds_bucket", { le, mode: "text" });
  assert.deepEqual([within("0.01"), within("2"), within("5")], [1, 1, 2]);
  assert.equal(figure("search_duration_seconds_sum", { mode: "text" }), 3);
});

Deno.test("Metrics report failures, a shutdown, and required work", async () => {
  await using server = await TestServer.start({ args: ["--proof-of-work=always"] });
  server.chat.drain();
  const { figure } = await metricsOf(server.http);
  assert.deepEqual([figure("draining"), figure("component_failing")], [1, 0]);
  assert.equal(figure("proof_of_work_difficulty"), 12);
  await assert.rejects(async () => (await metricsOf(server.http)).figure("redis_up"));
});

Deno.test("Metrics state when the certificate expires, where there is one", async () => {
  await using files = new CertificateFiles();
  await using server = await TestServer.start({ certificate: files });
  const text = await (await server.fetch("/metrics")).text();
  const ends = Date.parse(new X509Certificate(files.cert).validTo) / SECOND;
  assert.match(
    text,
    new RegExp(`^anonymous_chat_tls_certificate_expiry_timestamp_seconds ${ends}$`, "m"),
  );
});

Deno.test("Event loop metrics state the worst delay of the last half minute, without start-up", () => {
  const clock = new FakeClock();
  const loop = new EventLoop(clock);
  const beatAfter = (ms: number): number => {
    clock.advance(ms);
    loop.sample();
    return loop.lag;
  };
  assert.equal(beatAfter(10 * SECOND), 0);
  assert.equal(beatAfter(LAG_INTERVAL), 0);
  assert.equal(beatAfter(LAG_INTERVAL + 40), 40);
  assert.equal(beatAfter(LAG_INTERVAL + 7), 40);
  const beats = Math.ceil(LAG_WINDOW / LAG_INTERVAL);
  for (let beat = 0; beat < beats; beat++) assert.equal(beatAfter(LAG_INTERVAL), 40);
  for (let beat = 0; beat < beats; beat++) beatAfter(LAG_INTERVAL);
  assert.equal(loop.lag, 0);
});

Deno.test({
  name:
    "Metrics of a program with Redis are those of the table; dashboard and alerts name no other",
  ignore: !hasRedis,
  fn: async () => {
    await using redis = await Redis.start();
    await using program = await Program.start(`--redis-url=${redis.url}`);
    const { http } = program;
    await waitUntil(async () => (await metricsOf(http)).figure("redis_up") === 1);
    const { samples, figure } = await metricsOf(http);
    const here = METRICS.filter(({ needs }) => needs === undefined || needs === "cluster");
    assert.deepEqual(namesIn(samples), [...here, SEARCH_DURATION].map(({ name }) => name).sort());
    const names = [...METRICS, SEARCH_DURATION].map(({ name }) => name);
    assert.equal(figure("cluster_members"), 1);
    for (const file of ["grafana.json", "alerts.yml"]) {
      const text = await Deno.readTextFile(new URL(`../../../deploy/${file}`, import.meta.url));
      const named = new Set(text.match(/\b(anonymous_chat|process)_\w+/g));
      assert.ok(named.size > 5, file);
      for (const name of named) assert.ok(names.includes(name.replace(/_bucket$/, "")), name);
    }
  },
});

Deno.test("The dashboard can be imported anywhere: it asks for its data source, and its panels don't overlap", async () => {
  const file = new URL("../../../deploy/grafana.json", import.meta.url);
  const { panels, templating } = JSON.parse(await Deno.readTextFile(file));
  assert.deepEqual(templating.list.map(({ name }: { name: string }) => name), [
    "datasource",
    "job",
    "instance",
  ]);
  const taken = new Set<string>();
  const ids = new Set(panels.map(({ id }: { id: number }) => id));
  assert.equal(ids.size, panels.length);
  for (const { type, datasource, gridPos: { x, y, w, h } } of panels) {
    if (type !== "row") assert.equal(datasource.uid, "${datasource}");
    for (let cell = 0; cell < w * h; cell++) {
      const place = `${x + cell % w} ${y + Math.floor(cell / w)}`;
      assert.ok(x + w <= 24 && !taken.has(place), place);
      taken.add(place);
    }
  }
});

/** The values of all keys named `key` in a JSON value, at any depth. */
function valuesOf(key: string, json: unknown): unknown[] {
  if (typeof json !== "object" || json === null) return [];
  return Object.entries(json).flatMap(([name, value]) =>
    name === key ? [value] : valuesOf(key, value)
  );
}

Deno.test("Every query of the dashboard selects the program's jobs and nodes, and no other program", async () => {
  const file = new URL("../../../deploy/grafana.json", import.meta.url);
  const dashboard = JSON.parse(await Deno.readTextFile(file));
  const queries = valuesOf("expr", dashboard).map(String);
  assert.ok(queries.length > 30);
  for (const query of queries) {
    const selectors = [...query.matchAll(/\b(?:anonymous_chat|process)_\w+(\{[^}]*\})?/g)];
    assert.ok(selectors.length > 0, query);
    for (const [, labels] of selectors) {
      assert.equal(labels, '{job=~"$job",instance=~"$instance"}', query);
    }
  }
  // "All" must mean the values that this program reports. Any allValue would include other programs.
  for (const { name, type, definition, allValue } of dashboard.templating.list) {
    if (type !== "query") continue;
    assert.match(definition, /^label_values\(anonymous_chat_build_info\b/, name);
    assert.equal(allValue, undefined, name);
  }
});
