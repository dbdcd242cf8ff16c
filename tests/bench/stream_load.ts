/**
 * The cost of relaying by TCP and TLS. Every client sends the packets of a picture at once, in one write, and its partner
 * reads them. The load comes from this process, which must not run on the core of the server.
 */

import assert from "node:assert/strict";
import { delay } from "../../server/base/timeout.ts";
import { CertificateFiles } from "../support/certificate_files.ts";
import { BareClient } from "../support/bare_client.ts";
import { Program } from "../support/program.ts";
import { cpuTime } from "../support/process_cpu.ts";
import { RelayClient } from "../support/relay_client.ts";
import { channelData } from "../support/turn_relay.ts";
import { pinnedTo } from "./cpu_pinning.ts";
import type { Figures } from "./medians.ts";

/** Calls, and pictures per second of each of their two people. More calls from one address would be limited. */
const [CALLS, PICTURES] = [5, 60];
/** Packets of a picture, and bytes of data in each. */
const [PACKETS, BYTES] = [5, 1200];
const CHANNEL = 0x4000;
/** In milliseconds. */
const PERIOD = 500;

/** Microseconds of processor time per delivered packet, and the share of packets that were lost. */
export interface StreamFigures extends Figures {
  readonly cpu: number;
  readonly loss: number;
}

/** Measures TCP or TLS in a fresh process. */
export async function measureStreams(
  kind: "TCP" | "TLS",
  { warmUp, periods }: { readonly warmUp: number; readonly periods: number },
): Promise<StreamFigures> {
  await using files = new CertificateFiles();
  const isTls = kind === "TLS";
  const options = ["--proof-of-work=off", "--access-log=off", "--max-connections-per-address=1000"];
  const args = [...options, ...isTls ? files.args : []];
  await using program = await Program.startWith({ args, under: await pinnedTo("server") });
  const url = `${isTls ? "wss" : "ws"}://127.0.0.1:${program.port}/ws`;
  const load = new StreamLoad();
  for (let call = 0; call < CALLS; call++) await load.add(url, isTls ? files.cert : undefined);
  void load.run();
  using _stopped = { [Symbol.dispose]: () => load.stop() };
  await delay(warmUp * 1000);
  const [sent, delivered, cpu] = [load.sent, load.delivered, cpuTime(program.pid)];
  await delay(periods * PERIOD);
  const arrived = load.delivered - delivered;
  return {
    cpu: (cpuTime(program.pid) - cpu) * 1000 / arrived,
    loss: Math.max(0, 1 - arrived / (load.sent - sent)),
  };
}

/** The clients of all calls. */
class StreamLoad {
  sent = 0;
  delivered = 0;
  #isStopped = false;
  readonly #clients: RelayClient[] = [];
  /** Clients whose previous picture is not written yet. */
  readonly #writing = new Set<RelayClient>();

  /** Opens a call. */
  async add(url: string, cert: string | undefined): Promise<void> {
    const clients: RelayClient[] = [];
    for (const page of await BareClient.pair(url)) {
      page.tell({ type: "ice" });
      const { servers: [server] } = await page.next("ice");
      const client = await RelayClient.open(server ?? assert.fail(), "tcp", { cert });
      assert.equal(await client.allocate(), 0);
      clients.push(client);
    }
    const [a, b] = clients;
    assert.equal(await a?.bind(CHANNEL, b?.port ?? 0), 0);
    assert.equal(await b?.bind(CHANNEL, a?.port ?? 0), 0);
    this.#clients.push(...clients);
    for (const client of clients) void this.#count(client);
  }

  stop(): void {
    this.#isStopped = true;
  }

  /** Sends until it is stopped. */
  async run(): Promise<void> {
    const frame = channelData(new Uint8Array(BYTES), CHANNEL, true);
    const picture = new Uint8Array(PACKETS * frame.length);
    for (let packet = 0; packet < PACKETS; packet++) picture.set(frame, packet * frame.length);
    const start = performance.now();
    const clients = this.#clients;
    for (let next = 0; !this.#isStopped; next++) {
      const due = start + next * 1000 / (clients.length * PICTURES);
      if (due > performance.now()) await delay(due - performance.now());
      const client = clients[next % clients.length];
      if (client !== undefined && !this.#writing.has(client)) void this.#send(client, picture);
    }
  }

  async #send(client: RelayClient, picture: Uint8Array): Promise<void> {
    this.#writing.add(client);
    await client.write(picture).catch(() => this.stop()); // The server has ended.
    this.#writing.delete(client);
    this.sent += PACKETS;
  }

  async #count(client: RelayClient): Promise<void> {
    while (!this.#isStopped) {
      await client.message().catch(() => this.stop());
      this.delivered++;
    }
  }
}
