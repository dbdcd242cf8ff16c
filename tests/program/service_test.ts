/** The systemd unit: its limits on memory, that systemd accepts it, and how strictly it isolates the program. */

import assert from "node:assert/strict";
import { join } from "node:path";
import { SECOND } from "../../server/base/clock.ts";
import { DRAIN_TIME, EXIT_TIME, HAND_OFF_TIME } from "../../server/shutdown.ts";
import { TempFolder } from "../support/files.ts";
import { INSPECTOR_PORT } from "../../server/commands/signals.ts";
import { isInstalled } from "../support/installed.ts";

/** Maximum exposure that `systemd-analyze security` may report, of 10. A unit without a sandbox has 9.6. */
const MAX_EXPOSURE = 1.5;

/** Time limit from SIGTERM to the end of the program. See faults_test.ts. */
const ENDING_TIME = 10 * SECOND;

const unit = await Deno.readTextFile(
  new URL("../../deploy/anonymous-chat.service", import.meta.url),
);

/** The value of a setting in the unit. The last one wins. */
function setting(name: string): string | undefined {
  return [...unit.matchAll(new RegExp(`^${name}=(.*)$`, "gm"))].at(-1)?.[1];
}

function isSystemdThere(): Promise<boolean> {
  return isInstalled({
    name: "systemd",
    program: "systemd-analyze",
    skipped: "the test of the unit is skipped",
  });
}

Deno.test("Unit keeps memory off the disk, and gives the program time to stop in order", () => {
  assert.deepEqual([setting("LimitCORE"), setting("MemorySwapMax")], ["0", "0"]);
  const time = Number(setting("TimeoutStopSec")) * SECOND;
  const leave = Math.max(DRAIN_TIME, HAND_OFF_TIME);
  assert.ok(time > ENDING_TIME && ENDING_TIME > leave + EXIT_TIME, `${time} ms`);
  assert.equal(setting("RestartPreventExitStatus"), "2");
});

Deno.test("The documented doctor runs as the user of the unit, with its groups, limits and directories", async () => {
  const guide = await Deno.readTextFile(new URL("../../docs/install.md", import.meta.url));
  const [command = ""] = /^systemd-run [^]*?[^\\]$/m.exec(guide) ?? [];
  const given = new Map(
    [...command.matchAll(/-p (\w+)=(\S*)/g)].map(([, name, value]) => [name, value]),
  );
  // The drop-in of the guide adds the group. Without User=, systemd names the dynamic user after the unit.
  assert.match(guide, /^SupplementaryGroups=ssl-cert$/m);
  const others = { SupplementaryGroups: "ssl-cert", User: "anonymous-chat" };
  const EnvironmentFile = setting("EnvironmentFile")?.replace(/^-/, "");
  const known: Record<string, string | undefined> = { ...others, EnvironmentFile };
  for (const [name = "", value] of given) assert.equal(value, known[name] ?? setting(name), name);
  const user = ["DynamicUser", "AmbientCapabilities", "LimitNOFILE", "StateDirectoryMode"];
  for (const name of [...user, ...Object.keys(known)]) assert.ok(given.has(name), name);
  assert.ok(command.includes(`${setting("ExecStart")} doctor `));
});

Deno.test("Unit forbids the port of Deno's inspector", () => {
  assert.equal(setting("SocketBindDeny"), `tcp:${INSPECTOR_PORT}`);
});

Deno.test({
  name: "Unit is one that systemd takes, and is exposed as little as a server can be",
  ignore: !await isSystemdThere(),
  fn: async () => {
    await using folder = new TempFolder();
    const file = join(folder.path, "anonymous-chat.service");
    await Deno.writeTextFile(file, unit.replace(/^ExecStart=.*$/m, "ExecStart=/bin/true"));
    assert.equal(await analyze("verify", "--man=no", file), "");
    const report = await analyze("security", "--offline=yes", "--no-pager", file);
    const exposure = Number(/Overall exposure level for \S+: ([\d.]+)/.exec(report)?.[1]);
    assert.ok(exposure <= MAX_EXPOSURE, report);
  },
});

/** The output of systemd-analyze. */
async function analyze(...args: string[]): Promise<string> {
  const { stdout, stderr } = await new Deno.Command("systemd-analyze", { args }).output();
  return new TextDecoder().decode(stderr) + new TextDecoder().decode(stdout);
}
