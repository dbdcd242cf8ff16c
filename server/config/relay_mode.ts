/**
 * How video calls connect: through the relay in this program, through the operator's TURN servers, or directly. The
 * embedded relay is on wherever the program itself faces the network. It is off where clients can reach the program
 * only by HTTP, as behind a proxy or on a hosting platform, unless the operator says at which port it can be reached.
 * Both people of a chat must use the same relay, so it is also off in a cluster.
 */

import type { Config } from "./options.ts";

export type RelayMode = "embedded" | "external" | "none";

/** The options that decide about it. */
export type RelayConfig = Pick<
  Config,
  "listener" | "redis-url" | "relay" | "relay-port" | "trust-proxy" | "turn-url"
>;

export function relayModeOf(config: RelayConfig): RelayMode {
  if (config["turn-url"].length > 0) return "external";
  const isOn = config.relay === "on" || (config.relay === "auto" && canRelay(config));
  return isOn ? "embedded" : "none";
}

function canRelay(config: RelayConfig): boolean {
  const isReachable = config["trust-proxy"] === 0 || config["relay-port"] !== 0;
  return config.listener === "node" && config["redis-url"] === "" && isReachable;
}

/** Connections of a call by TCP and TLS: a few for each of both people. */
const CONNECTIONS_PER_CALL = 8;

/** How many relayed clients may be connected by TCP and TLS, in addition to `--max-connections`. */
export function relayedConnections(config: Config): number {
  if (relayModeOf(config) !== "embedded") return 0;
  return Math.min(config["max-connections"], CONNECTIONS_PER_CALL * config["max-calls"]);
}
