/** Requests for the home page over keep-alive connections, one request in flight on each. */

import type { Buffer } from "node:buffer";
import { connect } from "node:net";
import { delay } from "../../server/base/timeout.ts";
import { rates, sample } from "./cpu_cost.ts";
import type { PageReport, PageTask } from "./task.ts";

const REQUEST = "GET / HTTP/1.1\r\nHost: localhost\r\nAccept-Encoding: br\r\n\r\n";

/** Measures a {@linkcode PageTask} on process `pid`. */
export async function pageRequests(
  port: number,
  pid: number,
  task: PageTask,
): Promise<PageReport> {
  const readers = await Promise.all(
    Array.from({ length: task.connections }, () => PageReader.open(port)),
  );
  const answers = (): number => readers.reduce((sum, reader) => sum + reader.answers, 0);
  await Promise.all(readers.map(({ begun }) => begun)); // A server builds the page on the first request.
  await delay(task.warmUp);
  const before = sample(pid, answers());
  await delay(task.duration);
  const { perSecond, cpu } = rates(before, sample(pid, answers()));
  const [bytes = NaN] = new Set(readers.map((reader) => reader.bytes));
  return { perSecond, cpu, bytes };
}

/** A client that requests the page again as soon as it has arrived. */
class PageReader {
  /** The length of a response, including its head. All responses have the same length. */
  bytes = NaN;
  answers = 0;
  readonly #begun = Promise.withResolvers<void>();

  static open(port: number): Promise<PageReader> {
    const reader = new PageReader();
    return new Promise((resolve, reject) => {
      const socket = connect({ host: "127.0.0.1", port, noDelay: true }, () => resolve(reader));
      let left = 0;
      socket.on("error", reject);
      socket.on("data", (data: Buffer) => {
        if (left === 0) left = reader.#begin(data);
        left -= data.length;
        if (left > 0) return;
        reader.answers++;
        reader.#begun.resolve();
        socket.write(REQUEST);
      });
      socket.write(REQUEST);
    });
  }

  /** Resolves with the first response. */
  get begun(): Promise<void> {
    return this.#begun.promise;
  }

  /** The length of the response that starts with `data`. */
  #begin(data: Buffer): number {
    const end = data.indexOf("\r\n\r\n") + 4;
    const head = data.toString("latin1", 0, end).toLowerCase();
    const body = Number(/content-length: (\d+)/.exec(head)?.[1]);
    if (!/^http\/1.1 200[^]*content-encoding: br/.test(head) || Number.isNaN(body)) {
      throw new Error("Cannot measure the page: it did not come compressed, with its length");
    }
    this.bytes = end + body;
    return this.bytes;
  }
}
