/**
 * Starts Anonymous Chat: reads the command line and runs a command from `server/commands/`. This is the only file of the
 * server that reads the clock, arguments, environment and randomness. Every other file receives them.
 */

import { build, pages } from "./client/page.gen.ts";
import manifest from "./deno.json" with { type: "json" };
import { systemClock } from "./server/base/clock.ts";
import { printAccessLog } from "./server/commands/access_log.ts";
import { complain, output } from "./server/commands/console.ts";
import { runDoctor } from "./server/commands/doctor.ts";
import { printHealth } from "./server/commands/health.ts";
import { printStatus } from "./server/commands/status.ts";
import { serve } from "./server/commands/serve.ts";
import type { System } from "./server/commands/system.ts";
import { readCommandLine } from "./server/config/command_line.ts";
import { help } from "./server/config/help.ts";

const system: System = {
  clock: systemClock,
  env: (name) => Deno.env.get(name),
  random: Math.random,
  randomBytes: (count) => crypto.getRandomValues(new Uint8Array(count)),
};
const { version } = manifest;

const command = readCommandLine(Deno.args, system.env, Deno.readTextFileSync);
switch (command.kind) {
  case "help":
    await output(help());
    break;
  case "version":
    await output(`${version} (${build})\n`);
    break;
  case "invalid":
    await complain(`${command.errors.join("\n")}\nSee --help.\n`);
    Deno.exit(command.isHealthCheck ? 1 : 2);
    break;
  case "access-log":
    await printAccessLog(command, system.clock);
    break;
  case "doctor":
    await runDoctor(command, system);
    break;
  case "health":
    await printHealth(command);
    break;
  case "status":
    await printStatus(command, system.clock);
    break;
  case "serve":
    await serve(command.config, { version, build, pages }, system);
    break;
}
