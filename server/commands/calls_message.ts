/** What the log says at start about how video calls connect, and what bandwidth they can take. */

import type { Config } from "../config/options.ts";
import { relayModeOf } from "../config/relay_mode.ts";
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
      return "Video calls are direct, and start only if both people agree: there is no relay.";
  }
}
