/** A UDP socket in another network, which needs a separate process. It knows who has sent something to it. */

import { PrintingProcess } from "./printing_process.ts";
import { waitUntil } from "./wait_until.ts";

export class UdpListener implements AsyncDisposable {
  readonly #process: PrintingProcess;
  readonly port = 40_404;

  private constructor(under: readonly string[], hostname: string) {
    const where = JSON.stringify({ transport: "udp", hostname, port: this.port });
    const code = `const socket = Deno.listenDatagram(${where});
      console.log("listens");
      for await (const [, { hostname }] of socket) console.log(hostname);`;
    this.#process = new PrintingProcess([
      ...under,
      Deno.execPath(),
      ...["run", "--quiet", "--no-config", "--allow-net", "--unstable-net"],
      `data:text/javascript,${encodeURIComponent(code)}`,
    ], { stderr: "null" });
  }

  /** Opens it. `under` is the command prefix that runs a program in the other network. */
  static async start(under: readonly string[], hostname: string): Promise<UdpListener> {
    const listener = new UdpListener(under, hostname);
    await waitUntil(() => listener.#process.printed.includes("listens"));
    return listener;
  }

  /** The addresses that have sent something. */
  get sources(): string[] {
    return [...new Set(this.#process.printed.trim().split("\n").slice(1))];
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#process[Symbol.asyncDispose]();
  }
}
