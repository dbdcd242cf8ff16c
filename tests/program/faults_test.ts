/** Faults around the program, during which chats must continue. */

import assert from "node:assert/strict";
import { join } from "node:path";
import { DAY, HOUR, MINUTE, SECOND } from "../../server/base/clock.ts";
import { BareClient } from "../support/bare_client.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { replaceByFile, TempFolder } from "../support/files.ts";
import { freePort } from "../support/free_port.ts";
import { BINARY, listening, Program, run, withDefaults } from "../support/program.ts";
import { RawClient } from "../support/raw_client.ts";
import { TestServer } from "../support/server.ts";
import { Stopwatch } from "../support/stopwatch.ts";
import { waitUntil, within } from "../support/wait_until.ts";

const CHATS = 500;

/** Asserts that the two can exchange messages. */
async function talk([a, b]: readonly [BareClient, BareClient]): Promise<void> {
  a.send(Uint8Array.of(1, 65));
  assert.deepEqual(await b.frame(), Uint8Array.of(1, 65));
}

/** Pairs of clients from different addresses. */
async function pairs(url: string, count: number): Promise<[BareClient, BareClient][]> {
  const made: [BareClient, BareClient][] = [];
  while (made.length < count) {
    const batch = Array.from({ length: 50 }, (_, n) => {
      const headers = { "x-forwarded-for": `203.0.113.${(made.length + n) % 250}` };
      return BareClient.pair(url, { headers });
    });
    made.push(...await Promise.all(batch));
  }
  return made;
}

Deno.test("Program that is stopped during 500 chats notifies everybody within 5 s, closes them, and exits with code 0 within 10 s", async () => {
  await using program = await Program.start("--trust-proxy=1", "--proof-of-work=off");
  const all = (await pairs(program.socketUrl, CHATS)).flat();
  using stalled = await RawClient.open(program.port);
  await stalled.writeLines(""); // It never answers the closing handshake.
  const watch = new Stopwatch([program.pid]);
  const told = Promise.all(all.map((client) => client.next("draining")));
  const ended = program.stop("SIGTERM");
  await told; // Fails if a client is closed before it is told.
  const tellingTook = watch.ms;
  const closed = await Promise.all(all.map((client) => client.closed));
  assert.equal(await ended, 0);
  const took = watch.ms;
  assert.deepEqual([...new Set(closed.map(({ code }) => code))], [1001]);
  assert.ok(tellingTook < 5 * SECOND && took < 10 * SECOND, `${tellingTook} ms, ${took} ms`);
});

Deno.test("Program that is about to stop still relays messages, and admits nobody", async () => {
  await using program = await Program.start();
  const pair = await BareClient.pair(program.socketUrl);
  const ended = program.stop("SIGTERM");
  await pair[0].next("draining");
  const { socket } = new BareClient(program.socketUrl);
  const refused = new Promise((resolve, reject) => {
    socket.on("unexpected-response", (_, { statusCode }) => resolve(statusCode));
    socket.on("error", reject);
  });
  const health = fetch(`${program.http}/healthz`).then((response) => response.json());
  await talk(pair);
  assert.deepEqual(await health, { status: "draining", failing: [] });
  assert.equal(await refused, 503);
  assert.equal(await ended, 0);
});

Deno.test("Program whose folders are removed continues, and says so once", async () => {
  await using program = await Program.start();
  const pair = await BareClient.pair(program.socketUrl);
  for (const folder of [program.dataFolder, program.logFolder]) {
    await replaceByFile(folder);
  }
  await fetch(`${program.http}/privacy`);
  await waitUntil(() => program.log.includes("Access log can't be written"));
  await fetch(`${program.http}/privacy`);
  await talk(pair);
  const { status, failing } = await (await fetch(`${program.http}/healthz`)).json();
  assert.deepEqual([status, failing[0]], ["degraded", "access log"]);
  assert.equal(program.log.match(/Access log can't be written/g)?.length, 1);
});

Deno.test("Program names an unusable folder in one line, and exits with code 1", async () => {
  await using temporary = new TempFolder();
  const folder = temporary.path;
  const file = join(folder, "file");
  await Deno.writeTextFile(file, "");
  for (const option of ["data-dir", "log-dir"]) {
    const folders = [`--data-dir=${folder}/data`, `--log-dir=${folder}/logs`];
    const args = withDefaults([`--${option}=${file}/x`, "--port=0"], folders);
    assert.deepEqual(await run(args), {
      code: 1,
      stdout: "",
      stderr: `Cannot use the directory ${file}/x: ENOTDIR.\n`,
    });
  }
});

Deno.test("System clock that jumps disconnects nobody and keeps no address longer", async () => {
  const clock = new FakeClock();
  await using server = await TestServer.start({ clock });
  const pair = await BareClient.pair(server.socketUrl);
  const gone = await BareClient.enter(server.socketUrl, { localAddress: "127.0.0.2" });
  gone.leave();
  const { registry, sessions } = server.chat;
  await waitUntil(() => registry.connected === 1);
  for (const leap of [HOUR, -HOUR, 30 * DAY, -30 * DAY]) {
    clock.jump(leap);
    clock.advance(MINUTE);
    await talk(pair);
  }
  clock.advance(HOUR);
  assert.deepEqual([sessions.online, registry.held, registry.connected], [2, 1, 1]);
});

Deno.test("Program with few file descriptors accepts fewer people, refuses others with 503, and recovers", async () => {
  const under = ["sh", "-c", 'ulimit -n 256 && exec "$@"', "sh"];
  const args = ["--trust-proxy=1", "--access-log=off"];
  await using program = await Program.startWith({ under, args });
  assert.match(program.log, /File descriptor limit too low: --max-connections reduced to \d+\./);
  const clients: BareClient[] = [];
  let status: unknown;
  while (status === undefined) {
    assert.ok(clients.length < 256, "there is no end to it");
    const headers = { "x-forwarded-for": `203.0.113.${clients.length}` };
    const client = new BareClient(program.socketUrl, { headers });
    clients.push(client);
    const refused = new Promise<number | undefined>((resolve) =>
      client.socket.on("unexpected-response", (_, { statusCode }) => resolve(statusCode))
    );
    status = await Promise.race([refused, client.next("welcome").then(() => undefined)]);
  }
  assert.equal(status, 503);
  assert.ok(clients.length > 100, `only ${clients.length} are let in`);
  for (const client of clients.splice(0)) client.vanish();
  await waitUntil(async () => {
    const { addressesConnected } = await (await fetch(`${program.http}/api/transparency`)).json();
    return addressesConnected === 0;
  });
  await talk(await BareClient.pair(program.socketUrl));
});

/** The number of log lines that a program at `port` has lost, and the subsystems that it reports as failing. */
async function logState(port: number): Promise<{ lost: number; failing: string[] }> {
  const metrics = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  const { failing } = await (await fetch(`http://127.0.0.1:${port}/healthz`)).json();
  return {
    lost: Number(/^anonymous_chat_log_lines_lost_total (\d+)$/m.exec(metrics)?.[1]),
    failing,
  };
}

Deno.test("Program whose log reader has exited counts lost lines, keeps chats, and stops in order", async () => {
  await using program = await Program.start();
  const pair = await BareClient.pair(program.socketUrl);
  await program.closeLog();
  await replaceByFile(program.logFolder); // The access log fails, which causes a log line.
  await fetch(`${program.http}/privacy`);
  await waitUntil(async () => (await logState(program.port)).lost > 0);
  assert.deepEqual((await logState(program.port)).failing, ["access log", "log"]);
  for (let visit = 0; visit < 20; visit++) await fetch(`${program.http}/privacy`);
  await talk(pair);
  assert.equal(
    (await logState(program.port)).lost,
    1,
    "one line was due, and nothing about its loss",
  );
  assert.equal(await within(program.stop()), 0);
});

Deno.test({
  name: "Program with unhandled errors and a closed log counts one lost line for each error",
  ignore: BINARY !== undefined, // It needs another entry point.
  fn: async () => {
    await using program = await Program.startWith({ entry: "tests/support/failing_program.ts" });
    const pair = await BareClient.pair(program.socketUrl);
    await waitUntil(() => program.log.includes("Unhandled error."));
    await program.closeLog();
    await waitUntil(async () => (await logState(program.port)).lost > 0);
    const [{ lost: before }, start] = [await logState(program.port), performance.now()];
    await waitUntil(async () => (await logState(program.port)).lost > before + 10);
    const { lost } = await logState(program.port);
    const intervals = (performance.now() - start) / 100;
    assert.ok(
      lost - before < 3 * (intervals + 2),
      `${lost - before} lines in ${intervals} intervals`,
    );
    await talk(pair);
    assert.equal(await within(program.stop()), 0);
  },
});

/** Starts the program with an unread standard error, and waits until it listens. */
async function startUnread(script: string): Promise<[Program, number]> {
  const port = freePort();
  const under = ["sh", "-c", `${script}; exec "$@"`, "sh"];
  const program = Program.launch({ under, args: [`--port=${port}`], isUnread: true });
  await listening(port);
  return [program, port];
}

Deno.test("Program whose log is on a full disk from the start admits people and counts lost lines", async () => {
  const [program, port] = await startUnread("exec 2>/dev/full");
  await using _ = program;
  await talk(await BareClient.pair(`ws://127.0.0.1:${port}/ws`));
  const { lost, failing } = await logState(port);
  assert.deepEqual([lost > 0 && lost < 10, failing], [true, ["log"]]);
  assert.equal(await within(program.stop()), 0);
});

Deno.test("Program whose log pipe is full and never read admits people, and stops in order", async () => {
  const [program, port] = await startUnread("head -c 65536 /dev/zero >&2");
  await using _ = program;
  await talk(await BareClient.pair(`ws://127.0.0.1:${port}/ws`));
  await waitUntil(async () => (await logState(port)).failing.includes("log"));
  assert.equal(await within(program.stop()), 0);
});

Deno.test("Program that can't start exits with its exit code, even where nobody can read the reason", async () => {
  await using holder = await Program.start();
  const [script, args] = ["head -c 65536 /dev/zero >&2", [`--port=${holder.port}`]];
  const under = ["sh", "-c", `${script}; exec "$@"`, "sh"];
  for (const [wrong, code] of [[args, 1], [["--port=many"], 2]] as const) {
    await using program = Program.launch({ under, args: wrong, isUnread: true });
    assert.equal(await within(program.ended), code);
  }
});
