/** A server and the visitors of a single test, opened and closed together. */

import type { Browser } from "playwright-core";
import { SUBPROTOCOL } from "../../protocol.ts";
import { Inside, inside, serve, type Served } from "../support/served.ts";
import { type ServerOptions, TestServer } from "../support/server.ts";
import { until } from "../support/until.ts";
import { isFirefoxThere, launchFirefox, launchShell } from "./browser.ts";
import { Caller, PEERS } from "./caller.ts";
import { Visitor, type VisitorOptions } from "./visitor.ts";

/** Opens a server for one test. */
export type OpenHouse = (options?: ServerOptions) => Promise<House>;

/** Starts one browser with additional arguments for all tests of a file, and closes it after the last. */
export function housing(...args: readonly string[]): OpenHouse {
  return housingIn(() => launchShell(...args));
}

/** The same in Firefox. */
export function housingInFirefox(): OpenHouse {
  return housingIn(launchFirefox);
}

function housingIn(start: () => Promise<Browser>): OpenHouse {
  const browser = startedOnce(start);
  return async (options = {}) => new House(await browser(), await open(options));
}

/** A browser that is started when first requested, and closed after the last test of a file. */
export function startedOnce(start: () => Promise<Browser>): () => Promise<Browser> {
  let browser: Promise<Browser> | undefined;
  Deno.test.afterAll(async () => await (await browser)?.close());
  return () => browser ??= start();
}

/** Starts a server. An executable is used only if no option needs the server inside the test process. */
async function open(options: ServerOptions): Promise<Served> {
  const isOrdinary = Object.keys(options).every((name) =>
    ["listener", "args", "port"].includes(name)
  );
  return isOrdinary ? await serve(options) : new Inside(await TestServer.start(options));
}

/** Declares a test with a name and a body that opens its own server. */
export type HouseTest = (name: string, body: (openHouse: OpenHouse) => Promise<void>) => void;

/** Ways to declare tests that run in Chromium and, if it is installed, in Firefox. */
export interface Engines {
  readonly test: HouseTest;
  /** For tests that access the server's internals. */
  readonly inside: HouseTest;
  /** For tests of the page's own state, which is the same in every engine. They run in Chromium only. */
  readonly decided: HouseTest;
}

/** Declares each test of a file once and runs it in both engines. */
export async function inBothEngines(): Promise<Engines> {
  const inChromium = housing();
  const engines: [suffix: string, open: OpenHouse][] = [["", inChromium]];
  if (await isFirefoxThere()) engines.push([", in Firefox", housingInFirefox()]);
  const declare = (test: typeof inside.test): HouseTest => (name, body) => {
    for (const [suffix, openHouse] of engines) test(name + suffix, () => body(openHouse));
  };
  const decided: HouseTest = (name, body) => Deno.test(name, () => body(inChromium));
  return { test: declare(Deno.test), inside: declare(inside.test), decided };
}

/** A server for one test, which can be stopped and started again on the same port. */
export class House implements AsyncDisposable {
  readonly #browser: Browser;
  readonly #visitors: Visitor[] = [];
  readonly #guests: WebSocket[] = [];
  readonly site: string;
  readonly #port: number;
  #server: Served | undefined;

  constructor(browser: Browser, server: Served) {
    this.#browser = browser;
    this.#server = server;
    this.site = server.http;
    this.#port = server.port;
  }

  /** The server inside the test process, only for tests declared with `inside`. */
  get server(): TestServer {
    const served = this.#served;
    if (served instanceof Inside) return served.server;
    throw new Error("Cannot look into the server: it is a process of its own");
  }

  get #served(): Served {
    if (this.#server === undefined) throw new Error("Cannot use the server: it is down");
    return this.#server;
  }

  /** A visitor opens the page, in this file's browser unless another is given. */
  async enter(
    options: VisitorOptions & { site?: string; browser?: Browser } = {},
  ): Promise<Visitor> {
    const { site = this.site, browser = this.#browser, ...rest } = options;
    const visitor = await Visitor.open(browser, site, rest);
    this.#visitors.push(visitor);
    return visitor;
  }

  /** Two visitors open the page, search, and are paired. */
  async pair(one: VisitorOptions = {}, other: VisitorOptions = {}): Promise<[Visitor, Visitor]> {
    const [a, b] = [await this.enter(one), await this.enter(other)];
    await a.search();
    await b.search();
    await a.meets();
    await b.meets();
    return [a, b];
  }

  /** Two visitors open the page, start a video chat, and are paired. */
  async pairForVideo(
    one: VisitorOptions = {},
    other: VisitorOptions = {},
  ): Promise<[Caller, Caller]> {
    const enter = async (options: VisitorOptions): Promise<Caller> =>
      new Caller(await this.enter({ ...options, script: PEERS + (options.script ?? "") }));
    const [a, b] = [await enter(one), await enter(other)];
    for (const { visitor } of [a, b]) await visitor.searchForVideo();
    for (const { visitor } of [a, b]) await visitor.meets();
    return [a, b];
  }

  /** A client connects without a page. */
  async addGuest(): Promise<void> {
    const guest = new WebSocket(this.#served.socketUrl, SUBPROTOCOL);
    await new Promise((resolve) => guest.onmessage = resolve);
    this.#guests.push(guest);
  }

  /** A client without a page disconnects. Waits until the server has noticed. */
  async removeGuest(): Promise<void> {
    const { sessions } = this.server.chat;
    const online = sessions.online;
    this.#guests.pop()?.close();
    await until(() => sessions.online < online);
  }

  async goDown(): Promise<void> {
    await this.#served.stop();
    this.#server = undefined;
  }

  async comeUp(): Promise<void> {
    this.#server = await serve({ port: this.#port });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const guest of this.#guests) guest.close();
    for (const visitor of this.#visitors) await visitor[Symbol.asyncDispose]();
    await this.#server?.[Symbol.asyncDispose]();
  }
}
