/** The access log of the real program, on a disk that fails, during a flood, and with files that nobody expects. */

import assert from "node:assert/strict";
import { join } from "node:path";
import { DAY, dayOf, SECOND } from "../../server/base/clock.ts";
import { QUOTA_BYTES } from "../../server/access_log/address_quota.ts";
import { formatRecord } from "../../server/access_log/line.ts";
import { BareClient } from "../support/bare_client.ts";
import { replaceByFile, TempFolder } from "../support/files.ts";
import { freePort } from "../support/free_port.ts";
import { listening, Program } from "../support/program.ts";
import { RawClient } from "../support/raw_client.ts";
import { Stopwatch } from "../support/stopwatch.ts";
import { waitUntil, within } from "../support/wait_until.ts";

function test(name: string, fn: () => Promise<void>): void {
  Deno.test({ name, ignore: Deno.build.os !== "linux", fn });
}

/** Asserts that the two can exchange messages. */
async function talk([a, b]: readonly [BareClient, BareClient]): Promise<void> {
  a.send(Uint8Array.of(1, 65));
  assert.deepEqual(await b.frame(), Uint8Array.of(1, 65));
}

async function failing(http: string): Promise<string[]> {
  return (await (await fetch(`${http}/healthz`)).json()).failing;
}

/** The number of lost lines of each kind: of the access log by reason, and of the log. */
async function lost(http: string): Promise<Record<string, number>> {
  const metrics = await (await fetch(`${http}/metrics`)).text();
  const found = metrics.matchAll(
    /^anonymous_chat_(?:access_log_lines_lost_total\{reason="(\w+)"\}|log_lines_lost_total) (\d+)$/gm,
  );
  return Object.fromEntries([...found].map(([, reason = "log", lines]) => [reason, Number(lines)]));
}

async function textsIn(folder: string): Promise<string> {
  const entries = await Array.fromAsync(Deno.readDir(folder));
  const texts = entries.map(({ name }) => Deno.readTextFile(join(folder, name)));
  return (await Promise.all(texts)).join("");
}

/** Today's file. A test that runs at midnight gets the wrong one. */
function today(folder: string): string {
  return join(folder, `access-${dayOf(new Date())}.log`);
}

const NOTICE = /^- - - \[.{26}\] "-" 000 - "-" "\d+ requests? not logged since \S+Z"$/m;

/** Replaces a file by a symbolic link in one step, so that the program can't create the file again in between. */
async function putLink(target: string, path: string): Promise<void> {
  await Deno.symlink(target, `${path}.link`);
  await Deno.rename(`${path}.link`, path);
}

/** How the folder of a running program breaks, and how it is repaired. */
const FAULTS: Record<
  string,
  { break(folder: string): Promise<void>; repair(folder: string): Promise<void> }
> = {
  "removed and replaced by a file": {
    break: replaceByFile,
    repair: (folder) => Deno.remove(folder),
  },
  "read-only": {
    async break(folder): Promise<void> {
      await replaceByFile(folder);
      await putLink("/sys", folder); // Nobody can create a file there, not even root.
    },
    repair: (folder) => Deno.remove(folder),
  },
  "on a full disk": {
    async break(folder): Promise<void> {
      await putLink("/dev/full", today(folder));
    },
    repair: (folder) => Deno.remove(today(folder)),
  },
};

test("Access log whose folder breaks at runtime is counted, reported and recovers, and harms no chat or page", async () => {
  await using program = await Program.start();
  const pair = await BareClient.pair(program.socketUrl);
  for (const [what, fault] of Object.entries(FAULTS)) {
    await waitUntil(() => Deno.stat(today(program.logFolder)).then(() => true, () => false));
    const { write: before = 0 } = await lost(program.http);
    await fault.break(program.logFolder);
    assert.equal(
      (await fetch(`${program.http}/privacy`).then((page) => page.text())).length > 0,
      true,
    );
    await waitUntil(async () => (await failing(program.http)).includes("access log"));
    assert.ok((await lost(program.http)).write! > before, what);
    await talk(pair);
    await talk(await BareClient.pair(program.socketUrl));
    await fault.repair(program.logFolder);
    await waitUntil(async () => !(await failing(program.http)).includes("access log"));
    await talk(pair);
  }
  assert.equal(await within(program.stop()), 0);
  assert.equal(program.log.match(/Access log can't be written/g)?.length, 3);
  assert.match(await textsIn(program.logFolder), NOTICE);
});

/**
 * A limit of 0 on the size of files stands for a full disk: every write to a file fails, and the limit can be raised
 * from outside. The program ignores the signal that comes with it, like the shell that starts it.
 */
async function setFileSize(pid: number, size: "0" | "unlimited"): Promise<void> {
  const args = [`--pid=${pid}`, `--fsize=${size}:`];
  const { success } = await new Deno.Command("prlimit", { args }).output();
  assert.ok(success, "prlimit failed");
}

test("Program whose disk is full loses log lines only: chats continue, and both logs say later what they lack", async () => {
  await using folder = new TempFolder();
  const port = freePort();
  const logFile = join(folder.path, "log.txt");
  const script = `trap "" XFSZ; exec 2>>"$0"; exec "$@"`;
  const under = ["sh", "-c", script, logFile];
  await using program = Program.launch({ under, args: [`--port=${port}`], isUnread: true });
  const http = `http://127.0.0.1:${port}`;
  await listening(port);
  const pair = await BareClient.pair(`ws://127.0.0.1:${port}/ws`);
  await setFileSize(program.pid, "0");
  await fetch(`${http}/privacy`);
  await waitUntil(async () => (await failing(http)).includes("log")); // A line about the access log was due.
  const { write = 0, log = 0 } = await lost(http);
  assert.ok(write > 0 && log > 0 && log < 10, `${write} and ${log} lines`);
  await talk(pair);
  await talk(await BareClient.pair(`ws://127.0.0.1:${port}/ws`));
  await setFileSize(program.pid, "unlimited");
  const notice = /Log lines could not be written\.".*"lines":\d/;
  await waitUntil(async () => notice.test(await Deno.readTextFile(logFile)));
  await waitUntil(async () => {
    const parts = await failing(http);
    return !parts.includes("log") && !parts.includes("access log");
  });
  assert.equal(await within(program.stop()), 0);
  assert.match(await textsIn(program.logFolder), NOTICE);
});

test("Client that requests pages in a loop fills its quota of the access log and no more", async () => {
  await using program = await Program.start();
  const wanted = Math.ceil(2 * QUOTA_BYTES / LONGEST_LINE);
  for (let sent = 0; sent < wanted; sent++) await requestLongestLine(program.port);
  await waitUntil(async () => (await lost(program.http)).address! > wanted / 4);
  const other = await BareClient.enter(program.socketUrl, { localAddress: "127.0.0.2" });
  other.leave();
  assert.deepEqual(await failing(program.http), []);
  assert.equal(await within(program.stop()), 0);
  const text = await textsIn(program.logFolder);
  assert.ok(text.length < QUOTA_BYTES + 1000, `${text.length} bytes`);
  assert.match(text, NOTICE);
  assert.match(text, /^127\.0\.0\.2 /m);
});

/** An estimate of the length of the line below: most of its characters are escaped. */
const LONGEST_LINE = 5000;

async function requestLongestLine(port: number): Promise<void> {
  const [target, agent] = ['"'.repeat(2000), '"'.repeat(500)];
  const head = `GET /${target} HTTP/1.1\r\nHost: localhost\r\nUser-Agent: ${agent}\r\n`;
  using client = await RawClient.connect(port);
  await client.write(new TextEncoder().encode(`${head}Connection: close\r\n\r\n`));
  await client.readToEnd();
}

/** Writes a file of lines of the first day that may have lines, which a sweep must read. Returns its size. */
async function putOldLines(folder: string, count: number): Promise<number> {
  const at = new Date(Date.now() - 29 * DAY);
  const visit = { address: undefined, method: "GET", target: "/", version: "1.1", status: 200 };
  const day = new Date(at.getTime() - DAY);
  const text = [at, day].map((date) => formatRecord({ ...visit, bytes: 1, userAgent: "x" }, date));
  await Deno.mkdir(folder, { recursive: true });
  const lines = text.join("").repeat(count);
  await Deno.writeTextFile(join(folder, `access-${dayOf(day)}.log`), lines);
  return lines.length;
}

test("Program listens before it has swept a large log, names copies of it, and stops in order during the sweep", async () => {
  await using folder = new TempFolder();
  const logs = join(folder.path, "logs");
  await putOldLines(logs, 150_000);
  const copy = "access-2026-01-01.log.1.gz";
  await Deno.writeTextFile(join(logs, copy), "");
  await using program = await Program.startWith({ folder: folder.path });
  const { accessLogOldestDay, accessLogCopies } =
    await (await fetch(`${program.http}/api/transparency`)).json();
  const page = await (await fetch(`${program.http}/transparency`)).text();
  assert.deepEqual([accessLogOldestDay !== null, accessLogCopies], [true, 1]);
  assert.match(page, /Other copies of the log/);
  assert.match(program.log, /copies of the access log.*access-2026-01-01\.log\.1\.gz/s);
  const watch = new Stopwatch([program.pid]);
  assert.equal(await within(program.stop()), 0);
  assert.ok(watch.ms < 10 * SECOND, `${watch.ms} ms`);
  const names = (await Array.fromAsync(Deno.readDir(logs))).map(({ name }) => name);
  assert.deepEqual(names.filter((name) => name.endsWith(".new")), []);
});
