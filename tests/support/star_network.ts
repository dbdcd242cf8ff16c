/**
 * A server and two clients, each in its own network inside this machine (network_namespaces(7)). A client reaches the
 * server and nothing else, because the server forwards nothing.
 *
 *      client 0: 10.77.0.2 ===== 198.51.100.1 :server: 198.51.100.1 ===== 10.77.0.3 :client 1
 */

import { ip, laid, networkName } from "./networks.ts";

/** The address of the server. Browsers take it for a public one (RFC 5737). */
export const SERVER = "198.51.100.1";

/** One of the clients. */
export type Client = 0 | 1;

/** The cables of the server, one for each client. */
const CABLES = ["cable0", "cable1"] as const;

/** The position of the rule that finds this machine's own addresses. Rules before it decide what may enter. */
const LOCAL_RULE = 100;

/** The three networks. */
export class StarNetwork implements AsyncDisposable {
  readonly clients = ["10.77.0.2", "10.77.0.3"] as const;
  readonly #name = networkName();
  readonly #serverName = `${this.#name}-server`;
  readonly #clientNames = [0, 1].map((n) => `${this.#name}-client-${n}`);

  private constructor() {}

  /** Creates them. Where that is forbidden, it prints one line and returns `undefined`. */
  static async lay(): Promise<StarNetwork | undefined> {
    const network = new StarNetwork();
    return await laid(network, () => network.#lay(), "a test of separate networks");
  }

  /** The command prefix that runs a program in the server's network. */
  get underServer(): string[] {
    return under(this.#serverName);
  }

  /** The same for the network of a client. */
  underClient(client: Client): string[] {
    return under(this.#clientNames[client]!);
  }

  /** A firewall between a client and the server silently drops all UDP packets from the client. */
  async blockUdp(client: Client): Promise<void> {
    const rule = ["iif", CABLES[client], "ipproto", "udp", "blackhole"];
    await ip("-n", this.#serverName, "rule", "add", "pref", `${client + 1}`, ...rule);
  }

  async #lay(): Promise<void> {
    await this.#layServer();
    for (const client of [0, 1] as const) await this.#layClient(client);
  }

  async #layServer(): Promise<void> {
    const name = this.#serverName;
    await ip("netns", "add", name);
    await ip("-n", name, "link", "set", "lo", "up");
    await ip("-n", name, "rule", "add", "pref", `${LOCAL_RULE}`, "lookup", "local");
    await ip("-n", name, "rule", "delete", "pref", "0");
    const noForwarding = "echo 0 >/proc/sys/net/ipv4/ip_forward"; // It may be inherited.
    await ip("netns", "exec", name, "sh", "-c", noForwarding);
  }

  async #layClient(client: Client): Promise<void> {
    const [server, name, cable] = [this.#serverName, this.#clientNames[client]!, CABLES[client]];
    const address = this.clients[client];
    await ip("netns", "add", name);
    await ip(
      "-n",
      server,
      ..."link add name".split(" "),
      cable,
      ..."type veth peer name cable netns".split(" "),
      name,
    );
    await ip("-n", server, "address", "add", SERVER, "peer", address, "dev", cable);
    await ip("-n", name, "address", "add", address, "peer", SERVER, "dev", "cable");
    await ip("-n", server, "link", "set", cable, "up");
    for (const device of ["lo", "cable"]) await ip("-n", name, "link", "set", device, "up");
    // Headless browsers place calls only from the address of the default route.
    await ip("-n", name, "route", "add", "default", "dev", "cable");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const name of [...this.#clientNames, this.#serverName]) {
      await ip("netns", "delete", name).catch(() => {}); // It may not exist.
    }
  }
}

function under(name: string): string[] {
  return ["ip", "netns", "exec", name];
}
