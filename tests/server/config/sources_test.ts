/** Every option behaves in the same way as a flag, as an environment variable and in an environment file. */

import assert from "node:assert/strict";
import { type Command, readCommandLine } from "../../../server/config/command_line.ts";
import { environmentName, OPTION_NAMES, type OptionName } from "../../../server/config/options.ts";

/** Where an option is set, with what the error message calls it. */
const SOURCES = ["flag", "variable", "file"] as const;
type Source = (typeof SOURCES)[number];

/** A valid value of an option, a value that it refuses, and the options that it requires. */
type Values = readonly [valid: string, invalid: string, required?: string];

const VALUES: Readonly<Record<OptionName, Values>> = {
  "host": ["::1", "a\tb"],
  "port": ["80", "80x"],
  "tls-cert": ["cert.pem", "a\tb", "--tls-key=key.pem"],
  "tls-key": ["key.pem", "a\tb", "--tls-cert=cert.pem"],
  "http-redirect-port": ["80", "-1", "--tls-key=k --tls-cert=c"],
  "acme-dir": ["/srv/acme", "a\tb", "--tls-key=k --tls-cert=c --http-redirect-port=80"],
  "data-dir": ["/srv/a b", "a\tb"],
  "log-dir": ["/srv/$HOME;x", "a\tb"],
  "access-log": ["truncated", "none"],
  "access-log-max-mb": ["7", "0"],
  "trust-proxy": ["2", "two"],
  "public-url": ["https://chat.example", "chat.example"],
  "operator": ["A & B's #1 `society`", "a\tb"],
  "contact-email": ["help@chat.example", "help"],
  "announcement": ["We pause = rest; $1", "a\tb"],
  "announcement-file": ["/srv/a b", "a\tb"],
  "rules-file": ["/srv/a b", "a\tb"],
  "deny": ["192.0.2.0/24,2001:db8::/32", "192.0.2.0/33"],
  "deny-file": ["/srv/a b", "a\tb"],
  "max-connections": ["7", "0"],
  "max-connections-per-address": ["7", "0"],
  "shared-address": ["192.0.2.0/24=500,2001:db8::/32", "192.0.2.0/24=0"],
  "ip-retention-seconds": ["60", "3601"],
  "access-log-retention-days": ["7", "31"],
  "report-threshold": ["5", "1"],
  "proof-of-work": ["always", "never"],
  "relay": ["on", "maybe"],
  "relay-port": ["3478", "65536"],
  "relay-host": ["relay.chat.example", "a b"],
  "max-calls": ["7", "0"],
  "turn-url": ["turn:a.example,turns:b.example", "stun:a.example", "--turn-secret=hush"],
  "turn-secret": ["hush#hush", "a\tb", "--turn-url=turn:a.example"],
  "redis-url": ["redis://:pass@redis.example", "http://redis.example"],
  "metrics-token": ["0123456789abcdef", "short"],
  "listener": ["deno", "apache"],
};

/** Options whose given values add up. */
const LISTS: readonly OptionName[] = ["deny", "shared-address", "turn-url"];

/** Reads one option from one source, with the flags that it requires. */
function read(source: Source, name: OptionName, ...values: readonly string[]): Command {
  const variable = environmentName(name);
  const flags = (VALUES[name][2] ?? "").split(" ").filter(Boolean);
  if (source === "flag") flags.push(...values.map((value) => `--${name}=${value}`));
  const lines = values.map((value) => `${variable}=${value}\n`).join("");
  return readCommandLine(
    source === "file" ? ["--env-file=options.env", ...flags] : flags,
    (one) => source === "variable" && one === variable ? values.at(-1) : undefined,
    () => lines,
  );
}

/** The value in force, or the errors. */
function outcome(source: Source, name: OptionName, ...values: readonly string[]): unknown {
  const command = read(source, name, ...values);
  if (command.kind === "serve") return command.config[name];
  return command.kind === "invalid" ? command.errors : command.kind;
}

function assertSame(name: OptionName, ...values: readonly string[]): unknown {
  const [flag, ...others] = SOURCES.map((source) => outcome(source, name, ...values));
  const withoutNames = (found: unknown): string =>
    JSON.stringify(found).replaceAll(`--${name}:`, `${environmentName(name)}:`);
  for (const other of others) assert.equal(withoutNames(other), withoutNames(flag), name);
  return flag;
}

Deno.test("Every option accepts and refuses the same values as flag, variable and in a file", () => {
  for (const name of OPTION_NAMES) {
    const [valid, invalid] = VALUES[name];
    const taken = assertSame(name, valid);
    const [, ...items] = valid.split(",");
    if (LISTS.includes(name)) assert.equal((taken as string[]).length, 1 + items.length, name);
    else assert.equal(`${taken}`, valid, name);
    const [error, ...more] = assertSame(name, invalid) as string[];
    assert.match(error ?? "", new RegExp(`^Cannot use --${name}: .* is not `), name);
    assert.deepEqual(more.filter((one) => one.startsWith("Cannot use")), [], name);
  }
});

Deno.test("Every option has its default where its value is empty, as flag, variable and in a file", () => {
  for (const name of OPTION_NAMES.filter((one) => VALUES[one][2] === undefined)) {
    const command = readCommandLine([], () => undefined);
    assert.ok(command.kind === "serve");
    assert.deepEqual(assertSame(name, ""), command.config[name], name);
  }
});

Deno.test("Every option refuses a value in quotes as flag and variable, and never prints a secret", () => {
  for (const name of OPTION_NAMES) {
    const [valid] = VALUES[name];
    for (const quoted of [`"${valid}"`, `'${valid}'`]) {
      for (const source of ["flag", "variable"] as const) {
        const [error] = outcome(source, name, quoted) as string[];
        assert.match(error ?? "", /: the value is in quotes, which are not part of it\.$/, name);
        assert.ok(!error?.includes(valid), name);
      }
    }
    // systemd removes them, so the file means the same with and without.
    if (!valid.includes("$") && !valid.includes("`")) {
      assert.deepEqual(outcome("file", name, `"${valid}"`), outcome("file", name, valid), name);
    }
  }
});

Deno.test("A repeated flag is an error, unless the option is a list, which adds up", () => {
  for (const name of OPTION_NAMES) {
    const [valid] = VALUES[name];
    const found = outcome("flag", name, valid, valid);
    if (LISTS.includes(name)) assert.equal((found as string[]).length, 4);
    else assert.deepEqual(found, [`Cannot use --${name}: it is given more than once.`]);
  }
  const denied = readCommandLine(["--deny=192.0.2.1", "--deny", "192.0.2.2"], () => undefined);
  assert.ok(denied.kind === "serve");
  assert.equal(denied.config.deny.length, 2);
  const period = ["access-log", "--from=2026-11-01", "--to=2026-11-02", "--to=2026-11-03"];
  assert.deepEqual(readCommandLine(period, () => undefined), {
    kind: "invalid",
    errors: ["Cannot use --to: it is given more than once."],
  });
});

Deno.test("A variable that a file sets twice is an error, because systemd and Docker would ignore the first one", () => {
  for (const name of OPTION_NAMES) {
    const [valid] = VALUES[name];
    assert.deepEqual(outcome("file", name, valid, valid), [
      `Cannot use ${environmentName(name)}: it is given more than once in options.env.`,
    ]);
  }
});

Deno.test("A flag never takes the next flag for its value", () => {
  assert.deepEqual(readCommandLine(["--operator", "--port=80"], () => undefined), {
    kind: "invalid",
    errors: ["Cannot use --operator: it requires a value."],
  });
});

Deno.test("A flag overrides the variable, which overrides the file, which overrides the default", () => {
  const port = (args: string[], variable?: string): unknown => {
    const command = readCommandLine(
      args,
      (name) => name === "PORT" ? variable : undefined,
      () => "PORT=3\n",
    );
    return command.kind === "serve" ? command.config.port : command;
  };
  assert.equal(port(["--env-file=a", "--port=1"], "2"), 1);
  assert.equal(port(["--env-file=a"], "2"), 2);
  assert.equal(port(["--env-file=a"]), 3);
  assert.equal(port([]), 8000);
});

Deno.test("An environment file that can't be read is named", () => {
  const command = readCommandLine(["doctor", "--env-file=/no"], () => undefined, () => {
    throw new Deno.errors.PermissionDenied();
  });
  assert.deepEqual(command, {
    kind: "invalid",
    errors: ["Cannot read --env-file=/no: PermissionDenied."],
  });
});
