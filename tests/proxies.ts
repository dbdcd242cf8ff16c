/**
 * Real proxies in front of the program, with the very configurations of `docs/`: nothing is replaced but what an
 * operator replaces (ports, certificate), and what a test may not touch (folders of the system).
 */

import { join } from "node:path";
import { CertificateFiles } from "./certificate_files.ts";
import { filesIn, TempFolder } from "./files.ts";
import { freePort } from "./free_port.ts";
import { isInstalled } from "./installed.ts";
import { until } from "./until.ts";

/** A kind of proxy: its program, and how it is started. */
interface Kind {
  readonly executable: string;
  readonly version: string;
  /** Writes its configuration; the answer is its arguments. */
  readonly configure: (place: Layout) => Promise<string[]>;
}

interface Layout {
  readonly folder: string;
  readonly https: number;
  readonly http: number;
  /** Where the program listens. */
  readonly target: number;
  readonly files: CertificateFiles;
}

const KINDS = {
  nginx: { executable: "nginx", version: "-v", configure: configureNginx },
  caddy: { executable: "caddy", version: "version", configure: configureCaddy },
} as const satisfies Record<string, Kind>;

/** The names of the proxies, which are those of their Debian packages but for a suffix. */
export type ProxyName = keyof typeof KINDS;
export const PROXIES = Object.keys(KINDS) as ProxyName[];

/** Whether there is such a proxy; in CI it is a failure that there is none. */
export function isProxyThere(name: ProxyName): Promise<boolean> {
  const { executable, version } = KINDS[name];
  return isInstalled({
    name,
    program: executable,
    args: [version],
    skipped: "the tests behind it are skipped",
  });
}

/** A proxy at work, on the loopback address. */
export class Proxy implements AsyncDisposable {
  /** Where it speaks TLS. */
  readonly port: number;
  /** Where it speaks plain HTTP. */
  readonly httpPort: number;
  readonly #files: CertificateFiles;
  readonly #folder: TempFolder;
  readonly #process: Deno.ChildProcess;
  /** What it writes to a terminal or a log of the system. */
  readonly #output: Promise<string>;

  private constructor(
    folder: TempFolder,
    { https, http, files }: Layout,
    process: Deno.ChildProcess,
  ) {
    this.port = https;
    this.httpPort = http;
    this.#files = files;
    this.#folder = folder;
    this.#process = process;
    const { stdout, stderr } = process;
    this.#output = Promise.all([stdout, stderr].map((stream) => new Response(stream).text()))
      .then((texts) => texts.join(""));
  }

  /** Starts one in front of the program at port `target`, and waits until it listens. */
  static async start(name: ProxyName, target: number): Promise<Proxy> {
    const folder = new TempFolder();
    const { executable, configure } = KINDS[name];
    const ports = { https: freePort(), http: freePort() };
    const layout = { folder: folder.path, ...ports, target, files: new CertificateFiles() };
    const process = new Deno.Command(executable, {
      args: await configure(layout),
      env: { HOME: folder.path, XDG_DATA_HOME: folder.path, XDG_CONFIG_HOME: folder.path },
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    const proxy = new Proxy(folder, layout, process);
    try {
      for (const port of [proxy.port, proxy.httpPort]) await until(() => listens(port));
    } catch (error) {
      await proxy[Symbol.asyncDispose]();
      throw error;
    }
    return proxy;
  }

  /** What has to be trusted, in PEM. */
  get certificate(): string {
    return this.#files.cert;
  }

  get socketUrl(): string {
    return `wss://127.0.0.1:${this.port}/ws`;
  }

  /** Ends it; the answer is all that it has written, to whatever file or stream. */
  async stop(): Promise<string> {
    try {
      this.#process.kill("SIGTERM");
    } catch {
      // It has ended by itself.
    }
    await this.#process.status;
    const files = await filesIn(this.#folder.path);
    return await this.#output + files.map(({ text }) => text).join("\n");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
    await this.#folder[Symbol.asyncDispose]();
    await this.#files[Symbol.asyncDispose]();
  }
}

async function listens(port: number): Promise<boolean> {
  return await Deno.connect({ hostname: "127.0.0.1", port }).then((connection) => {
    connection.close();
    return true;
  }, () => false);
}

/** What an operator replaces in either. */
async function documented(name: string, { files, target }: Layout): Promise<string> {
  const text = await Deno.readTextFile(new URL(`../docs/${name}`, import.meta.url));
  return text
    .replaceAll("/etc/letsencrypt/live/chat.example/fullchain.pem", files.certFile)
    .replaceAll("/etc/letsencrypt/live/chat.example/privkey.pem", files.keyFile)
    .replaceAll("127.0.0.1:8000", `127.0.0.1:${target}`);
}

/** The file is a part of nginx's whole configuration; what stands around it is Debian's. */
async function configureNginx(layout: Layout): Promise<string[]> {
  const { folder, https, http } = layout;
  const site = (await documented("nginx.conf", layout))
    .replace(/^ *listen \[::\].*\n/gm, "")
    .replace("listen 443 ", `listen 127.0.0.1:${https} `)
    .replace("listen 80;", `listen 127.0.0.1:${http};`);
  await Deno.writeTextFile(join(folder, "site.conf"), site);
  const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
    .map((kind) => `${kind}_temp_path ${join(folder, kind)};`);
  const whole = [
    `pid ${join(folder, "pid")};`,
    "worker_processes 1;",
    "events { worker_connections 768; }",
    `http { ${temporary.join(" ")} include ${join(folder, "site.conf")}; }`,
  ];
  await Deno.writeTextFile(join(folder, "whole.conf"), whole.join("\n"));
  return ["-c", join(folder, "whole.conf"), "-p", folder, "-e", "stderr", "-g", "daemon off;"];
}

async function configureCaddy(layout: Layout): Promise<string[]> {
  const { folder, https, http } = layout;
  const ports = ["admin off", `http_port ${http}`, `https_port ${https}`, "default_bind 127.0.0.1"];
  const file = (await documented("Caddyfile", layout))
    .replace(/^\{$/m, `{\n\t${ports.join("\n\t")}`)
    .replace("# tls ", "tls ")
    .replace(/^chat\.example \{/m, "localhost, 127.0.0.1 {");
  await Deno.writeTextFile(join(folder, "Caddyfile"), file);
  return ["run", "--config", join(folder, "Caddyfile"), "--adapter", "caddyfile"];
}
