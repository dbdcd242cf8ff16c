/**
 * Compresses pages as well as brotli can, a slice at a time. The best quality takes about a tenth of a second for a
 * page. Deno does that work on the thread that also serves the chats, even where its API is asynchronous. So a page is
 * first sent in a fast encoding, and replaced when a better one is ready:
 *
 *     first request ──> fast encoding, sent at once
 *                └────> queue ── one slice per step ──> best encoding, sent from then on
 *
 * Slices cost about four percent of the size.
 */

import { Buffer } from "node:buffer";
import { type BrotliCompress, constants, createBrotliCompress } from "node:zlib";
import { LinkedQueue } from "../base/linked_queue.ts";

/** Number of bytes that are compressed in one step. */
export const SLICE_BYTES = 8 * 1024;

interface Job {
  readonly bytes: Uint8Array;
  readonly onDone: (encoded: Uint8Array<ArrayBuffer>) => void;
  /** Created by the first step. */
  stream: BrotliCompress | undefined;
  readonly output: Buffer[];
  /** Number of bytes that the stream has received. */
  taken: number;
}

/** Encodes one page after the other. */
export class BackgroundEncoder {
  readonly #jobs = new LinkedQueue<Job>();
  #isBusy = false;

  /** Number of pages that are not ready yet. */
  get size(): number {
    return this.#jobs.size;
  }

  /** Queues a page. `onDone` receives it compressed. */
  add(bytes: Uint8Array, onDone: Job["onDone"]): void {
    this.#jobs.append({ bytes, onDone, stream: undefined, output: [], taken: 0 });
  }

  /** Compresses the next slice. An interval task. */
  step(): void {
    const job = this.#jobs.first;
    if (job === undefined || this.#isBusy) return;
    this.#isBusy = true;
    const stream = job.stream ??= newStream(job);
    const slice = job.bytes.subarray(job.taken, job.taken += SLICE_BYTES);
    const isLast = job.taken >= job.bytes.length;
    if (isLast) stream.once("end", () => this.#finish(job)).end(slice);
    else stream.write(slice, () => stream.flush(() => this.#isBusy = false));
  }

  #finish({ output, onDone }: Job): void {
    this.#isBusy = false;
    this.#jobs.shift();
    onDone(new Uint8Array(Buffer.concat(output)));
  }
}

function newStream({ bytes, output }: Job): BrotliCompress {
  const stream = createBrotliCompress({
    flush: constants.BROTLI_OPERATION_PROCESS,
    params: {
      [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY,
      [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
    },
  });
  return stream.on("data", (chunk: Buffer) => output.push(chunk));
}
