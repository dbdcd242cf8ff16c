/**
 * A cable between a browser and a server that can be unplugged. Every connection through it then drops without notice
 * to either end, and no new one gets through until it is plugged in again.
 *
 *   browser ── http://127.0.0.1:cable ──> Cable ──> http://127.0.0.1:server
 */

/** A cable, initially plugged in. */
export class Cable implements Disposable {
  readonly #listener: Deno.TcpListener;
  #target: number;
  readonly #open = new Set<Deno.TcpConn>();
  #isOut = false;

  constructor(target: number) {
    this.#target = target;
    this.#listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    this.#accept();
  }

  get site(): string {
    return `http://127.0.0.1:${this.#listener.addr.port}`;
  }

  /** Directs new connections to another server, as a load balancer does. */
  leadTo(target: number): void {
    this.#target = target;
  }

  /** Unplugs it. */
  pull(): void {
    this.#isOut = true;
    for (const end of this.#open) this.#close(end);
  }

  /** Plugs it in again. */
  put(): void {
    this.#isOut = false;
  }

  [Symbol.dispose](): void {
    this.#listener.close();
    this.pull();
  }

  async #accept(): Promise<void> {
    for await (const browser of this.#listener) {
      if (this.#isOut) browser.close();
      else this.#join(browser).catch(() => this.#close(browser));
    }
  }

  async #join(browser: Deno.TcpConn): Promise<void> {
    this.#open.add(browser);
    const server = await Deno.connect({ hostname: "127.0.0.1", port: this.#target });
    this.#open.add(server);
    await Promise.all([
      browser.readable.pipeTo(server.writable),
      server.readable.pipeTo(browser.writable),
    ]).catch(() => {}); // Either end may disconnect at any time.
    for (const end of [browser, server]) this.#close(end);
  }

  #close(end: Deno.TcpConn): void {
    if (!this.#open.delete(end)) return;
    try {
      end.close();
    } catch {
      // It is closed already.
    }
  }
}
