/**
 * Two networks inside this machine, joined by a virtual cable, so that two programs have separate addresses. A program
 * in one network reaches the other network and nothing else (network_namespaces(7)).
 *
 *      first: 10.77.0.1 ======== 10.77.0.2 :second
 */

import { isInstalled } from "./installed.ts";

/** Whether the `ip` command is installed. In CI, a missing one is a failure. */
export function isIpThere(): Promise<boolean> {
  return isInstalled({
    name: "iproute2",
    program: "ip",
    args: ["-Version"],
    skipped: "the test of two networks is skipped",
  });
}

/** A new name for networks. Several test files run in one process at the same time, each with networks. */
export function networkName(): string {
  return `anonymous-chat-${crypto.randomUUID().slice(0, 8)}`;
}

/** Returns networks once they are created by `lay`. Where that is forbidden, one line says what is skipped. */
export async function laid<N extends AsyncDisposable>(
  networks: N,
  lay: () => Promise<void>,
  skipped: string,
): Promise<N | undefined> {
  try {
    await lay();
    return networks;
  } catch {
    await networks[Symbol.asyncDispose]();
    // deno-lint-ignore no-console -- the one line that says what is missing
    console.log(`Networks may not be laid here: ${skipped} is skipped.`);
    return undefined;
  }
}

/** The two networks. */
export class Networks implements AsyncDisposable {
  readonly addresses = ["10.77.0.1", "10.77.0.2"] as const;
  readonly #names: readonly [string, string];

  private constructor(names: readonly [string, string]) {
    this.#names = names;
  }

  /** Creates them. Where that is forbidden, it prints one line and returns `undefined`. */
  static async lay(): Promise<Networks | undefined> {
    const name = networkName();
    const networks = new Networks([`${name}-1`, `${name}-2`]);
    return await laid(networks, () => networks.#lay(), "the test of two networks");
  }

  /** The command prefix that runs a program in one of them. */
  under(which: 0 | 1): string[] {
    return ["ip", "netns", "exec", this.#names[which]];
  }

  async #lay(): Promise<void> {
    const [first, second] = this.#names;
    for (const name of this.#names) await ip("netns", "add", name);
    await ip("-n", first, ..."link add cable type veth peer name cable netns".split(" "), second);
    for (const [n, name] of this.#names.entries()) {
      await ip("-n", name, "address", "add", `${this.addresses[n]}/24`, "dev", "cable");
      for (const device of ["lo", "cable"]) await ip("-n", name, "link", "set", device, "up");
      // Headless browsers place calls only from the address of the default route.
      await ip("-n", name, "route", "add", "default", "dev", "cable");
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const name of this.#names) await ip("netns", "delete", name).catch(() => {}); // It may not exist.
  }
}

/** Runs the `ip` command. */
export async function ip(...args: string[]): Promise<void> {
  const { success } = await new Deno.Command("ip", { args, stderr: "null" }).output();
  if (!success) throw new Error(`Cannot run ip ${args.join(" ")}`);
}
