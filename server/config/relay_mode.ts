/**
 * How video calls connect: through the relay in this program, through the operator's TURN servers, or directly. The
 * embedded relay is on wherever the program itself faces the network. It is off where clients can reach the program
 * only by HTTP, as behind a proxy or on a hosting platform, unless the operator says at which port it can be reached.
 * In a cluster both people of a chat use the relay of one node, so each node needs a name that leads only to it.
 */

import type { Config } from "./options.ts";

export type RelayMode = "embedded" | "external" | "none";

/** The options that decide about it. */
export type RelayConfig = Pick<
  Config,
  "listener" | "redis-url" | "relay" | "relay-host" | "relay-port" | "trust-proxy" | "turn-url"
>;

export function relayModeOf(config: RelayConfig): RelayMode {
  if (config["turn-url"].length > 0) return "external";
  switch (config.relay) {
    case "auto":
      return canRelay(config) ? "embedded" : "none";
    case "off":
      return "none";
    case "on":
    case "only":
      return "embedded";
  }
}

function canRelay(config: RelayConfig): boolean {
  const isReachable = config["trust-proxy"] === 0 || config["relay-port"] !== 0;
  return config.listener === "node" && isReachable && !lacksName(config);
}

/** Whether this is a node of a cluster without a name that leads to it alone. */
export function lacksName(config: Pick<Config, "redis-url" | "relay-host">): boolean {
  return config["redis-url"] !== "" && config["relay-host"] === "";
}

/** Why there is no relay, as the rest of a sentence. */
export function whyNoRelay(config: RelayConfig): string {
  if (config.relay !== "auto" || config.listener !== "node") return "there is no relay";
  return lacksName(config)
    ? "with --redis-url the relay needs --relay-host, a name that leads only to this node"
    : "behind a proxy the relay needs --relay-port";
}

/** Connections of a call by TCP and TLS: a few for each of both people. */
const CONNECTIONS_PER_CALL = 8;

/** How many relayed clients may be connected by TCP and TLS, in addition to `--max-connections`. */
export function relayedConnections(config: Config): number {
  if (relayModeOf(config) !== "embedded") return 0;
  return Math.min(config["max-connections"], CONNECTIONS_PER_CALL * config["max-calls"]);
}
