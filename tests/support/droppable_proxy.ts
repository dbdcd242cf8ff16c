/**
 * A proxy between a browser and a server that can drop out. Every connection through it then drops without notice to
 * either end, and no new one gets through until it is restored.
 *
 *   browser ── http://127.0.0.1:proxy ──> DroppableProxy ──> http://127.0.0.1:server
 */

/** A proxy that initially works. */
export class DroppableProxy implements Disposable {
  readonly #listener: Deno.TcpListener;
  #target: number;
  readonly #open = new Set<Deno.TcpConn>();
  #isDown = false;

  constructor(target: number) {
    this.#target = target;
    this.#listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    this.#accept();
  }

  get site(): string {
    return `http://127.0.0.1:${this.#listener.addr.port}`;
  }

  /** Directs new connections to another server, as a load balancer does. */
  setTarget(target: number): void {
    this.#target = target;
  }

  /** Ends all connections, and refuses new ones. */
  drop(): void {
    this.#isDown = true;
    for (const end of this.#open) this.#close(end);
  }

  /** Accepts connections again. */
  restore(): void {
    this.#isDown = false;
  }

  [Symbol.dispose](): void {
    this.#listener.close();
    this.drop();
  }

  async #accept(): Promise<void> {
    for await (const browser of this.#listener) {
      if (this.#isDown) browser.close();
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
