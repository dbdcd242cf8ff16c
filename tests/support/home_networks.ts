/**
 * Two homes behind routers with address translation (NAT), and a server in between. Each router lets packets in only if
 * they answer what its home has sent. Both homes use the same private addresses, as most do.
 *
 *      192.168.1.2 :home ---- router: 198.51.100.2 ====+
 *                                                      +==== :server (198.51.100.1, 203.0.113.1)
 *      192.168.1.2 :home ---- router: 203.0.113.2 =====+
 */

import { laid, networkName } from "./networks.ts";
import { isInstalled } from "./installed.ts";

/** The rules of a router (nft(8)). It drops what is not expected, as home routers do. */
const RULES = `
table ip translation {
  chain out {
    type nat hook postrouting priority 100;
    oifname "outside" masquerade;
  }
}
table ip protection {
  chain input {
    type filter hook input priority 0;
    iifname "outside" drop;
  }
  chain forward {
    type filter hook forward priority 0; policy drop;
    iifname "inside" accept;
    ct state established,related accept;
  }
}
`;

/** Whether the `nft` command is installed. In CI, a missing one is a failure. */
export function isNftThere(): Promise<boolean> {
  return isInstalled({
    name: "nftables",
    program: "nft",
    skipped: "the test of two home networks is skipped",
  });
}

/** An end of a cable: the space, the device and its address. */
type End = readonly [space: string, device: string, address: string];

/** The networks. */
export class HomeNetworks implements AsyncDisposable {
  /** The address of the server. */
  readonly server = "198.51.100.1";
  /** The public addresses of the routers. */
  readonly routers = ["198.51.100.2", "203.0.113.2"] as const;
  /** The address of a computer in each home. */
  readonly home = "192.168.1.2";
  readonly #name = `${networkName()}-homes`;

  private constructor() {}

  /** Creates them. Where that is forbidden, it prints one line and returns `undefined`. */
  static async lay(): Promise<HomeNetworks | undefined> {
    const networks = new HomeNetworks();
    return await laid(networks, () => networks.#lay(), "the test of two home networks");
  }

  /** The command prefix that runs a program in one of the homes, or on the server. */
  under(which: 0 | 1 | "server"): string[] {
    return ["ip", "netns", "exec", this.#space(which === "server" ? which : `home-${which}`)];
  }

  #space(name: string): string {
    return `${this.#name}-${name}`;
  }

  get #spaces(): string[] {
    return ["server", "router-0", "home-0", "router-1", "home-1"].map((name) => this.#space(name));
  }

  async #lay(): Promise<void> {
    for (const space of this.#spaces) {
      await run("ip", "netns", "add", space);
      await run("ip", "-n", space, "link", "set", "lo", "up");
    }
    await this.#forward("server");
    for (const n of [0, 1] as const) await this.#layHome(n);
  }

  async #layHome(n: 0 | 1): Promise<void> {
    const router = `router-${n}`;
    const gateway = this.routers[n].replace(/2$/, "1");
    await this.#join(["server", `cable${n}`, gateway], [router, "outside", this.routers[n]]);
    await this.#join([router, "inside", "192.168.1.1"], [`home-${n}`, "cable", this.home]);
    await this.#route(router, gateway);
    await this.#route(`home-${n}`, "192.168.1.1");
    await this.#forward(router);
    const rules = `nft -f - <<'END'${RULES}END\n`;
    await run("ip", "netns", "exec", this.#space(router), "sh", "-c", rules);
  }

  /** Joins two spaces with a cable. */
  async #join(...ends: readonly [End, End]): Promise<void> {
    const [[one, device], [other, peer]] = ends;
    const link = ["link", "add", device, "type", "veth", "peer", "name", peer, "netns"];
    await run("ip", "-n", this.#space(one), ...link, this.#space(other));
    for (const [name, end, address] of ends) {
      await run("ip", "-n", this.#space(name), "address", "add", `${address}/24`, "dev", end);
      await run("ip", "-n", this.#space(name), "link", "set", end, "up");
    }
  }

  async #route(name: string, gateway: string): Promise<void> {
    await run("ip", "-n", this.#space(name), "route", "add", "default", "via", gateway);
  }

  async #forward(name: string): Promise<void> {
    const enable = "echo 1 > /proc/sys/net/ipv4/ip_forward";
    await run("ip", "netns", "exec", this.#space(name), "sh", "-c", enable);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const space of this.#spaces) {
      await run("ip", "netns", "delete", space).catch(() => {}); // It may not exist.
    }
  }
}

async function run(program: string, ...args: string[]): Promise<void> {
  const { success } = await new Deno.Command(program, { args, stderr: "null" }).output();
  if (!success) throw new Error(`Cannot run ${program} ${args.join(" ")}`);
}
