/**
 * A worker that floods a server with pipelined HTTP requests. It runs in a separate thread, so that its work doesn't delay
 * the clients of the test that started it.
 */

import { once } from "node:events";
import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";

/** What to send. */
export interface RequestFlood {
  readonly port: number;
  readonly path: string;
  /** Number of connections, all opened at the same time. */
  readonly connections: number;
  /** Number of requests on each. They are sent without waiting for a response. */
  readonly requests: number;
}

/** Sends a flood. Resolves when every connection has ended, with the number of responses by status. */
export async function sendFlood(flood: RequestFlood): Promise<Record<string, number>> {
  const worker = new Worker(new URL(import.meta.url), { workerData: flood });
  const [counts] = await once(worker, "message");
  await worker.terminate();
  return counts;
}

if (!isMainThread && parentPort !== null) parentPort.postMessage(await send(workerData));

async function send(flood: RequestFlood): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  await Promise.all(Array.from({ length: flood.connections }, () => request(flood, counts)));
  return counts;
}

async function request(flood: RequestFlood, counts: Record<string, number>): Promise<void> {
  const { port, path, requests } = flood;
  const connection = await Deno.connect({ hostname: "127.0.0.1", port }).catch(() => undefined);
  if (connection === undefined) return;
  const reading = count(connection, counts);
  const bytes = new TextEncoder().encode(
    `GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`.repeat(requests),
  );
  for (let sent = 0; sent < bytes.length;) {
    const more = await connection.write(bytes.subarray(sent)).catch(() => undefined);
    if (more === undefined) break; // The server has ended the connection.
    sent += more;
  }
  await reading;
  connection.close();
}

/** Counts the status lines of all responses. */
async function count(connection: Deno.Conn, counts: Record<string, number>): Promise<void> {
  const buffer = new Uint8Array(65_536);
  const decoder = new TextDecoder("latin1");
  let rest = "";
  for (;;) {
    const length = await connection.read(buffer).catch(() => null);
    if (length === null) return;
    const text = rest + decoder.decode(buffer.subarray(0, length));
    for (const [line, status = ""] of text.matchAll(/HTTP\/1\.1 (\d{3}) /g)) {
      counts[status] = (counts[status] ?? 0) + (line === "" ? 0 : 1);
    }
    rest = text.slice(-12); // Shorter than what the pattern matches.
  }
}
