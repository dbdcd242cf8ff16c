/** A server and the visitors of a single test, opened and closed together. */

import type { Browser } from "playwright-core";
import { SUBPROTOCOL } from "../../protocol.ts";
import { InProcess, inProcess, serve, type ServerUnderTest } from "../support/server_under_test.ts";
import { type ServerOptions, TestServer } from "../support/server.ts";
import { waitUntil } from "../support/wait_until.ts";
import { isFirefoxThere, launchFirefox, launchShell } from "./browser.ts";
import { Caller, PEERS } from "./caller.ts";
import { type AnyVisitor, Visitor, type VisitorOptions } from "./visitor.ts";
import { isWebKitThere, WebKit } from "./webkit.ts";
import { WebKitVisitor } from "./webkit_visitor.ts";

/** Opens a server for one test. */
export type OpenFixture = (options?: ServerOptions) => Promise<SiteFixture>;

/** The same for visitors of any engine. */
export type OpenEngineFixture = (options?: ServerOptions) => Promise<EngineFixture>;

/** Starts one browser with additional arguments for all tests of a file, and closes it after the last. */
export function siteFixture(...args: readonly string[]): OpenFixture {
  return siteFixtureIn(() => launchShell(...args));
}

/** The same in Firefox. */
export function siteFixtureInFirefox(): OpenFixture {
  return siteFixtureIn(launchFirefox);
}

/** The same in WebKit, with visitors of any engine. */
function siteFixtureInWebKit(): OpenEngineFixture {
  const webkit = startedOnce(() => WebKit.launch());
  return async (options = {}) => {
    const browser = await webkit();
    return new EngineFixture(await open(options), (site) => WebKitVisitor.open(browser, site));
  };
}

function siteFixtureIn(start: () => Promise<Browser>): OpenFixture {
  const browser = startedOnce(start);
  return async (options = {}) => new SiteFixture(await browser(), await open(options));
}

/** A browser that is started when first requested, and closed after the last test of a file. */
export function startedOnce<B extends { close(): Promise<void> }>(
  start: () => Promise<B>,
): () => Promise<B> {
  let browser: Promise<B> | undefined;
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
export type FixtureTest<F = SiteFixture> = (
  name: string,
  body: (openFixture: (options?: ServerOptions) => Promise<F>) => Promise<void>,
) => void;

/** Ways to declare tests that run in several engines, as far as they are installed. */
export interface Engines {
  /** For tests that need only what visitors in every engine have. */
  readonly everywhere: FixtureTest<EngineFixture>;
  /** In Chromium and Firefox. */
  readonly test: FixtureTest;
  /** For tests that access the server's internals. */
  readonly inProcess: FixtureTest;
  /** For tests of the page's own state, which is the same in every engine. They run in Chromium only. */
  readonly decided: FixtureTest;
}

/** An engine that is installed. */
export interface Engine {
  readonly name: string;
  readonly open: OpenEngineFixture;
}

/** The engines that are installed. Their browsers start when first used, and end after the last test of a file. */
export async function everyEngine(): Promise<Engine[]> {
  return [...await bothEngines(), ...await webKitEngine()];
}

async function bothEngines(): Promise<(Engine & { readonly open: OpenFixture })[]> {
  const engines = [{ name: "Chromium", open: siteFixture() }];
  if (await isFirefoxThere()) engines.push({ name: "Firefox", open: siteFixtureInFirefox() });
  return engines;
}

async function webKitEngine(): Promise<Engine[]> {
  return await isWebKitThere() ? [{ name: "WebKit", open: siteFixtureInWebKit() }] : [];
}

/** Declares each test of a file once and runs it in every engine that it is meant for. */
export async function inEveryEngine(): Promise<Engines> {
  const both = await bothEngines();
  return {
    everywhere: declareIn([...both, ...await webKitEngine()], Deno.test),
    test: declareIn(both, Deno.test),
    inProcess: declareIn(both, inProcess.test),
    decided: declareIn(both.slice(0, 1), Deno.test),
  };
}

/** Whether tests in Chromium that need nothing else run on another system (`tools/test.ts`). */
const isElsewhere = Deno.env.get("TEST_ONCE") === "1";

/** The names of tests in Chromium have no suffix. */
function declareIn<O>(
  engines: readonly { readonly name: string; readonly open: O }[],
  test: typeof inProcess.test,
): (name: string, body: (openFixture: O) => Promise<void>) => void {
  return (name, body) => {
    for (const { name: engine, open } of engines) {
      if (engine === "Chromium" && isElsewhere) continue;
      test(engine === "Chromium" ? name : `${name}, in ${engine}`, () => body(open));
    }
  };
}

/** A server for one test, which can be stopped and started again on the same port. */
export class EngineFixture<V extends AnyVisitor = AnyVisitor> implements AsyncDisposable {
  readonly #visitors: V[] = [];
  readonly #open: (site: string) => Promise<V>;
  readonly #guests: WebSocket[] = [];
  readonly url: string;
  readonly #port: number;
  #server: ServerUnderTest | undefined;

  /** `open` opens a page for a new visitor. */
  constructor(server: ServerUnderTest, open: (site: string) => Promise<V>) {
    this.#open = open;
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

  /** A visitor opens the page. */
  async enter({ site = this.url }: { site?: string } = {}): Promise<V> {
    return this.adopt(await this.#open(site));
  }

  /** Two visitors open the page, search, and are paired. */
  async pair(one: { site?: string } = {}, other: { site?: string } = {}): Promise<[V, V]> {
    const [a, b] = [await this.enter(one), await this.enter(other)];
    await a.search();
    await b.search();
    await a.meets();
    await b.meets();
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

  /** The page of this visitor is closed at the end of the test. */
  protected adopt(visitor: V): V {
    this.#visitors.push(visitor);
    return visitor;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const guest of this.#guests) guest.close();
    for (const visitor of this.#visitors) await visitor[Symbol.asyncDispose]();
    await this.#server?.[Symbol.asyncDispose]();
  }
}

/** Options of a visitor in Chromium or Firefox, who may use another browser than the other visitors of the file. */
export type EnterOptions = VisitorOptions & {
  readonly site?: string;
  readonly browser?: Browser;
};

/** The same with visitors in Chromium or Firefox. */
export class SiteFixture extends EngineFixture<Visitor> {
  readonly #browser: Browser;

  constructor(browser: Browser, server: ServerUnderTest) {
    super(server, (site) => Visitor.open(browser, site));
    this.#browser = browser;
  }

  /** A visitor opens the page, in this file's browser unless another is given. */
  override async enter(options: EnterOptions = {}): Promise<Visitor> {
    const { site = this.url, browser = this.#browser, ...rest } = options;
    return this.adopt(await Visitor.open(browser, site, rest));
  }

  override async pair(
    one: EnterOptions = {},
    other: EnterOptions = {},
  ): Promise<[Visitor, Visitor]> {
    return await super.pair(one, other);
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
}
