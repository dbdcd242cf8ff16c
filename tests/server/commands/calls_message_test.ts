import { equal } from "node:assert/strict";
import { readCommandLine } from "../../../server/config/command_line.ts";
import { callsMessage } from "../../../server/commands/calls_message.ts";
import { relayModeOf } from "../../../server/config/relay_mode.ts";
import type { Config } from "../../../server/config/options.ts";

function configOf(...args: string[]): Config {
  const command = readCommandLine(args, () => undefined);
  if (command.kind !== "serve") throw new Error(args.join(" "));
  return command.config;
}

Deno.test("Calls message says how calls connect, and what bandwidth they can take", () => {
  equal(
    callsMessage(configOf("--max-calls=10"), 8000),
    "Video calls pass through this program at UDP and TCP port 8000: at most 10 calls, " +
      "which can take 64 Mbit/s in each direction.",
  );
  equal(
    callsMessage(configOf("--turn-url=turn:a.example", "--turn-secret=hush"), 8000),
    "Video calls pass through the TURN servers of --turn-url.",
  );
  equal(
    callsMessage(configOf("--relay=off"), 8000),
    "Video calls are direct, and start only if both people agree: there is no relay.",
  );
  equal(
    callsMessage(configOf("--redis-url=redis://a"), 8000),
    "Video calls are direct, and start only if both people agree: " +
      "with --redis-url the relay needs --relay-host, a name that leads only to this node.",
  );
  equal(
    callsMessage(configOf("--trust-proxy=1"), 8000),
    "Video calls are direct, and start only if both people agree: " +
      "behind a proxy the relay needs --relay-port.",
  );
});

Deno.test("Relay mode is embedded where the network reaches the program, or the operator says so", () => {
  const modes: readonly (readonly [args: string[], mode: string])[] = [
    [[], "embedded"],
    [["--host=127.0.0.1"], "embedded"],
    [["--relay=off"], "none"],
    [["--trust-proxy=1"], "none"],
    [["--trust-proxy=1", "--relay-port=3478"], "embedded"],
    [["--trust-proxy=1", "--relay=on"], "embedded"],
    [["--listener=deno"], "none"],
    [["--redis-url=redis://a"], "none"],
    [["--redis-url=redis://a", "--relay-host=a.example"], "embedded"],
    [["--redis-url=redis://a", "--relay-host=a.example", "--trust-proxy=1"], "none"],
    [["--turn-url=turn:a.example", "--turn-secret=hush"], "external"],
    [["--relay=only", "--turn-secret=hush"], "embedded"],
  ];
  for (const [args, mode] of modes) equal(relayModeOf(configOf(...args)), mode, args.join(" "));
});

Deno.test("Calls message of a relay for other servers has their options, but not the secret", () => {
  const config = configOf("--relay=only", "--turn-secret=hush", "--relay-host=relay.example");
  equal(
    callsMessage(config, 3478),
    "Relays the video calls of other servers, and serves no pages and no chat: at most 100 calls, " +
      "which can take 640 Mbit/s in each direction. Their options are the same --turn-secret, and " +
      "--turn-url='turn:relay.example:3478?transport=udp,turn:relay.example:3478?transport=tcp'. " +
      "A call ends when its pages end it, and otherwise within 11 minutes after they left. " +
      "An address is held only in memory, and deleted within 1 hour after its last connection closed.",
  );
});
