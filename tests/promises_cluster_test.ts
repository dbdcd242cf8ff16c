/**
 * The promises of the privacy policy that several nodes must keep together: real programs, real browsers, and a real
 * Redis that shows every command it executes (MONITOR). Secrets are searched for in every form.
 */

import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { SECOND } from "../server/base/clock.ts";
import { BareClient, type ComingFrom } from "./support/bare_client.ts";
import { bye } from "./support/cluster.ts";
import { launch } from "./e2e/browser.ts";
import { Visitor } from "./e2e/visitor.ts";
import { Program } from "./support/program.ts";
import { isRedisThere, Redis } from "./support/redis.ts";
import { waitUntil } from "./support/wait_until.ts";

const ADDRESS = "203.0.113.77";
const MARKER = `marker-${crypto.randomUUID().slice(0, 8)}`;
const RETENTION = 10 * SECOND;
const ignore = !await isRedisThere();

/** What `pexpiretime` returns for a key without an expiry. */
const FOR_EVER = -1;

const FROM_THERE: ComingFrom = { headers: { "x-forwarded-for": ADDRESS } };

/** Two nodes that know each other. */
async function machines(redis: Redis): Promise<[Program, Program]> {
  const args = [
    `--redis-url=${redis.url}`,
    "--trust-proxy=1",
    `--ip-retention-seconds=${RETENTION / SECOND}`,
  ];
  const programs = await Promise.all([1, 2].map(() => Program.start(...args)));
  await waitUntil(async () => (await redis.ask("hlen", "anonymous-chat:online"))[0] === "2");
  await waitUntil(async () => {
    const answers = await Promise.all(programs.map(({ http }) => fetch(`${http}/healthz`)));
    const texts = await Promise.all(answers.map((answer) => answer.text()));
    return texts.every((text) => text.includes('"ok"'));
  });
  return programs as [Program, Program];
}

/** Number of addresses connected to this node. */
async function connectedTo({ http }: Program): Promise<number> {
  return (await (await fetch(`${http}/api/transparency`)).json()).addressesConnected;
}

/** The time by Redis's clock, in milliseconds. Only this clock expires keys, however busy this computer is. */
async function timeOf(redis: Redis): Promise<number> {
  const [seconds, microseconds] = (await redis.ask("time")).map(Number);
  return seconds! * SECOND + microseconds! / 1000;
}

/** When Redis will delete a key, by the same clock. Negative if the key is already gone. */
async function endOf(redis: Redis, key: string): Promise<number> {
  const end = Number((await redis.ask("pexpiretime", key))[0]);
  assert.notEqual(end, FOR_EVER, `${key} never ends`);
  return end;
}

/** The forms in which `text` could have been written, as MONITOR would show them. */
function formsOf(text: string): string[] {
  const bytes = Buffer.from(text);
  const forms = [text, bytes.toString("hex"), text.replaceAll('"', '\\"')];
  for (let skipped = 0; skipped < 3; skipped++) {
    const cut = bytes.subarray(skipped);
    forms.push(cut.subarray(0, cut.length - cut.length % 3).toString("base64"));
  }
  return forms;
}

function assertSilent(heard: string, ...secrets: string[]): void {
  for (const secret of secrets) {
    for (const form of formsOf(secret)) assert.ok(!heard.includes(form), `Redis heard ${form}`);
  }
}

Deno.test({
  name: "P1: nodes share only a keyed hash of an address, which is deleted with it",
  ignore,
  fn: async () => {
    await using redis = await Redis.start();
    const monitor = await redis.monitor();
    const [a, b] = await machines(redis);
    await using _a = a;
    await using _b = b;
    const ann = await BareClient.enter(a.socketUrl, FROM_THERE);
    const bob = await BareClient.enter(b.socketUrl, FROM_THERE);
    ann.tell({ type: "find", mode: "text", interests: [MARKER] });
    await ann.next("waiting");
    bob.tell({ type: "find", mode: "text", interests: [MARKER] });
    await Promise.all([ann.next("paired"), bob.next("paired")]);
    ann.tell({ type: "report", reason: "spam" });
    await ann.next("reported");
    bob.vanish();
    await ann.next("partner-away");
    const back = await BareClient.enter(a.socketUrl, FROM_THERE);
    back.tell({ type: "resume", token: bob.token });
    assert.equal((await back.next("resumed")).chatting, true);
    const named = (): Promise<string[]> => redis.ask("keys", "anonymous-chat:address:*");
    assert.equal((await named()).length, 1, "there is something to look at, and it is one address");
    await bye(ann, back);
    for (const machine of [a, b]) await waitUntil(async () => await connectedTo(machine) === 0);
    const latest = await timeOf(redis) + RETENTION;
    await waitUntil(async () => {
      const names = await named();
      for (const name of names) assert.ok(await endOf(redis, name) <= latest, "it is kept longer");
      return names.length === 0;
    }, 2 * RETENTION / SECOND);
    assert.match(monitor(), /anonymous-chat:address:/);
    assertSilent(monitor(), ADDRESS, MARKER, bob.token, back.token);
    assert.ok(!monitor().includes("\\xcb\\x00qM"), "Redis heard the address as bytes");
  },
});

Deno.test({
  name: "P6: no message content passes between nodes unencrypted",
  ignore,
  fn: async () => {
    await using redis = await Redis.start();
    const monitor = await redis.monitor();
    const [a, b] = await machines(redis);
    await using _a = a;
    await using _b = b;
    const browser = await launch();
    try {
      await using ann = await Visitor.open(browser, a.http);
      await using bob = await Visitor.open(browser, b.http);
      for (const one of [ann, bob]) await one.search();
      for (const one of [ann, bob]) await one.meets();
      await ann.say(`${MARKER} from ann`);
      await bob.hears(MARKER);
      await bob.say(`${MARKER} from bob`);
      await ann.hears(`${MARKER} from bob`);
      await ann.leave();
    } finally {
      await browser.close();
    }
    assert.match(monitor(), /"publish"/i, "it was passed on by Redis");
    assertSilent(monitor(), MARKER);
    const kept = await redis.ask("keys", "*");
    assert.ok(kept.every((key) => !key.includes("message") && !key.includes("frame")));
  },
});
