/** What the log says at start about how video calls connect, and what bandwidth they can take. */

import { MINUTE, SECOND } from "../base/clock.ts";
import { formatDuration } from "../base/format.ts";
import type { Config } from "../config/options.ts";
import { relayModeOf, whyNoRelay } from "../config/relay_mode.ts";
import { MAX_ABANDONED, maxBandwidth } from "../turn/call_relay.ts";
import { relayUrls } from "../turn/relay_location.ts";

/** Bits per second in a Mbit/s. */
const MBIT = 1_000_000;

/** `port` is the relay's. */
export function callsMessage(config: Config, port: number): string {
  const calls = config["max-calls"];
  if (config.relay === "only") return relayOnlyMessage(config, port);
  switch (relayModeOf(config)) {
    case "embedded":
      return `Video calls pass through this program at UDP and TCP port ${port}: ${
        capacity(calls)
      }.`;
    case "external":
      return "Video calls pass through the TURN servers of --turn-url.";
    case "none":
      return `Video calls are direct, and start only if both people agree: ${whyNoRelay(config)}.`;
  }
}

function capacity(calls: number): string {
  const bandwidth = Math.round(maxBandwidth(calls) / MBIT);
  return `at most ${calls} calls, which can take ${bandwidth} Mbit/s in each direction`;
}

/** What a relay for other servers does, and how they use it. */
function relayOnlyMessage(config: Config, port: number): string {
  const host = config["relay-host"] || "NAME";
  const urls = relayUrls({ host, port, isTls: config["tls-cert"] !== "" });
  const retention = formatDuration(config["ip-retention-seconds"] * SECOND);
  return "Relays the video calls of other servers, and serves no pages and no chat: " +
    `${capacity(config["max-calls"])}. Their options are the same --turn-secret, and ` +
    `--turn-url='${urls.join()}'. A call ends when its pages end it, and otherwise within ` +
    `${
      formatDuration(Math.ceil(MAX_ABANDONED / MINUTE) * MINUTE)
    } after they left. An address is held only in memory, and ` +
    `deleted within ${retention} after its last connection closed.`;
}
