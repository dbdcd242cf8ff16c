/** Faults of the machine: its processor, its disk, its log collector, and its limits. */

import assert from "node:assert/strict";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { SECOND } from "../../server/base/clock.ts";
import { STATISTICS_FILE } from "../../server/statistics/sqlite_store.ts";
import { removeInUse, replaceByFile } from "../support/files.ts";
import { type Fault, pause, type Scene } from "./fault.ts";

/** More than a pipe holds, in bytes, and more than the reading end buffers. */
const MORE_THAN_A_PIPE = 400_000;

/** How many descriptors the program may open while there are too few. */
const SPARE_DESCRIPTORS = 2;

/** How many clients connect while descriptors are exhausted. */
const LATE_CONNECTIONS = 30;

export const MACHINE_FAULTS: readonly Fault[] = [
  {
    name: "stopped process",
    promise: "the process continues after up to ten seconds, and nobody is disconnected",
    happen: stopProcess,
  },
  {
    name: "unread log",
    promise: "the log is reported as failing after a few seconds, and works again when it is read",
    happen: leaveLogUnread,
  },
  {
    name: "moved data folder",
    promise: "figures are counted, here or in the folder that was moved",
    isPossible: hasFile,
    happen: moveDataFolder,
  },
  {
    name: "locked statistics",
    promise: "the statistics are reported as failing, and what was counted is written later",
    isPossible: hasFile,
    happen: lockStatistics,
  },
  {
    name: "file in place of the log folder",
    promise: "the access log is reported as failing, and works again when it can",
    happen: replaceLogFolder,
  },
  {
    name: "removed log folder",
    promise: "the folder is created again",
    happen: removeLogFolder,
  },
  {
    name: "exhausted descriptors",
    promise: "open chats continue, and clients are admitted when there are descriptors again",
    happen: exhaustDescriptors,
  },
];

/** A node of a cluster keeps the statistics in Redis. */
function hasFile({ redis }: { readonly redis: boolean }): boolean {
  return !redis;
}

async function stopProcess(scene: Scene): Promise<void> {
  const { pid } = scene.target;
  Deno.kill(pid, "SIGSTOP");
  try {
    await pause(scene, 1, 10);
  } finally {
    Deno.kill(pid, "SIGCONT");
  }
}

/** Another process fills the pipe, which both share. The line that the program then writes has to wait. */
async function leaveLogUnread(scene: Scene): Promise<void> {
  const { target } = scene;
  const readOn = target.program.pauseLog();
  const script = `yes "" | head -c ${MORE_THAN_A_PIPE} > /proc/${target.pid}/fd/2`;
  const filling = new Deno.Command("sh", { args: ["-c", script] }).output();
  try {
    await pause(scene, 1, 2);
    target.hangUp();
    await target.reports("degraded log");
  } finally {
    readOn();
    await filling;
  }
}

/** If the program creates the folder again, the moved one stays where it is. */
async function moveDataFolder(scene: Scene): Promise<void> {
  const { program } = scene.target;
  const aside = `${program.dataFolder}.${Math.floor(scene.random() * 2 ** 32)}`;
  await Deno.rename(program.dataFolder, aside);
  try {
    await pause(scene, 2, 8);
  } finally {
    await Deno.rename(aside, program.dataFolder).catch(() => {});
  }
}

async function lockStatistics(scene: Scene): Promise<void> {
  const { target } = scene;
  using database = new DatabaseSync(join(target.program.dataFolder, STATISTICS_FILE), {
    timeout: 10 * SECOND, // The program may be writing.
  });
  database.exec("BEGIN EXCLUSIVE");
  await target.reports("degraded statistics");
  await pause(scene, 0, 4);
}

async function replaceLogFolder(scene: Scene): Promise<void> {
  const { target } = scene;
  const { logFolder } = target.program;
  await replaceByFile(logFolder);
  try {
    await target.reports("degraded access log");
  } finally {
    await Deno.remove(logFolder);
  }
}

async function removeLogFolder(scene: Scene): Promise<void> {
  const { target } = scene;
  const { logFolder } = target.program;
  await removeInUse(logFolder);
  await pause(scene, 1, 3);
  await target.get("/privacy");
  await pause(scene, 2, 3);
  assert.ok((await Deno.stat(logFolder)).isDirectory);
}

async function exhaustDescriptors(scene: Scene): Promise<void> {
  const { target } = scene;
  const before = await descriptorLimit(target.pid);
  await limitDescriptors(target.pid, openDescriptors(target.pid) + SPARE_DESCRIPTORS);
  const connecting = Array.from({ length: LATE_CONNECTIONS }, () => target.connect());
  try {
    await pause(scene, 2, 6);
  } finally {
    await limitDescriptors(target.pid, before);
    for (const one of await Promise.allSettled(connecting)) {
      if (one.status === "fulfilled") one.value.destroy();
    }
  }
}

/** How many descriptors a process has open. */
export function openDescriptors(pid: number): number {
  return [...Deno.readDirSync(`/proc/${pid}/fd`)].length;
}

async function descriptorLimit(pid: number): Promise<number> {
  const limits = await Deno.readTextFile(`/proc/${pid}/limits`);
  return Number(/^Max open files +(\d+)/m.exec(limits)?.[1]);
}

/** Sets the soft limit. The hard limit stays, so that it can be raised again. */
async function limitDescriptors(pid: number, limit: number): Promise<void> {
  const args = [`--pid=${pid}`, `--nofile=${limit}:`];
  const { success } = await new Deno.Command("prlimit", { args }).output();
  assert.ok(success, "prlimit fails");
}
