/**
 * Runs against an executable, which `ANONYMOUS_CHAT_BIN` names, whatever can be tested of one from outside: how it is
 * started and stopped, browsers that talk by it, attacks on its sockets, and the promises. Tests that look inside are
 * ignored. The command line may name some of the suites; its flags go to `deno test`, such as `--filter=P1`.
 */

import { BINARY } from "../support/program.ts";

const SUITES = [
  "program/main",
  "program/faults",
  "attacks/floods",
  "attacks/frames",
  "attacks/sockets",
  "promises",
  "e2e/accessibility",
  "e2e/attention",
  "e2e/leave",
  "e2e/line",
  "e2e/preferences",
  "e2e/report",
  "e2e/sealed",
  "e2e/start",
  "e2e/talk",
];

async function print(text: string): Promise<void> {
  await Deno.stderr.write(new TextEncoder().encode(`${text}\n`));
}

const info = BINARY === undefined ? undefined : await Deno.stat(BINARY).catch(() => undefined);
if (info?.isFile !== true) {
  await print("Cannot test an executable: ANONYMOUS_CHAT_BIN does not name one.");
  Deno.exit(2);
}
const isFlag = (text: string): boolean => text.startsWith("--");
const named = Deno.args.filter((text) => !isFlag(text));
const unknown = named.find((name) => !SUITES.includes(name));
if (unknown !== undefined) {
  await print(`Cannot test ${unknown}: the suites are ${SUITES.join(", ")}.`);
  Deno.exit(2);
}
const files = (named.length > 0 ? named : SUITES).map((name) =>
  new URL(`../${name}_test.ts`, import.meta.url).pathname
);
const args = ["test", "--allow-all", "--no-check", ...Deno.args.filter(isFlag), ...files];
// The tests in Chromium are meant, also where others leave them out.
const env = { TEST_ONCE: "" };
const { code } = await new Deno.Command(Deno.execPath(), { args, env }).spawn().status;
Deno.exit(code);
