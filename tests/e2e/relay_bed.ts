/**
 * The real program and two visitors with cameras, each in its own network, where a browser reaches the server and
 * nothing else (`tests/support/star_network.ts`). So the relay is the only path of a call.
 */

import type { Browser } from "playwright-core";
import { FLAGS } from "../../tools/compile.ts";
import { CertificateFiles } from "../support/certificate_files.ts";
import { TempFolder } from "../support/files.ts";
import { BINARY, Program } from "../support/program.ts";
import { type Client, SERVER, StarNetwork } from "../support/star_network.ts";
import { FAKE_DEVICES, FIREFOX_DEVICES, launchFirefox, launchUnder, trusting } from "./browser.ts";
import { Caller, PEERS, RECEIVED, SEALED } from "./caller.ts";
import { Visitor } from "./visitor.ts";

/** The browsers that can make calls here. */
export type CallEngine = "Chromium" | "Firefox";

/** Whether the relay is reached by TLS and TCP, or by TCP without it. */
type Scheme = "http" | "https";

/** The URL of the page. With TLS, the program listens on the standard port. */
const SITES = { http: `http://${SERVER}:8000`, https: `https://${SERVER}` } as const;

const ROOT = new URL("../../", import.meta.url).pathname;

/** A page may see its own address. Otherwise a headless browser replaces it with a made-up name. */
const SHOWN = "--disable-features=WebRtcHideLocalIpsWithMdns";

/** Chrome's Local Network Access for WebRTC: a page from a public address can't reach private ones. */
const LOCAL_NETWORK_ACCESS =
  "--enable-features=LocalNetworkAccessChecks,LocalNetworkAccessChecksWebRTC";

export interface RelayBedOptions {
  readonly scheme?: Scheme;
  readonly engines?: readonly [CallEngine, CallEngine];
  /** Runs in each page before its own script. */
  readonly scripts?: readonly [string, string];
}

interface Parts {
  readonly network: StarNetwork;
  readonly program: Program;
  readonly callers: readonly [Caller, Caller];
}

/** A program and two visitors. */
export class RelayBed implements AsyncDisposable {
  readonly network: StarNetwork;
  readonly program: Program;
  readonly callers: readonly [Caller, Caller];
  readonly #stack: AsyncDisposableStack;

  private constructor({ network, program, callers }: Parts, stack: AsyncDisposableStack) {
    this.network = network;
    this.program = program;
    this.callers = callers;
    this.#stack = stack;
  }

  /** Starts them; `undefined` where networks are forbidden. */
  static async open(options: RelayBedOptions = {}): Promise<RelayBed | undefined> {
    const { scheme = "http", engines = ["Chromium", "Chromium"], scripts = ["", ""] } = options;
    await using stack = new AsyncDisposableStack();
    const network = await StarNetwork.lay();
    if (network === undefined) return undefined;
    stack.use(network);
    const folder = stack.use(new TempFolder());
    const files = stack.use(new CertificateFiles());
    const program = stack.use(await start(network, folder.path, scheme, files));
    const enter = async (client: Client): Promise<Caller> => {
      const where = { network, client, folder: `${folder.path}/client-${client}`, files, scheme };
      const browser = await launchIn(engines[client], where);
      stack.defer(() => browser.close());
      const script = PEERS + SEALED + RECEIVED + scripts[client];
      return new Caller(await Visitor.open(browser, SITES[scheme], { script }));
    };
    const callers = [await enter(0), await enter(1)] as const;
    return new RelayBed({ network, program, callers }, stack.move());
  }

  /** Both start a video chat, and meet. */
  async meet(): Promise<void> {
    for (const { visitor } of this.callers) await visitor.searchForVideo();
    for (const { visitor } of this.callers) await visitor.meets();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stack.disposeAsync();
  }
}

/** Starts the program in an empty folder, with no options but those of TLS. */
async function start(
  network: StarNetwork,
  folder: string,
  scheme: Scheme,
  files: CertificateFiles,
): Promise<Program> {
  const program = BINARY === undefined
    ? [Deno.execPath(), "run", `--config=${ROOT}deno.json`, ...FLAGS, `${ROOT}main.ts`]
    : [BINARY];
  const args = scheme === "https" ? ["--port=443", ...files.args] : [];
  const command = ["env", `--chdir=${folder}`, ...network.underServer, ...program, ...args];
  return await Program.startWith({ command });
}

interface Where {
  readonly network: StarNetwork;
  readonly client: Client;
  readonly folder: string;
  readonly files: CertificateFiles;
  readonly scheme: Scheme;
}

async function launchIn(
  engine: CallEngine,
  { network, client, folder, files, scheme }: Where,
): Promise<Browser> {
  const under = network.underClient(client);
  if (engine === "Firefox") {
    const settings = { ...FIREFOX_DEVICES, "dom.securecontext.allowlist": SERVER };
    return await launchFirefox({ under, isTrusting: scheme === "https", settings });
  }
  const trust = scheme === "https"
    ? trusting(files.cert)
    : `--unsafely-treat-insecure-origin-as-secure=${SITES.http}`;
  const more = client === 0 ? [] : [LOCAL_NETWORK_ACCESS];
  await Deno.mkdir(folder);
  return await launchUnder(under, folder, ...FAKE_DEVICES, SHOWN, trust, ...more);
}
