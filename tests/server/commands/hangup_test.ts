/** SIGHUP: it reloads files, and where the terminal is gone it stops the program in order. */

import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import {
  hangUp,
  HANGUP_CHECK,
  HANGUP_TIME,
  StartTerminal,
} from "../../../server/commands/signals.ts";
import { FLAGS } from "../../../tools/compile.ts";
import { BareClient } from "../../support/bare_client.ts";
import { FakeClock } from "../../support/fake_clock.ts";
import { TempFolder } from "../../support/files.ts";
import { BINARY, Program } from "../../support/program.ts";
import { Stopwatch } from "../../support/stopwatch.ts";
import { hasTerminal, Terminal } from "../../support/terminal.ts";
import { waitUntil } from "../../support/wait_until.ts";

/** Runs a hangup, and records what it leads to. */
class World {
  readonly clock = new FakeClock();
  readonly done: string[] = [];
  readonly terminal = { isGone: false };

  async hangUp(): Promise<this> {
    const note = (what: string) => (): Promise<void> => Promise.resolve(void this.done.push(what));
    const actions = { reload: note("reload"), stop: note("stop") };
    await hangUp(this.terminal, actions, this.clock);
    return this;
  }
}

Deno.test("Hangup reloads while there is a terminal, or never was one, and stops when the terminal is gone", async () => {
  assert.deepEqual((await new World().hangUp()).done, ["reload"]);
  const world = new World();
  world.terminal.isGone = true;
  assert.deepEqual((await world.hangUp()).done, ["stop"]);
});

Deno.test("Hangup stops if the terminal is closed soon after it, as when a shell ends, and not later", async () => {
  const soon = await new World().hangUp();
  soon.clock.advance(HANGUP_TIME - HANGUP_CHECK);
  soon.terminal.isGone = true;
  soon.clock.advance(HANGUP_TIME);
  assert.deepEqual(soon.done, ["reload", "stop"]);
  const late = await new World().hangUp();
  late.clock.advance(HANGUP_TIME);
  late.terminal.isGone = true;
  late.clock.advance(HANGUP_TIME);
  assert.deepEqual(late.done, ["reload"]);
});

Deno.test("Terminal is gone when a stream that was one no longer is; pipes never were", () => {
  const streams = [{ isTerminal: () => true }, { isTerminal: () => false }];
  const terminal = new StartTerminal(streams);
  assert.equal(terminal.isGone, false);
  streams[0]!.isTerminal = () => false;
  assert.equal(terminal.isGone, true);
  assert.equal(new StartTerminal(streams).isGone, false);
});

const RELOADED = "have been read again";

Deno.test("Program without a terminal reads its files again on SIGHUP, and its chats continue", async () => {
  await using folder = new TempFolder();
  const [deny, announcement, rules] = ["deny", "announcement", "rules"]
    .map((name) => join(folder.path, name));
  await Deno.writeTextFile(deny!, "# nobody\n");
  await Deno.writeTextFile(announcement!, "We move\non <Sunday>.\n");
  await Deno.writeTextFile(rules!, "Be kind.\n");
  await using program = await Program.startWith({
    under: ["setsid"],
    args: [`--deny-file=${deny}`, `--announcement-file=${announcement}`, `--rules-file=${rules}`],
  });
  const home = async (): Promise<string> => await (await fetch(program.http)).text();
  assert.match(await home(), /<p>We move on &lt;Sunday>\.<\/p>/);
  const [ann, bob] = await BareClient.pair(program.socketUrl);
  const bad = await BareClient.enter(program.socketUrl, { localAddress: "127.0.0.9" });
  await Deno.writeTextFile(deny!, "127.0.0.9\n");
  await Deno.writeTextFile(announcement!, "");
  await Deno.writeTextFile(rules!, "- Be <kinder>.\n");
  Deno.kill(program.pid, "SIGHUP");
  assert.equal((await bad.closed).code, 4003);
  await waitUntil(() => program.log.includes(RELOADED));
  assert.doesNotMatch(await home(), /class="announcements"[^>]*><p>We/);
  assert.match(await (await fetch(`${program.http}/rules`)).text(), /<li>Be &lt;kinder>\.<\/li>/);
  ann.send(Uint8Array.of(1, 65));
  assert.deepEqual(await bob.frame(), Uint8Array.of(1, 65));
  await Deno.writeTextFile(announcement!, "x".repeat(501));
  await Deno.writeTextFile(deny!, "127.0.0.9\nsecret\n");
  await Deno.writeTextFile(rules!, "");
  for (let signal = 0; signal < 2; signal++) {
    const { length } = program.log;
    Deno.kill(program.pid, "SIGHUP");
    await waitUntil(() => program.log.slice(length).includes(RELOADED));
    assert.match(
      program.log.slice(length),
      /"failing":\["announcement","deny file","rules file"\]/,
    );
  }
  assert.equal(program.log.match(/Cannot use the changed deny file/g)?.length, 1);
  assert.doesNotMatch(program.log, /secret|127\.0\.0\.9|xxx/);
  assert.equal(await program.stop("SIGTERM"), 0);
});

Deno.test("Program applies a changed deny file within 20 s without a signal", async () => {
  await using folder = new TempFolder();
  const deny = join(folder.path, "deny");
  await Deno.writeTextFile(deny, "");
  await using program = await Program.start(`--deny-file=${deny}`);
  const bad = await BareClient.enter(program.socketUrl);
  await Deno.writeTextFile(deny, "127.0.0.0/8");
  const watch = new Stopwatch([program.pid]);
  assert.equal((await bad.closed).code, 4003);
  assert.ok(watch.ms < 20_000, `${watch.ms} ms`);
});

/** The program's command line, for a shell. */
function commandLine(folder: string): string {
  const root = fileURLToPath(new URL("../../../", import.meta.url));
  const options = `--host=127.0.0.1 --port=0 --data-dir=${folder}/data --log-dir=${folder}/logs`;
  return `${Deno.execPath()} run --config ${root}deno.json ${
    FLAGS.join(" ")
  } ${root}main.ts ${options}`;
}

const PORT = /Listening on http:\/\/localhost:(\d+)\//;

const ignore = BINARY !== undefined || !await hasTerminal();

Deno.test({
  name:
    "Program reloads on SIGHUP while its terminal is there, and stops in order when the terminal is closed",
  ignore,
  fn: async () => {
    await using folder = new TempFolder();
    const command = `echo PID=$$; exec ${commandLine(folder.path)}`;
    await using terminal = new Terminal(command, { cwd: folder.path });
    await waitUntil(() => PORT.test(terminal.shown), 120);
    const port = PORT.exec(terminal.shown)![1];
    const pair = await BareClient.pair(`ws://127.0.0.1:${port}/ws`);
    Deno.kill(Number(/PID=(\d+)/.exec(terminal.shown)![1]), "SIGHUP");
    await waitUntil(() => terminal.shown.includes(RELOADED));
    pair[0].send(Uint8Array.of(1, 65));
    assert.deepEqual(await pair[1].frame(), Uint8Array.of(1, 65));
    terminal.close();
    await Promise.all(pair.map((client) => client.next("draining")));
    for (const client of pair) assert.equal((await client.closed).code, 1001);
    await waitUntil(() => fetch(`http://127.0.0.1:${port}/healthz`).then(() => false, () => true));
  },
});

Deno.test({
  name: "Program that nohup has detached from its terminal outlives it",
  ignore,
  fn: async () => {
    await using folder = new TempFolder();
    const log = join(folder.path, "log");
    Deno.writeTextFileSync(log, ""); // The shell may name the process before it opens the file.
    const command = `nohup ${
      commandLine(folder.path)
    } 2>>${log} >/dev/null </dev/null & echo PID=$!; wait`;
    const terminal = new Terminal(command, { cwd: folder.path });
    const logged = (): string => Deno.readTextFileSync(log);
    await waitUntil(() => terminal.shown.includes("PID=") && PORT.test(logged()), 120);
    const pid = Number(/PID=(\d+)/.exec(terminal.shown)![1]);
    try {
      const pair = await BareClient.pair(`ws://127.0.0.1:${PORT.exec(logged())![1]}/ws`);
      terminal.close();
      await terminal.ended;
      Deno.kill(pid, "SIGHUP"); // A shell passes the hangup on, and this one may not have.
      await waitUntil(() => logged().includes(RELOADED));
      pair[0].send(Uint8Array.of(1, 65));
      assert.deepEqual(await pair[1].frame(), Uint8Array.of(1, 65));
      for (const client of pair) client.vanish();
    } finally {
      Deno.kill(pid, "SIGKILL");
      await terminal[Symbol.asyncDispose]();
    }
  },
});
