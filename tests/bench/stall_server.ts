/**
 * Measures stalls in the program: a server with thousands of connections, to which each event happens once. Prints one
 * line of JSON: the milliseconds by event. It runs the interval tasks itself, so that none happens during another event.
 *
 *   deno run --allow-all tests/bench/stall_server.ts PEOPLE
 */

import { join } from "node:path";
import { RESUME_WINDOW } from "../../protocol.ts";
import { App, INTERVALS } from "../../server/app.ts";
import type { Clock } from "../../server/base/clock.ts";
import { openLog } from "../../server/base/log.ts";
import { LogOutput } from "../../server/base/log_output.ts";
import { MAX_IDLE } from "../../server/chat/session_registry.ts";
import { openOperatorFiles } from "../../server/commands/resources.ts";
import { listenNode } from "../../server/listener/node_listener.ts";
import { EXACT_WINDOW } from "../../server/matching/policy.ts";
import { waitUntil } from "../support/wait_until.ts";
import { appOptions, serverConfig } from "./app_options.ts";
import { pinnedTo } from "./cpu_pinning.ts";
import { stallOf } from "./stall_meter.ts";

/** The time limit for connecting everyone, in seconds. */
const OPEN_TIME = 120;

/** The system clock, but a measurement can set it forward, and no interval task runs by itself. */
class BenchClock implements Clock {
  readonly tasks: (() => void)[] = [];
  #skipped = 0;

  now(): number {
    return performance.now() + this.#skipped;
  }

  date(): Date {
    return new Date(Date.now() + this.#skipped);
  }

  every(_ms: number, task: () => void): () => void {
    this.tasks.push(task);
    return () => {};
  }

  skip(ms: number): void {
    this.#skipped += ms;
  }
}

const [people = 10_000] = Deno.args.map(Number);
const maxConnections = people + 100;
const folder = await Deno.makeTempDir();
const denyFile = join(folder, "deny");
await Deno.writeTextFile(denyFile, "");
const clock = new BenchClock();
const logOutput = new LogOutput(Deno.stderr, clock, () => "");
const log = await openLog(logOutput, false);
const config = serverConfig([
  ...["--trust-proxy=1", "--proof-of-work=off", "--access-log=off"],
  ...[`--max-connections=${maxConnections}`, `--data-dir=${folder}`, `--deny-file=${denyFile}`],
], () => undefined);
const app = new App({
  ...appOptions({ config, clock, log, logOutput }),
  ...await openOperatorFiles(config, log),
});
const { sessions, matchmaker, requestHandler: handler } = app;
const listener = await listenNode({
  ...{ host: "127.0.0.1", port: 0, maxConnections, clock, handler, log },
});
await app.start({
  heartbeat: () => {}, // It is measured by itself: a second one would cut those who haven't answered yet.
  reloadCertificate: () => listener.reloadCertificate(),
  sockets: () => listener.sockets(),
});

const script = new URL("stall_crowd.ts", import.meta.url).pathname;
const [program = "", ...pinned] = await pinnedTo("generator");
const deno = [Deno.execPath(), "run", "--no-check", "--allow-all"];
const crowd = new Deno.Command(program, {
  args: [...pinned, ...deno, script, `${listener.port}`, `${people}`],
  stdin: "piped",
}).spawn();
const orders = crowd.stdin.getWriter();
const stalls: Record<string, number> = {};
/** When `isPaired` last ran the interval task. */
let openedAt = clock.now();

await measureAll();
crowd.kill("SIGKILL");
await crowd.status;
await Deno.remove(folder, { recursive: true });
Deno.stdout.writeSync(new TextEncoder().encode(`${JSON.stringify(stalls)}\n`));
Deno.exit();

async function measureAll(): Promise<void> {
  await open();
  await measureTasks();
  await measureFiles();
  await measureSearches();
  await measureEnds();
}

/** Every interval task, while everyone is connected and nothing has happened. */
async function measureTasks(): Promise<void> {
  await measure("heartbeat of everyone", () => listener.heartbeat());
  await measure("online count to everyone", () => sessions.broadcastOnline());
  let longest = 0;
  for (const task of clock.tasks) longest = Math.max(longest, await stallOf(task));
  stalls["any other interval task"] = longest;
}

async function measureFiles(): Promise<void> {
  await measure("deny file changes", async () => {
    await Deno.writeTextFile(denyFile, "192.0.2.0/24\n");
    await app.reload();
  });
  await measure("statistics page", () => get("/statistics"));
}

async function measureSearches(): Promise<void> {
  const interests = '["a#","b#","c#","d#","e#"]';
  await measure("everyone searches with interests", () => find(interests), isSearching);
  clock.skip(EXACT_WINDOW);
  await measure("all windows end", () => matchmaker.widen(), isPaired);
  await measure("everyone leaves", () => tell('{"type":"leave"}'), () => count("idle") === people);
  await measure("interests are pruned", () => matchmaker.prune());
  await measure("everyone searches", () => find("[]"), isPaired);
  await measure("metrics", () => get("/metrics"));
}

async function measureEnds(): Promise<void> {
  await measure("all connections break", () => tell("drop"), () => sessions.connected === 0);
  clock.skip(RESUME_WINDOW);
  await measure("no one resumed", () => sessions.sweep(), () => sessions.disconnected === 0);
  await open();
  clock.skip(MAX_IDLE);
  await measure("everyone was idle", () => sessions.closeIdle(), () => sessions.connected === 0);
  await tell("drop");
  await open();
  await find("[]");
  await waitUntil(isPaired, OPEN_TIME);
  await measure("the server drains", () => app.drain());
  await measure("the server ends all chats", () => app.dismiss());
}

async function measure(name: string, event: () => unknown, isOver?: () => boolean): Promise<void> {
  stalls[name] = await stallOf(event, isOver);
}

async function tell(order: string): Promise<void> {
  await orders.write(new TextEncoder().encode(`${order}\n`));
}

async function open(): Promise<void> {
  await tell("open");
  await waitUntil(() => sessions.connected === people, OPEN_TIME);
}

async function find(interests: string): Promise<void> {
  await tell(`{"type":"find","mode":"text","interests":${interests}}`);
}

/** A request from this machine, for which the metrics need no token. */
async function get(target: string): Promise<void> {
  const request = { method: "GET", target, version: "1.1", remote: "127.0.0.1" };
  const header = (name: string): string | undefined => name === "host" ? "localhost" : undefined;
  const { status } = await handler.answer({ ...request, header });
  if (status !== 200) throw new Error(`Cannot measure ${target}: the answer has status ${status}`);
}

function isSearching(): boolean {
  return matchmaker.searching === people;
}

/** An interval task offers unsettled searches again, and runs here. */
function isPaired(): boolean {
  if (clock.now() - openedAt >= INTERVALS.widen) {
    matchmaker.widen();
    openedAt = clock.now();
  }
  return matchmaker.searching === 0 && count("chatting") === people;
}

function count(state: string): number {
  let found = 0;
  for (const session of sessions.sessions) if (session.state === state) found++;
  return found;
}
