/** A server and the visitors of a single test, opened and closed together. */

import type { Browser } from "playwright-core";
import { SUBPROTOCOL } from "../../protocol.ts";
import { InProcess, inProcess, serve, type ServerUnderTest } from "../support/server_under_test.ts";
import { type ServerOptions, TestServer } from "../support/server.ts";
import { waitUntil } from "../support/wait_until.ts";
import { isFirefoxThere, launchFirefox, launchShell } from "./browser.ts";
import { Caller, PEERS } from "./caller.ts";
import { Visitor, type VisitorOptions } from "./visitor.ts";

/** Opens a server for one test. */
export type OpenFixture = (options?: ServerOptions) => Promise<SiteFixture>;

/** Starts one browser with additional arguments for all tests of a file, and closes it after the last. */
export function siteFixture(...args: readonly string[]): OpenFixture {
  return siteFixtureIn(() => launchShell(...args));
}

/** The same in Firefox. */
export function siteFixtureInFirefox(): OpenFixture {
  return siteFixtureIn(launchFirefox);
}

function siteFixtureIn(start: () => Promise<Browser>): OpenFixture {
  const browser = startedOnce(start);
  return async (options = {}) => new SiteFixture(await browser(), await open(options));
}

/** A browser that is started when first requested, and closed after the last test of a file. */
export function startedOnce(start: () => Promise<Browser>): () => Promise<Browser> {
  let browser: Promise<Browser> | undefined;
  Deno.test.afterAll(async () => await (await browser)?.close());
  return () => browser ??= start();
}

/** Starts a server. An executable is used only if no option needs the server inside the test process. */
async function open(options: ServerOptions): Promise<ServerUnderTest> {
  const isOrdinary = Object.keys(options).every((name) =>
    ["listener", "args", "port"].includes(name)
  );
  return isOrdinary ? await serve(options) : new InProcess(await TestServer.start(options));
}

/** Declares a test with a name and a body that opens its own server. */
export type FixtureTest = (name: string, body: (openFixture: OpenFixture) => Promise<void>) => void;

/** Ways to declare tests that run in Chromium and, if it is installed, in Firefox. */
export interface Engines {
  readonly test: FixtureTest;
  /** For tests that access the server's internals. */
  readonly inProcess: FixtureTest;
  /** For tests of the page's own state, which is the same in every engine. They run in Chromium only. */
  readonly decided: FixtureTest;
}

/** Declares each test of a file once and runs it in both engines. */
export async function inBothEngines(): Promise<Engines> {
  const inChromium = siteFixture();
  const engines: [suffix: string, open: OpenFixture][] = [["", inChromium]];
  if (await isFirefoxThere()) engines.push([", in Firefox", siteFixtureInFirefox()]);
  const declare = (test: typeof inProcess.test): FixtureTest => (name, body) => {
    for (const [suffix, openFixture] of engines) test(name + suffix, () => body(openFixture));
  };
  const decided: FixtureTest = (name, body) => Deno.test(name, () => body(inChromium));
  return { test: declare(Deno.test), inProcess: declare(inProcess.test), decided };
}

/** A server for one test, which can be stopped and started again on the same port. */
export class SiteFixture implements AsyncDisposable {
  readonly #browser: Browser;
  readonly #visitors: Visitor[] = [];
  readonly #guests: WebSocket[] = [];
  readonly url: string;
  readonly #port: number;
  #server: ServerUnderTest | undefined;

  constructor(browser: Browser, server: ServerUnderTest) {
    this.#browser = browser;
    this.#server = server;
    this.url = server.http;
    this.#port = server.port;
  }

  /** The server inside the test process, only for tests declared with `inProcess`. */
  get server(): TestServer {
    const served = this.#served;
    if (served instanceof InProcess) return served.server;
    throw new Error("Cannot inspect the server: it is a separate process");
  }

  get #served(): ServerUnderTest {
    if (this.#server === undefined) throw new Error("Cannot use the server: it is down");
    return this.#server;
  }

  /** A visitor opens the page, in this file's browser unless another is given. */
  async enter(
    options: VisitorOptions & { site?: string; browser?: Browser } = {},
  ): Promise<Visitor> {
    const { site = this.url, browser = this.#browser, ...rest } = options;
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
    await waitUntil(() => sessions.online < online);
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
