import assert from "node:assert/strict";
import { readCommandLine } from "../../../server/config/command_line.ts";
import { help } from "../../../server/config/help.ts";
import { environmentName, OPTIONS } from "../../../server/config/options.ts";
import { DENO_DEPLOY } from "../../../server/config/deno_deploy.ts";
import { optionsTable } from "../../../tools/docs/tables.ts";

const DEFAULTS = {
  host: "0.0.0.0",
  port: 8000,
  "tls-cert": "",
  "tls-key": "",
  "http-redirect-port": 0,
  "acme-dir": "",
  "data-dir": "./data",
  "log-dir": "./logs",
  "access-log": "full",
  "access-log-max-mb": 256,
  "trust-proxy": 0,
  "public-url": "",
  operator: "",
  "contact-email": "",
  announcement: "",
  "announcement-file": "",
  "rules-file": "",
  deny: [],
  "deny-file": "",
  "max-connections": 10_000,
  "max-connections-per-address": 200,
  "shared-address": [],
  "ip-retention-seconds": 3600,
  "access-log-retention-days": 30,
  "report-threshold": 3,
  "proof-of-work": "auto",
  relay: "auto",
  "relay-port": 0,
  "relay-host": "",
  "max-calls": 100,
  "turn-url": [],
  "turn-secret": "",
  "redis-url": "",
  "metrics-token": "",
  listener: "node",
};

function read(args: string[], environment: Record<string, string> = {}): unknown {
  return readCommandLine(args, (name) => environment[name]);
}

Deno.test("Config has a default for everything", () => {
  assert.deepEqual(read([]), { kind: "serve", config: DEFAULTS });
});

Deno.test("Config prefers flags to the environment, and the environment to defaults", () => {
  const environment = { PORT: "1", MAX_CONNECTIONS: "7", HOST: "" };
  assert.deepEqual(read(["--port=2", "--listener", "deno"], environment), {
    kind: "serve",
    config: { ...DEFAULTS, port: 2, listener: "deno", "max-connections": 7 },
  });
});

Deno.test("Config reports all errors together, and states the allowed values", () => {
  const args = ["--port", "70000", "--colour", "--listener=apache", "stray", "--max-connections"];
  assert.deepEqual(read(args, { HOST: "::1" }), {
    kind: "invalid",
    errors: [
      "Cannot use --colour: unknown option.",
      'Cannot use "stray": unexpected argument.',
      "Cannot use --max-connections: it requires a value.",
      'Cannot use --port: "70000" is not a number from 0 to 65535.',
      'Cannot use --listener: "apache" is not one of node, deno.',
    ],
  });
});

Deno.test("Config accepts a Redis URL, and never prints it because it may contain a password", () => {
  const url = "rediss://:hush@redis.example:6380/1";
  assert.deepEqual(read([], { REDIS_URL: url }), {
    kind: "serve",
    config: { ...DEFAULTS, "redis-url": url },
  });
  for (const wrong of ["http://:hush@redis.example", "redis.example:6379", "redis://"]) {
    const { errors } = read([`--redis-url=${wrong}`]) as { errors: string[] };
    assert.match(errors[0] ?? "", /^Cannot use --redis-url: the given value is not an address/);
  }
});

Deno.test("Config accepts call relays with their secret, and never prints the secret", () => {
  const urls = "turn:relay.example:3478?transport=udp, turns:[2001:db8::1]:443?transport=tcp";
  assert.deepEqual(read(["--turn-url", urls], { TURN_SECRET: "hush" }), {
    kind: "serve",
    config: { ...DEFAULTS, "turn-url": urls.split(", "), "turn-secret": "hush" },
  });
  const together = "Cannot relay calls: --turn-url and --turn-secret require each other.";
  assert.deepEqual(read(["--turn-secret=hush"]), { kind: "invalid", errors: [together] });
  assert.deepEqual(read(["--turn-url=turn:relay.example"]), {
    kind: "invalid",
    errors: [together],
  });
  for (const url of ["stun:relay.example", "relay.example", "turn:", "turn:a b", "turn:a,"]) {
    const command = read([`--turn-url=${url}`, "--turn-secret=hush"]) as { errors: string[] };
    assert.match(command.errors[0]!, /^Cannot use --turn-url: .* is not a list like turn:/);
  }
  const broken = read(["--turn-url=turn:a", "--turn-secret=hush\nhush"]);
  assert.doesNotMatch(JSON.stringify(broken), /hush/);
});

Deno.test("Config refuses a relay that contradicts other options", () => {
  const contradictions: [args: string[], error: string][] = [
    [
      ["--relay=on", "--redis-url=redis://a"],
      "Cannot relay calls: with --redis-url, --relay=on requires --relay-host, a name that leads only to this node.",
    ],
    [
      ["--relay=only"],
      "Cannot relay calls: --relay=only requires --turn-secret, which the other servers have, too.",
    ],
    ...[
      ["turn-url", "turn:a.example"],
      ["redis-url", "redis://a"],
      ["relay-port", "3478"],
      ["trust-proxy", "1"],
    ].map(([name, value]): [string[], string] => [
      ["--relay=only", "--turn-secret=hush", `--${name}=${value}`],
      `Cannot relay calls: use either --relay=only or --${name}.`,
    ]),
    [
      ["--relay=only", "--turn-secret=hush", "--listener=deno"],
      "Cannot relay calls: --relay=only requires --listener=node.",
    ],
  ];
  for (const [args, error] of contradictions) {
    assert.deepEqual(read(args), { kind: "invalid", errors: [error] });
  }
  assert.deepEqual(read(["--relay=only", "--turn-secret=hush"]), {
    kind: "serve",
    config: { ...DEFAULTS, relay: "only", "turn-secret": "hush" },
  });
});

Deno.test("Config accepts a certificate with its key, and the options for https", () => {
  const args = ["--tls-cert=cert.pem", "--tls-key=key.pem"];
  const more = ["--http-redirect-port=80", "--acme-dir=acme"];
  assert.deepEqual(read([...args, ...more]), {
    kind: "serve",
    config: {
      ...DEFAULTS,
      "tls-cert": "cert.pem",
      "tls-key": "key.pem",
      "http-redirect-port": 80,
      "acme-dir": "acme",
    },
  });
  const together = "Cannot serve HTTPS: --tls-cert and --tls-key require each other.";
  const errors: [args: string[], mistake: string][] = [
    [args.slice(1), together],
    [args.slice(0, 1), together],
    [
      [...args, "--listener=deno"],
      "Cannot serve HTTPS: --listener=deno has no handshake timeout.",
    ],
    [
      more.slice(0, 1),
      "--http-redirect-port requires --tls-cert and --tls-key.",
    ],
    [[...args, ...more.slice(1)], "--acme-dir requires --http-redirect-port."],
  ];
  for (const [given, mistake] of errors) {
    assert.deepEqual(read(given), { kind: "invalid", errors: [mistake] });
  }
});

Deno.test("Config accepts the URL of a home page without a path, and keeps its origin", () => {
  const urlIn = (given: string): unknown => {
    const command = readCommandLine([`--public-url=${given}`], () => undefined);
    return command.kind === "serve" ? command.config["public-url"] : command.kind;
  };
  assert.equal(urlIn("https://Chat.example:443/"), "https://chat.example");
  assert.equal(urlIn("http://[::1]:8000"), "http://[::1]:8000");
  assert.equal(urlIn("https://bücher.example"), "https://xn--bcher-kva.example");
  for (const given of ["chat.example", "wss://chat.example", "https://chat.example/chat"]) {
    assert.notEqual(urlIn(given), given);
  }
  assert.notEqual(urlIn("https://me:secret@chat.example"), "https://chat.example");
});

Deno.test("Config accepts a metrics token that is hard to guess, and never prints it", () => {
  const token = "0123456789-._~+/abc=";
  assert.deepEqual(read([], { METRICS_TOKEN: token }), {
    kind: "serve",
    config: { ...DEFAULTS, "metrics-token": token },
  });
  for (
    const wrong of ["0123456789abcde", "0123456789abc def", "0123456789=abcdef", "a".repeat(501)]
  ) {
    assert.deepEqual(read([`--metrics-token=${wrong}`]), {
      kind: "invalid",
      errors: [
        "Cannot use --metrics-token: the given value is not at least 16 of the characters A-Z a-z 0-9 - . _ ~ + /.",
      ],
    });
  }
});

Deno.test("Config reads the same options for the doctor and for a health check", () => {
  for (const kind of ["doctor", "health"]) {
    const isHealthCheck = kind === "health";
    assert.deepEqual(read([kind, "--port=1"]), {
      kind,
      config: { ...DEFAULTS, port: 1 },
      ...isHealthCheck ? { given: new Set(["port"]) } : {},
    });
    assert.deepEqual(read([kind, "--from=2026-03-02", "x"]), {
      kind: "invalid",
      errors: [
        "Cannot use --from: unknown option.",
        'Cannot use "x": unexpected argument.',
      ],
      ...isHealthCheck ? { isHealthCheck } : {},
    });
  }
});

Deno.test("Config names the environment variable that is wrong", () => {
  assert.deepEqual(read([], { PORT: "0x50" }), {
    kind: "invalid",
    errors: ['Cannot use PORT: "0x50" is not a number from 0 to 65535.'],
  });
});

Deno.test("Config answers --help and --version whatever the other arguments", () => {
  assert.deepEqual(read(["--help", "--port=x"]), { kind: "help" });
  assert.deepEqual(read(["--version"]), { kind: "version" });
});

Deno.test("Config prints every option with its default, in help and documents alike", () => {
  for (const [name, { purpose, defaultText }] of Object.entries(OPTIONS)) {
    const line = help().split("\n").find((one) => one.includes(`--${name} `));
    assert.ok(line?.includes(purpose) && line.endsWith(`(default: ${defaultText})`), name);
    const row = optionsTable().split("\n").find((one) => one.includes(`\`--${name}\``));
    assert.ok(row?.includes(`\`${environmentName(name)}\``) && row.includes(purpose), name);
  }
});

/** The configuration of an instance on Deno Deploy with no settings. */
const DEPLOYED = {
  ...DEFAULTS,
  "data-dir": "",
  "log-dir": "",
  "access-log": "off",
  "trust-proxy": 0,
  relay: "off",
  listener: "deno",
};

Deno.test("Config needs nothing on Deno Deploy, which is detected by its variable, whatever its value", () => {
  for (const value of ["1", "0", ""]) {
    const command = read([], { DENO_DEPLOY: value });
    assert.deepEqual(command, { kind: "serve", config: DEPLOYED });
  }
});

Deno.test("Config accepts on Deno Deploy the fixed values and every other option", () => {
  const same = { LISTENER: "deno", ACCESS_LOG: "off", TRUST_PROXY: "0", DATA_DIR: "" };
  assert.deepEqual(read(["--port=2"], { DENO_DEPLOY: "1", OPERATOR: "We", ...same }), {
    kind: "serve",
    config: { ...DEPLOYED, port: 2, operator: "We" },
  });
});

Deno.test("Config refuses on Deno Deploy what does not work there, and says why", () => {
  const environment = {
    DENO_DEPLOY: "1",
    ACCESS_LOG: "full",
    TRUST_PROXY: "1",
    DATA_DIR: "./data",
  };
  assert.deepEqual(read(["--listener=node"], environment), {
    kind: "invalid",
    errors: [
      "Cannot use DATA_DIR=./data on Deno Deploy: files do not persist there; the statistics are in Deno KV.",
      "Cannot use ACCESS_LOG=full on Deno Deploy: a stopped instance can neither delete its lines in time nor print them.",
      "Cannot use TRUST_PROXY=1 on Deno Deploy: the platform provides the client address; a header can be forged.",
      "Cannot use --listener=node on Deno Deploy: only Deno.serve is reachable from outside.",
    ],
  });
  const print = ["access-log", "--from=2026-11-22", "--to=2026-11-23"];
  assert.deepEqual(read(print, { DENO_DEPLOY: "1" }), {
    kind: "invalid",
    errors: ["Cannot print the access log: none is kept on this platform."],
  });
});

Deno.test("Config's help states the values that Deno Deploy fixes, all of existing options", () => {
  const rows = help().split("\n\n").at(-1)!;
  for (const [name, { value }] of Object.entries(DENO_DEPLOY.fixedOptions)) {
    assert.match(rows, new RegExp(`^ +--${name} +${value || "none"}$`, "m"));
    assert.notEqual(OPTIONS[name as keyof typeof OPTIONS].parse(value), undefined, name);
  }
});

Deno.test("Config refuses a retention longer than the policy states", () => {
  assert.deepEqual(read(["--ip-retention-seconds=3601", "--access-log-retention-days=31"]), {
    kind: "invalid",
    errors: [
      'Cannot use --ip-retention-seconds: "3601" is not a number from 1 to 3600.',
      'Cannot use --access-log-retention-days: "31" is not a number from 1 to 30.',
    ],
  });
});

Deno.test("Config reads lists of addresses, e-mail addresses and lines of text, and refuses invalid ones", () => {
  const errors = (...args: string[]): unknown => {
    const command = readCommandLine(args, () => undefined);
    return command.kind === "invalid" ? command.errors.length : command.kind;
  };
  assert.equal(errors("--deny=192.0.2.0/24, 2001:db8::/32,198.51.100.7"), "serve");
  for (const deny of ["192.0.2.0/33", "example.org", "192.0.2.0/24;10.0.0.0/8", ","]) {
    assert.equal(errors(`--deny=${deny}`), 1, deny);
  }
  assert.equal(errors("--shared-address=192.0.2.0/24=500, 127.0.0.1,2001:db8::/48=3"), "serve");
  for (const shared of ["192.0.2.0/33=5", "10.0.0.1=0", "10.0.0.1=1=2", "10.0.0.1=", "=5", "x=5"]) {
    assert.equal(errors(`--shared-address=${shared}`), 1, shared);
  }
  assert.equal(errors("--contact-email=help@chat.example"), "serve");
  for (const email of ["help", "a@b@c", "<a@b>", "a b@c", "@", `${"a".repeat(500)}@b`]) {
    assert.equal(errors(`--contact-email=${email}`), 1, email);
  }
  assert.equal(errors(`--announcement=${"é".repeat(500)}`), "serve");
  for (const text of ["a".repeat(501), "two\nlines", "a\u0000b"]) {
    assert.equal(errors(`--announcement=${text}`), 1, JSON.stringify(text));
  }
});

Deno.test("Config reads the period whose access log lines are requested", () => {
  const command = readCommandLine(
    ["access-log", "--from=2026-11-22", "--to", "2026-11-23T14:00:00+02:00", "--log-dir=/x"],
    () => undefined,
  );
  assert.ok(command.kind === "access-log");
  assert.deepEqual([command.from.toISOString(), command.to.toISOString()], [
    "2026-11-22T00:00:00.000Z",
    "2026-11-23T12:00:00.000Z",
  ]);
  assert.equal(command.config["log-dir"], "/x");
});

Deno.test("Config says what is wrong with a period", () => {
  const form = "a time like 2026-11-23T14:00:00Z, or a day like 2026-11-23";
  const errors = (...args: string[]): unknown => {
    const command = readCommandLine(["access-log", ...args], () => undefined);
    return command.kind === "invalid" ? command.errors : command.kind;
  };
  assert.deepEqual(errors("--from=yesterday"), [
    `Cannot use --from: "yesterday" is not ${form}.`,
    "Cannot print the access log: --to is missing.",
  ]);
  assert.deepEqual(errors("--from=2026-02-30T00:00:00Z", "--to=2026-03-01T12:00"), [
    `Cannot use --from: "2026-02-30T00:00:00Z" is not ${form}.`,
    `Cannot use --to: "2026-03-01T12:00" is not ${form}.`,
  ]);
  assert.deepEqual(errors("--from=2026-03-02", "--to=2026-03-02"), [
    "Cannot print the access log: --from is not before --to.",
  ]);
  assert.deepEqual(read(["--from=2026-03-02"]), {
    kind: "invalid",
    errors: ["Cannot use --from: unknown option."],
  });
});

Deno.test("The operator documentation sets only existing options, to accepted values", async () => {
  const page = await Deno.readTextFile(new URL("../../../docs/install.md", import.meta.url));
  const files = page.matchAll(/\/etc\/anonymous-chat\.env <<'END'\n([^]*?)\nEND\n/g);
  const lines = [...files].flatMap(([, lines = ""]) => lines.split("\n"));
  const set = new Map(lines.map((line) => {
    const [, name = "", quoted, plain = ""] = /^([A-Z_]+)=(?:"(.*)"|(.*))$/.exec(line) ?? [];
    return [name, quoted ?? plain];
  }));
  const names = Object.keys(OPTIONS).map((name) => environmentName(name as keyof typeof OPTIONS));
  assert.ok(set.size >= 8);
  assert.deepEqual([...set.keys()].filter((name) => !names.includes(name)), []);
  assert.equal(readCommandLine([], (name) => set.get(name)).kind, "serve");
});
