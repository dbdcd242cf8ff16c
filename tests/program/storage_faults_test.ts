/** Faults of the storage of statistics, in the real program: it serves, reports the fault, and recovers from it. */

import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { SECOND } from "../../server/base/clock.ts";
import { STATISTICS_FILE } from "../../server/statistics/sqlite_store.ts";
import { FLUSH_INTERVAL } from "../../server/statistics/statistics.ts";
import { BareClient } from "../support/bare_client.ts";
import { TempFolder } from "../support/files.ts";
import { isInstalled, succeeds } from "../support/installed.ts";
import { Program, type ProgramOptions } from "../support/program.ts";
import { repeats, seeded } from "../support/repeats.ts";
import { seededRandom } from "../support/seeded_random.ts";
import { Stopwatch } from "../support/stopwatch.ts";
import { waitUntil } from "../support/wait_until.ts";

const PAGES = ["/", "/statistics", "/statistics?days=365", "/transparency", "/privacy", "/healthz"];

/** Whether `/healthz` says that the statistics fail. */
async function isReported(program: Program): Promise<boolean> {
  const { failing } = await (await fetch(`${program.http}/healthz`)).json();
  return failing.includes("statistics");
}

/** Whether the statistics fail, according to `/healthz` and the metric. The state may change between the two. */
async function isFailing(program: Program): Promise<boolean> {
  const before = await isReported(program);
  const metrics = await (await fetch(`${program.http}/metrics`)).text();
  const metric = /^anonymous_chat_component_failing\{component="statistics"\} (\d)$/m.exec(metrics);
  const after = await isReported(program);
  if (before === after) assert.equal(metric?.[1], after ? "1" : "0");
  return after;
}

async function assertServes({ http, socketUrl }: Program): Promise<void> {
  for (const page of PAGES) {
    const response = await fetch(http + page);
    await response.body?.cancel();
    assert.equal(response.status, 200, page);
  }
  await sendMessages(socketUrl, 1);
}

/** Sends messages from one client to another. The server has counted all of them when this resolves. */
async function sendMessages(url: string, count: number): Promise<void> {
  const [a, b] = await BareClient.pair(url);
  for (let message = 0; message < count; message++) {
    a.send(Uint8Array.of(1, 65));
    await b.frame();
  }
  a.leave();
  b.leave();
}

/** The messages counted in a file, which must be intact. */
function messagesIn(path: string): number {
  const database = new DatabaseSync(path);
  try {
    assert.equal(database.prepare("PRAGMA quick_check").get()?.["quick_check"], "ok");
    const row = database.prepare("SELECT sum(messages) AS messages FROM counted").get();
    return Number(row?.["messages"] ?? 0);
  } finally {
    database.close();
  }
}

function timesSaid({ log }: Program, text: string): number {
  return log.split(text).length - 1;
}

const [FAILING, AGAIN] = ["Statistics store failing", "Statistics are being written again."];

/** A folder for a program, with a statistics file of an earlier run if `damage` is to change it. */
async function prepared(damage: (path: string) => void): Promise<TempFolder> {
  const temporary = new TempFolder();
  await Deno.mkdir(`${temporary.path}/data`);
  damage(`${temporary.path}/data/${STATISTICS_FILE}`);
  return temporary;
}

Deno.test("Program whose statistics can't be opened at the start serves, reports it, and writes the counts once it can", async () => {
  await using temporary = await prepared((path) => Deno.mkdirSync(path));
  const path = `${temporary.path}/data/${STATISTICS_FILE}`;
  const under = ["sh", "-c", 'exec "$@" <&-', "sh"]; // Its standard input is closed, too.
  await using program = await Program.startWith({ folder: temporary.path, under });
  assert.equal(await isFailing(program), true);
  await assertServes(program);
  const page = await (await fetch(`${program.http}/statistics`)).text();
  assert.match(page, /The statistics can't be read at the moment/);
  assert.equal((await fetch(`${program.http}/api/statistics.json`)).status, 503);
  await sendMessages(program.socketUrl, 6);
  await Deno.remove(path);
  await waitUntil(async () => !await isFailing(program));
  assert.equal(messagesIn(path), 7);
  await waitUntil(() => timesSaid(program, AGAIN) === 1); // The log arrives through a pipe.
  assert.equal(timesSaid(program, FAILING), 1);

  await Deno.remove(program.dataFolder, { recursive: true });
  await sendMessages(program.socketUrl, 5);
  await assertServes(program);
  await waitUntil(() => timesSaid(program, AGAIN) === 2);
  await assertServes(program);
  assert.equal(await program.stop(), 0);
  assert.equal(messagesIn(path), 7, "what was sent since the folder was removed");
});

Deno.test("Program sets a corrupt statistics file aside unchanged, says so, and begins a new one", async () => {
  const garbage = new TextEncoder().encode("These are not the figures.".repeat(99));
  await using temporary = await prepared((path) => Deno.writeFileSync(path, garbage));
  const path = `${temporary.path}/data/${STATISTICS_FILE}`;
  await using program = await Program.startWith({ folder: temporary.path });
  await assertServes(program);
  assert.equal(await isFailing(program), false);
  assert.equal(timesSaid(program, "The statistics database was corrupt."), 1);
  assert.equal(await program.stop(), 0);
  assert.deepEqual(Deno.readFileSync(`${path}.broken-1`), garbage);
  assert.equal(messagesIn(path), 1);
});

/** Keeps root from ignoring permissions. Other users can't ignore them anyway. */
const UNPRIVILEGED = Deno.uid() === 0
  ? ["setpriv", "--bounding-set=-dac_override,-dac_read_search"]
  : [];

Deno.test({
  name:
    "Program names a statistics file that its user can't open, and opens it when its owner is right",
  ignore: Deno.uid() === 0 &&
    !await isInstalled({ name: "util-linux", program: "setpriv", skipped: "its user is root" }),
  fn: async () => {
    await using temporary = await prepared((path) => Deno.writeFileSync(path, new Uint8Array()));
    const path = `${temporary.path}/data/${STATISTICS_FILE}`;
    await Deno.chmod(path, 0o000);
    const options = { folder: temporary.path, under: UNPRIVILEGED };
    await using program = await Program.startWith(options);
    assert.equal(await isFailing(program), true);
    assert.match(program.log, new RegExp(`EACCES[^\n]*${STATISTICS_FILE}`));
    await assertServes(program);
    await Deno.chmod(path, 0o600);
    await waitUntil(async () => !await isFailing(program));
    assert.equal(messagesIn(path), 1);
  },
});

/** A shell script, run where mounts are private to it and to the programs that it starts. */
function withMounts(script: string): string[] {
  return ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", script, "sh"];
}

/** Makes the data directory a disk of a quarter of a megabyte. */
const ON_SMALL_DISK = withMounts(`
  for option; do case $option in --data-dir=*) data=\${option#*=};; esac; done
  mkdir -p "$data" && mount -t tmpfs -o size=256k tmpfs "$data" && exec "$@"
`);

async function canMount(): Promise<boolean> {
  const [program = "", ...args] = withMounts("mount -t tmpfs tmpfs /mnt");
  if (Deno.build.os === "linux" && await succeeds(program, args)) return true;
  // deno-lint-ignore no-console -- the one line that says what is missing
  console.log("This machine allows no private mounts: full and read-only disks are not tested.");
  return false;
}

/** Runs a shell command in the mount namespace of a program. */
async function inMountsOf({ pid }: Program, script: string): Promise<void> {
  const args = ["-t", `${pid}`, "-U", "-m", "--preserve-credentials", "sh", "-c", script];
  assert.equal(await succeeds("nsenter", args), true, script);
}

Deno.test({
  name:
    "Program whose disk is full, and then read-only, serves, reports it, and loses and repeats no count",
  ignore: !await canMount(),
  fn: async () => {
    const options: ProgramOptions = { under: ON_SMALL_DISK };
    await using program = await Program.startWith(options);
    const data = program.dataFolder;
    await sendMessages(program.socketUrl, 3);
    await inMountsOf(program, `cat /dev/zero >${data}/filler 2>/dev/null || true`);
    await waitUntil(() => isFailing(program));
    await assertServes(program);
    await inMountsOf(program, `rm ${data}/filler`);
    await waitUntil(async () => !await isFailing(program));

    await inMountsOf(program, `mount -t tmpfs -o ro tmpfs ${data}`);
    await waitUntil(() => isFailing(program));
    await assertServes(program);
    await inMountsOf(program, `umount ${data}`);
    await waitUntil(async () => !await isFailing(program));
    await waitUntil(() => timesSaid(program, AGAIN) === 2);
    assert.equal(timesSaid(program, FAILING), 2);
    await inMountsOf(program, `cp ${data}/${STATISTICS_FILE}* ${program.folder}/tmp`);
    assert.equal(messagesIn(`${program.folder}/tmp/${STATISTICS_FILE}`), 5);
  },
});

/** What writing a batch may take besides its interval, in milliseconds. */
const WRITE_TIME = SECOND;

/** Runs a program for `ms`, kills it, and returns how many messages it counted, and how many of them must be kept. */
async function runUntilKilled(folder: string, ms: number): Promise<{ all: number; kept: number }> {
  await using program = await Program.startWith({ folder });
  const [a, b] = await BareClient.pair(program.socketUrl);
  const counted: Stopwatch[] = []; // Each started after a message was counted.
  const run = new Stopwatch([program.pid]);
  while (run.ms < ms) {
    a.send(Uint8Array.of(1, 65));
    await b.frame();
    counted.push(new Stopwatch([program.pid]));
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  const kept = counted.filter(({ ms }) => ms > FLUSH_INTERVAL + WRITE_TIME).length;
  await program.stop("SIGKILL");
  return { all: counted.length, kept };
}

Deno.test("Program that is killed at a random moment keeps an intact file, loses at most the last 5 seconds, and counts nothing twice", async () => {
  await seeded(async (seed) => {
    const random = seededRandom(seed);
    await using temporary = new TempFolder();
    let before = 0;
    for (let run = 0; run < repeats({ sample: 2, long: 100 }); run++) {
      const { all, kept } = await runUntilKilled(temporary.path, random() * 2.5 * FLUSH_INTERVAL);
      const after = messagesIn(`${temporary.path}/data/${STATISTICS_FILE}`);
      const written = after - before;
      assert.ok(kept <= written && written <= all, `run ${run}: ${kept} ${written} ${all}`);
      before = after;
    }
  });
});
