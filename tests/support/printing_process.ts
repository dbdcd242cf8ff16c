/** A process that a test runs and reads: what it has printed to standard output so far. */
export class PrintingProcess implements AsyncDisposable {
  readonly #process: Deno.ChildProcess;
  readonly #reading: Promise<void>;
  #printed = "";

  /** Starts a program with its arguments. */
  constructor(
    [program = "", ...args]: readonly string[],
    options: Omit<Deno.CommandOptions, "args" | "stdout"> = {},
  ) {
    this.#process = new Deno.Command(program, { ...options, args, stdout: "piped" }).spawn();
    this.#reading = this.#read();
  }

  get pid(): number {
    return this.#process.pid;
  }

  get printed(): string {
    return this.#printed;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.end("SIGKILL");
  }

  /** Ends it with a signal, and waits until it has ended. */
  async end(signal: Deno.Signal): Promise<void> {
    this.#process.kill(signal);
    await this.#process.status;
    await this.#reading;
  }

  async #read(): Promise<void> {
    for await (const text of this.#process.stdout.pipeThrough(new TextDecoderStream())) {
      this.#printed += text;
    }
  }
}
