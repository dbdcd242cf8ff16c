import assert from "node:assert/strict";
import { environmentName, help, markdownTable, OPTIONS, readConfig } from "../server/config.ts";

const DEFAULTS = { host: "0.0.0.0", port: 8000, "max-connections": 10_000, listener: "node" };

function read(args: string[], environment: Record<string, string> = {}): unknown {
  return readConfig(args, (name) => environment[name]);
}

Deno.test("Config has a default for everything", () => {
  assert.deepEqual(read([]), { kind: "serve", config: DEFAULTS });
});

Deno.test("Config takes flags over environment over defaults", () => {
  const environment = { PORT: "1", MAX_CONNECTIONS: "7", HOST: "" };
  assert.deepEqual(read(["--port=2", "--listener", "deno"], environment), {
    kind: "serve",
    config: { ...DEFAULTS, port: 2, listener: "deno", "max-connections": 7 },
  });
});

Deno.test("Config reports all mistakes at once, in words that say what is allowed", () => {
  const args = ["--port", "70000", "--colour", "--listener=apache", "stray", "--max-connections"];
  assert.deepEqual(read(args, { HOST: "::1" }), {
    kind: "mistaken",
    mistakes: [
      "Cannot use --colour: there is no such option.",
      'Cannot use "stray": it is not an option.',
      "Cannot use --max-connections: it needs a value.",
      'Cannot use --port: "70000" is not a number from 0 to 65535.',
      'Cannot use --listener: "apache" is not node|deno.',
    ],
  });
});

Deno.test("Config names the environment variable that is mistaken", () => {
  assert.deepEqual(read([], { PORT: "0x50" }), {
    kind: "mistaken",
    mistakes: ['Cannot use PORT: "0x50" is not a number from 0 to 65535.'],
  });
});

Deno.test("Config answers --help and --version whatever else is said", () => {
  assert.deepEqual(read(["--help", "--port=x"]), { kind: "help" });
  assert.deepEqual(read(["--version"]), { kind: "version" });
});

Deno.test("Config prints every option with its default, in help and README alike", () => {
  for (const [name, { purpose, fallback }] of Object.entries(OPTIONS)) {
    const line = help().split("\n").find((one) => one.includes(`--${name} `));
    assert.ok(line?.includes(purpose) && line.endsWith(`(default: ${fallback})`), name);
    const row = markdownTable().split("\n").find((one) => one.includes(`\`--${name}\``));
    assert.ok(row?.includes(`\`${environmentName(name)}\``) && row.includes(purpose), name);
  }
});
