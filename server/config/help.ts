/** The text that `--help` prints. */

import { type CommandName, TIME_FORMAT } from "./command_line.ts";
import { DENO_DEPLOY, DENO_DEPLOY_VARIABLE } from "./deno_deploy.ts";
import { OPTION_NAMES, type OptionName, OPTIONS } from "./options.ts";

/** What each command does. The program serves if none is given. */
const COMMAND_PURPOSES: Readonly<Record<CommandName, string>> = {
  "access-log": "print the access log lines of a time range to standard output",
  "doctor": "check the options, the host and the services in use, and suggest fixes",
  "health": "print the health of the running server",
  "status": "print how many people and chats there are, and what doesn't work; --json for programs",
};

/** The text that `--help` prints. */
export function help(): string {
  return [
    "Anonymous Chat: two strangers chat and leave no trace.",
    "",
    "Usage: anonymous-chat [options]",
    "       anonymous-chat access-log --from TIME --to TIME [options]",
    "       anonymous-chat doctor [options]",
    "       anonymous-chat health [options]",
    "       anonymous-chat status [--json] [options]",
    "",
    "Commands:",
    ...Object.entries(COMMAND_PURPOSES).map(([name, purpose]) => row(name, purpose)),
    "",
    "Options:",
    ...OPTION_NAMES.map(optionRow),
    row("--env-file PATH", "file of environment variables, which is read as systemd reads it"),
    row("--help", "print this help"),
    row("--version", "print the version"),
    "",
    "Each option can also be set with an environment variable, e.g. MAX_CONNECTIONS for --max-connections.",
    "An option on the command line overrides the environment variable, which overrides --env-file.",
    "Lists can be given several times, and add up. Any other option can be given once.",
    `TIME is ${TIME_FORMAT}.`,
    "",
    `On ${DENO_DEPLOY.name} (where ${DENO_DEPLOY_VARIABLE} is set) these options are fixed:`,
    "",
    ...Object.entries(DENO_DEPLOY.fixedOptions).map(([name, { value }]) =>
      row(`--${name}`, value || "none")
    ),
    "",
  ].join("\n");
}

function optionRow(name: OptionName): string {
  const { placeholder, purpose, defaultText } = OPTIONS[name];
  return row(`--${name} ${placeholder}`, `${purpose} (default: ${defaultText})`);
}

/** Width of the left column, in characters. */
const LEFT_WIDTH = 36;

function row(left: string, right: string): string {
  return `  ${left.padEnd(LEFT_WIDTH)}${right}`;
}
