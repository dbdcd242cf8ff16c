/**
 * The parts of the program, from the top down, and what each may import. `tests/architecture_test.ts` enforces this
 * table and ARCHITECTURE.md shows it.
 */

/** A folder, whose path ends with a slash, or a single file. */
export interface Part {
  readonly path: string;
  readonly purpose: string;
  /** Parts further down in the table. A part named in `SHARED` need not be listed. */
  readonly mayImport: readonly string[];
}

/** Parts that every part of the same side may import. They import nothing but each other. */
export const SHARED: readonly string[] = [
  ...["server/base/", "server/ids.ts", "client/json.ts", "protocol.ts"],
];

/** Every part. Each imports only parts below it. */
export const PARTS: readonly Part[] = [
  {
    path: "main.ts",
    purpose:
      "reads the command line; the only part with access to arguments, environment and randomness",
    mayImport: ["server/commands/", "server/config/", "client/page.gen.ts"],
  },
  {
    path: "tools/",
    purpose: "builds the page and the executables, and generates the tables in the documents",
    mayImport: [
      ...["server/site/", "server/privacy/", "server/metrics/", "server/config/"],
      ...["server/limits/", "server/http/", "client/languages/", "client/page.gen.ts"],
    ],
  },
  {
    path: "server/commands/",
    purpose: "serve, doctor, health, access-log; signals such as SIGTERM",
    mayImport: [
      ...["server/shutdown.ts", "server/app.ts", "server/doctor/", "server/site/"],
      ...["server/cluster/", "server/listener/", "server/turn/", "server/access_log/"],
      ...["server/config/", "server/admission/", "server/statistics/", "server/tls/"],
      "server/http/",
    ],
  },
  {
    path: "server/shutdown.ts",
    purpose: "stops the program in steps: drains or hands off chats, lingers, exits",
    mayImport: [],
  },
  {
    path: "server/app.ts",
    purpose: "creates and connects the parts, and runs the interval tasks",
    mayImport: [
      ...["server/request_handler.ts", "server/site/", "server/metrics/", "server/cluster/"],
      ...["server/listener/", "server/chat/", "server/turn/", "server/matching/"],
      "server/access_log/",
      ...["server/config/", "server/admission/", "server/statistics/", "server/limits/"],
      ...["server/tls/", "server/http/", "server/health.ts"],
    ],
  },
  {
    path: "server/request_handler.ts",
    purpose: "handles every HTTP request and upgrade; the last part that sees an address",
    mayImport: [
      ...["server/site/", "server/metrics/", "server/chat/", "server/turn/"],
      ...["server/access_log/", "server/admission/", "server/transport.ts", "server/http/"],
    ],
  },
  {
    path: "server/doctor/",
    purpose: "checks an installation",
    mayImport: [
      ...["server/privacy/", "server/chat/", "server/turn/", "server/config/"],
      ...["server/admission/", "server/access_log/", "server/tls/", "server/health.ts"],
    ],
  },
  {
    path: "server/site/",
    purpose: "pages and public APIs",
    mayImport: [
      ...["server/privacy/", "server/access_log/", "server/config/", "server/admission/"],
      ...["server/statistics/", "server/limits/", "server/http/", "server/health.ts"],
    ],
  },
  {
    path: "server/privacy/",
    purpose: "the policy, and the tests that prove it",
    mayImport: ["server/config/", "server/limits/"],
  },
  {
    path: "server/metrics/",
    purpose: "the metrics that an operator can monitor with Prometheus",
    mayImport: [
      ...["server/chat/", "server/turn/", "server/matching/", "server/admission/"],
      ...["server/statistics/", "server/http/", "server/health.ts"],
    ],
  },
  {
    path: "server/cluster/",
    purpose: "makes several nodes act as one, through Redis",
    mayImport: [
      ...["server/chat/", "server/matching/", "server/admission/", "server/statistics/"],
      ...["server/limits/", "server/transport.ts"],
    ],
  },
  {
    path: "server/listener/",
    purpose: "TCP and TLS sockets, HTTP, WebSocket framing",
    mayImport: ["server/transport.ts", "server/tls/", "server/limits/", "server/http/"],
  },
  {
    path: "server/chat/",
    purpose: "sessions, relay, resume, TURN credentials, proof of work",
    mayImport: [
      ...["server/turn/", "server/matching/", "server/admission/", "server/limits/"],
      ...["server/transport.ts"],
    ],
  },
  {
    path: "server/turn/",
    purpose: "the relay of calls: a TURN server with virtual addresses, and its transports",
    mayImport: ["server/admission/", "server/transport.ts"],
  },
  {
    path: "server/matching/",
    purpose: "decides who is paired with whom",
    mayImport: [],
  },
  {
    path: "server/access_log/",
    purpose: "the lines of the access log, their files and their retention",
    mayImport: ["server/admission/"],
  },
  {
    path: "server/config/",
    purpose: "the options, including those that Deno Deploy fixes and those that are published",
    mayImport: ["server/admission/", "server/limits/"],
  },
  {
    path: "server/admission/",
    purpose: "decides who may connect; holds the only record of addresses",
    mayImport: ["server/limits/"],
  },
  {
    path: "server/statistics/",
    purpose: "daily counts, and where they are stored",
    mayImport: ["server/limits/"],
  },
  {
    path: "server/limits/",
    purpose: "the rate limits, and the retention periods of the policy",
    mayImport: [],
  },
  {
    path: "server/transport.ts",
    purpose: "the interfaces between a listener and what it serves",
    mayImport: ["server/http/"],
  },
  {
    path: "server/tls/",
    purpose: "the certificate, its renewal, and the redirect to HTTPS",
    mayImport: ["server/http/"],
  },
  {
    path: "server/http/",
    purpose: "requests and responses as values, headers, caching, languages",
    mayImport: [],
  },
  {
    path: "server/health.ts",
    purpose: "the health of the server",
    mayImport: [],
  },
  {
    path: "server/ids.ts",
    purpose: "the identifiers of sessions, searches and nodes",
    mayImport: [],
  },
  {
    path: "server/base/",
    purpose: "clock, log, timeouts, formatting, queue, token bucket, load of the process",
    mayImport: [],
  },
  {
    path: "client/app.ts",
    purpose: "wiring; the only part with access to the browser's clock and randomness",
    mayImport: [
      ...["client/app/", "client/state/", "client/media/", "client/net/"],
      ...["client/page/", "client/languages/"],
    ],
  },
  {
    path: "client/app/",
    purpose: "carries out effects: the screen, the partner's connection, sound, the window",
    mayImport: [
      ...["client/views/", "client/state/", "client/media/", "client/net/"],
      ...["client/crypto/", "client/page/", "client/languages/"],
    ],
  },
  {
    path: "client/views/",
    purpose: "draws the screens",
    mayImport: ["client/state/", "client/media/", "client/crypto/", "client/languages/"],
  },
  {
    path: "client/state/",
    purpose: "pure functions that apply each event to the state",
    mayImport: ["client/media/", "client/crypto/", "client/languages/"],
  },
  {
    path: "client/media/",
    purpose: "camera, microphone, and the WebRTC connection",
    mayImport: ["client/crypto/"],
  },
  {
    path: "client/net/",
    purpose: "the connection to the server",
    mayImport: [],
  },
  {
    path: "client/crypto/",
    purpose: "end-to-end encryption, and what travels inside it",
    mayImport: [],
  },
  {
    path: "client/page/",
    purpose:
      "everything around the app: document, style, icons, title, sound and the service worker",
    mayImport: ["client/languages/"],
  },
  {
    path: "client/languages/",
    purpose: "every string of the page, in eighteen languages",
    mayImport: [],
  },
  {
    path: "client/json.ts",
    purpose: "parses untrusted JSON",
    mayImport: [],
  },
  {
    path: "client/page.gen.ts",
    purpose: "the built pages; generated by `deno task build`, not in the repository",
    mayImport: [],
  },
  {
    path: "protocol.ts",
    purpose: "the wire protocol, shared by both sides; imports nothing",
    mayImport: [],
  },
];

/** The part that a file belongs to. */
export function partOf(file: string): Part | undefined {
  return PARTS.find(({ path }) => path.endsWith("/") ? file.startsWith(path) : file === path);
}
