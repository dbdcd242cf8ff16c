/**
 * Orders between the processes of a benchmark: one process writes JSON to the standard input of another, a line each,
 * and reads the answers from its standard output, in order.
 */

import { delay } from "../../server/base/timeout.ts";

/** How an answer begins, so that it is told from other output. */
const ANSWER = "answer ";

/** The lines of a stream. */
export async function* linesOf(
  stream: ReadableStream<Uint8Array<ArrayBuffer>>,
): AsyncGenerator<string, void, undefined> {
  let rest = "";
  for await (const text of stream.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    yield* lines;
  }
}

/** Handles each order from standard input, and prints what it returns. */
export async function obeyOrders<Order>(obey: (order: Order) => unknown): Promise<void> {
  for await (const line of linesOf(Deno.stdin.readable)) {
    printAnswer(await obey(JSON.parse(line)));
  }
}

/** Prints an answer. */
export function printAnswer(answer: unknown): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${ANSWER}${JSON.stringify(answer ?? null)}\n`));
}

/** A process that obeys orders. */
export class OrderedProcess implements AsyncDisposable {
  readonly #process: Deno.ChildProcess;
  readonly #orders: WritableStreamDefaultWriter<Uint8Array>;
  readonly #answers: ((answer: unknown) => void)[] = [];
  readonly #reading: Promise<void>;
  readonly #onOutput: (line: string) => void;

  /** Starts a program with its arguments. Lines that are no answers go to `onOutput`. */
  constructor(
    [program = "", ...args]: readonly string[],
    onOutput: (line: string) => void = () => {},
    env: Record<string, string> = {},
  ) {
    this.#process = new Deno.Command(program, { args, env, stdin: "piped", stdout: "piped" })
      .spawn();
    this.#orders = this.#process.stdin.getWriter();
    this.#onOutput = onOutput;
    this.#reading = this.#read();
  }

  get pid(): number {
    return this.#process.pid;
  }

  /** Gives an order, and resolves with the answer. Rejects if the process ends first. */
  async ask<Answer>(order: unknown): Promise<Answer> {
    const answer = this.next<Answer>();
    await this.#orders.write(new TextEncoder().encode(`${JSON.stringify(order)}\n`));
    return await answer;
  }

  /** The next answer, which an order or an event causes. */
  async next<Answer>(): Promise<Answer> {
    const answer = new Promise<unknown>((resolve) => this.#answers.push(resolve));
    const ended = this.#reading.then(() => delay(0)).then(() => {
      throw new Error("Cannot continue: a process of the benchmark has ended");
    });
    return await Promise.race([answer, ended]) as Answer;
  }

  /** Sends a signal, and resolves when the process has ended. */
  async end(signal: Deno.Signal): Promise<void> {
    this.#process.kill(signal);
    await this.#process.status;
    await this.#reading;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#orders.abort().catch(() => {}); // It may have ended.
    await this.end("SIGKILL").catch(() => {});
  }

  async #read(): Promise<void> {
    for await (const line of linesOf(this.#process.stdout)) {
      if (line.startsWith(ANSWER)) this.#answers.shift()?.(JSON.parse(line.slice(ANSWER.length)));
      else this.#onOutput(line);
    }
  }
}
