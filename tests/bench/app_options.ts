/** What the servers that are measured have in common: their command line, the pages, and statistics in a file. */

import { pages } from "../../client/page.gen.ts";
import type { AppOptions } from "../../server/app.ts";
import type { Clock } from "../../server/base/clock.ts";
import type { Log } from "../../server/base/log.ts";
import type { LogOutput } from "../../server/base/log_output.ts";
import { newToken } from "../../server/commands/system.ts";
import { readCommandLine } from "../../server/config/command_line.ts";
import type { Config } from "../../server/config/options.ts";
import { SqliteStatisticsStore } from "../../server/statistics/sqlite_store.ts";

const RANDOMNESS = {
  randomBytes: (count: number) => crypto.getRandomValues(new Uint8Array(count)),
};

/** The options on a command line that starts a server. Throws if it does something else. */
export function serverConfig(
  args: readonly string[],
  environment: (name: string) => string | undefined,
): Config {
  const command = readCommandLine(args, environment);
  if (command.kind === "serve") return command.config;
  throw new Error(`Cannot serve: the command line says ${command.kind}`);
}

/** The options of the service. The folder of its data must exist. */
export function appOptions(
  outside: {
    readonly config: Config;
    readonly clock: Clock;
    readonly log: Log;
    readonly logOutput: LogOutput;
  },
): AppOptions {
  const { config, log } = outside;
  return {
    ...outside,
    pages,
    version: "0.0.0-bench",
    build: "unknown",
    store: SqliteStatisticsStore.open(config["data-dir"], log),
    newToken: () => newToken(RANDOMNESS),
  };
}
