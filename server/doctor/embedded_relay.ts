/**
 * Whether the relay in the running server answers by each path that pages are told: UDP, and TCP or TLS. The check
 * requests an allocation without credentials, as every browser does first, and expects a challenge.
 *
 * A check on this machine can't prove that a firewall lets others in.
 */

import { errorCode } from "../base/error_code.ts";
import type { Config } from "../config/options.ts";
import { Method } from "../turn/stun_message.ts";
import { bindingOf } from "../turn/local_addresses.ts";
import { oneSocket } from "../turn/udp_sockets.ts";
import { type RelayLocation, relayUrls } from "../turn/relay_location.ts";
import { type Finding, ok, problem, skipped } from "./finding.ts";
import { fetchHealth, reachableHosts } from "./health_client.ts";
import { type RelayAddress, relayAddressOf, TurnClient } from "./turn_client.ts";

/** The code of a challenge. */
const UNAUTHORIZED = 401;

/** Checks every path. Without a running server there is nothing to check. */
export async function checkEmbeddedRelay(config: Config): Promise<Finding[]> {
  const { host, port } = config;
  const isTls = config["tls-cert"] !== "";
  const server = port === 0 ? undefined : await fetchHealth({ host, port, isTls });
  if (server?.kind !== "answered") {
    return [
      skipped("relay", "calls pass through this program, which is not running: start it first"),
    ];
  }
  const [first = [], ...others] = locationsOf(config).map(relayUrls);
  const paths = first.map((url, at) => [url, ...others.flatMap((urls) => urls[at] ?? [])]);
  return [...checkSockets(host), ...await Promise.all(paths.map(checkPath))];
}

/** Whether the relay answers from the address that was asked, on a machine with several. */
function checkSockets(host: string): Finding[] {
  const binding = bindingOf(host);
  if (binding.kind === "each" || binding.shortcoming === undefined) return [];
  return [skipped("relay", oneSocket(binding.shortcoming))];
}

/** The relay as visitors reach it, or as this machine may if their host name is unknown. */
function locationsOf(config: Config): RelayLocation[] {
  const page = config["public-url"] === "" ? undefined : new URL(config["public-url"]);
  const isTls = config["tls-cert"] !== "";
  const pagePort = Number(page?.port) || (page?.protocol === "https:" ? 443 : 80);
  const port = config["relay-port"] || (page === undefined ? config.port : pagePort);
  const name = config["relay-host"] || page?.hostname;
  const hosts = name === undefined ? reachableHosts(config.host).map(inUrl) : [name];
  return hosts.map((host) => ({ host, port, isTls }));
}

function inUrl(host: string): string {
  return host.includes(":") ? `[${host}]` : host;
}

/** Checks one path, at each host until one answers. */
async function checkPath([url = "", ...others]: readonly string[]): Promise<Finding> {
  const finding = await checkUrl(url);
  return finding.kind === "problem" && others.length > 0 ? await checkPath(others) : finding;
}

async function checkUrl(url: string): Promise<Finding> {
  const address = relayAddressOf(url);
  const subject = `relay ${url}`;
  const protocol = address.transport === "udp" ? "UDP" : "TCP";
  try {
    return await isChallenged(address)
      ? ok(
        subject,
        `it answers here; only a call from another network proves that ${protocol} port ${address.port} is open`,
      )
      : problem(subject, "something else answers there: the relay needs the port for itself");
  } catch (error) {
    const code = errorCode(error);
    return problem(
      subject,
      address.transport === "tls" && /InvalidData|TLS/.test(code)
        ? "browsers will not trust its certificate for this name: set --public-url, or --relay-host"
        : `no answer (${code}): publish and open ${protocol} port ${address.port}`,
    );
  }
}

async function isChallenged(address: RelayAddress): Promise<boolean> {
  const client = new TurnClient(address);
  try {
    await client.open();
    const answer = await client.ask(Method.allocate);
    return answer.kind === "refused" && answer.code === UNAUTHORIZED;
  } finally {
    client.close();
  }
}
