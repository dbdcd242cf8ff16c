/**
 * What the log says when the server is ready: where to find it and, while the configuration is not yet that of a public
 * server, how to try it out and what is missing. A complete configuration gets one line.
 */

import type { Config } from "../config/options.ts";

/** How the server can be reached. */
export interface Reachability {
  /** The port it listens on. */
  readonly port: number;
  /** Whether a platform, such as Deno Deploy, terminates TLS in front of it. */
  readonly isHosted: boolean;
}

/** A line of the log. */
export interface StartupLine {
  readonly level: "info" | "warn";
  readonly text: string;
}

/** At most three lines, the first of which names the URL. */
export function startupMessage(
  config: Config,
  { port, isHosted }: Reachability,
): [StartupLine, ...StartupLine[]] {
  const scheme = config["tls-cert"] === "" ? "http" : "https";
  const isPublic = scheme === "https" || config["trust-proxy"] > 0 || isHosted;
  const needs = [
    ...isPublic ? [] : ["HTTPS"],
    ...config["contact-email"] === "" ? ["--contact-email"] : [],
  ];
  const help = isHosted ? "docs/deno-deploy.md" : "docs/install.md, and run the doctor command";
  const listening = info(`Listening on ${scheme}://localhost:${port}/`);
  if (config.relay === "only") return [listening]; // It has no pages.
  return [
    listening,
    ...isPublic ? [] : [info("Open it in two windows to chat with yourself.")],
    ...needs.length === 0 ? [] : [
      {
        level: isPublic ? "warn" : "info",
        text: `A public server also needs ${needs.join(" and ")}: see ${help}.`,
      } as const,
    ],
  ];
}

function info(text: string): StartupLine {
  return { level: "info", text };
}
