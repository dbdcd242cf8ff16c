/**
 * What the log says when the server is ready: where to find it and, as long as the configuration is that of somebody
 * who tries the program out, how to do that and what a public server needs. A complete configuration gets one line.
 */

import type { Config } from "./config.ts";

/** How the server can be reached. */
export interface Reachability {
  /** The port it listens on. */
  readonly port: number;
  /** Whether a platform, such as Deno Deploy, terminates TLS in front of it. */
  readonly isHosted: boolean;
}

/** Lines for the log, at most three. */
export function startupMessage(config: Config, { port, isHosted }: Reachability): string[] {
  const scheme = config["tls-cert"] === "" ? "http" : "https";
  const isSecure = scheme === "https" || config["trust-proxy"] > 0 || isHosted;
  const missing = [
    ...isSecure ? [] : ["HTTPS"],
    ...config["contact-email"] === "" ? ["--contact-email"] : [],
  ];
  return [
    `Listening on ${scheme}://localhost:${port}/`,
    ...isSecure ? [] : ["Open it in two windows to chat with yourself."],
    ...missing.length === 0 ? [] : [
      `A public server also needs ${missing.join(" and ")}: ` +
      "see docs/operating.md, then add doctor to this command to check.",
    ],
  ];
}
