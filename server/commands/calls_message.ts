/** What the log says at start about how video calls connect, and what bandwidth they can take. */

import type { Config } from "../config/options.ts";
import { lacksName, relayModeOf } from "../config/relay_mode.ts";
import { maxBandwidth } from "../turn/call_relay.ts";

/** Bits per second in a Mbit/s. */
const MBIT = 1_000_000;

/** `port` is the relay's. */
export function callsMessage(config: Config, port: number): string {
  const calls = config["max-calls"];
  switch (relayModeOf(config)) {
    case "embedded":
      return `Video calls pass through this program at UDP and TCP port ${port}: at most ${calls} calls, ` +
        `which can take ${Math.round(maxBandwidth(calls) / MBIT)} Mbit/s in each direction.`;
    case "external":
      return "Video calls pass through the TURN servers of --turn-url.";
    case "none":
      return `Video calls are direct, and start only if both people agree: ${whyNone(config)}.`;
  }
}

/** Why there is no relay, as the rest of a sentence. */
function whyNone(config: Config): string {
  if (config.relay === "off" || config.listener === "deno") return "there is no relay";
  if (config["trust-proxy"] > 0 && config["relay-port"] === 0) {
    return "behind a proxy the relay needs --relay-port";
  }
  return lacksName(config)
    ? "with --redis-url the relay needs --relay-host, a name that leads only to this node"
    : "there is no relay";
}
