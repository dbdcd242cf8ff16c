/**
 * Real proxies in front of the program, with the very configurations in `deploy/`: nothing is replaced but what an
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
  /** Has a running one read its configuration again, as `systemctl reload` does with Debian's unit. */
  readonly reload: (folder: string, process: Deno.ChildProcess) => Promise<void>;
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
  nginx: { executable: "nginx", version: "-v", configure: configureNginx, reload: reloadNginx },
  caddy: {
    executable: "caddy",
    version: "version",
    configure: configureCaddy,
    reload: reloadCaddy,
  },
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
  readonly #kind: Kind;
  readonly #files: CertificateFiles;
  readonly #folder: TempFolder;
  readonly #args: string[];
  #process: Deno.ChildProcess;
  /** What it writes to a terminal or a log of the system. */
  readonly #output: Promise<string>[] = [];

  private constructor(
    kind: Kind,
    folder: TempFolder,
    { https, http, files }: Layout,
    args: string[],
  ) {
    this.port = https;
    this.httpPort = http;
    this.#kind = kind;
    this.#files = files;
    this.#folder = folder;
    this.#args = args;
    this.#process = this.#spawn();
  }

  /** Starts one in front of the program at port `target`, and waits until it listens. */
  static async start(name: ProxyName, target: number): Promise<Proxy> {
    const folder = new TempFolder();
    const kind = KINDS[name];
    const ports = { https: freePort(), http: freePort() };
    const layout = { folder: folder.path, ...ports, target, files: new CertificateFiles() };
    const proxy = new Proxy(kind, folder, layout, await kind.configure(layout));
    try {
      await proxy.#listens();
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

  get site(): string {
    return `https://127.0.0.1:${this.port}`;
  }

  /** Has it read its configuration again. */
  async reload(): Promise<void> {
    await this.#kind.reload(this.#folder.path, this.#process);
  }

  /** Ends it and starts it again on the same ports, as an upgrade of its package does. */
  async restart(): Promise<void> {
    await this.#end();
    this.#process = this.#spawn();
    await this.#listens();
  }

  /** Ends it; the answer is all that it has written, to whatever file or stream. */
  async stop(): Promise<string> {
    await this.#end();
    const files = await filesIn(this.#folder.path);
    const output = await Promise.all(this.#output);
    return [...output, ...files.map(({ text }) => text)].join("\n");
  }

  #spawn(): Deno.ChildProcess {
    const { path } = this.#folder;
    const process = new Deno.Command(this.#kind.executable, {
      args: this.#args,
      env: { HOME: path, XDG_DATA_HOME: path, XDG_CONFIG_HOME: path },
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    this.#output.push(
      ...[process.stdout, process.stderr].map((stream) => new Response(stream).text()),
    );
    return process;
  }

  async #listens(): Promise<void> {
    for (const port of [this.port, this.httpPort]) await until(() => listens(port));
  }

  async #end(): Promise<void> {
    try {
      this.#process.kill("SIGTERM");
    } catch {
      // It has already exited.
    }
    await this.#process.status;
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
  const text = await Deno.readTextFile(new URL(`../../deploy/${name}`, import.meta.url));
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
  const ports = [
    `admin ${adminSocket(folder)}`,
    `http_port ${http}`,
    `https_port ${https}`,
    "default_bind 127.0.0.1",
  ];
  const file = (await documented("Caddyfile", layout))
    .replace(/^\{$/m, `{\n\t${ports.join("\n\t")}`)
    .replace("# tls ", "tls ")
    .replace(/^chat\.example \{/m, "localhost, 127.0.0.1 {");
  await Deno.writeTextFile(join(folder, "Caddyfile"), file);
  return ["run", "--config", join(folder, "Caddyfile"), "--adapter", "caddyfile"];
}

/** It is done when a new worker serves whoever connects from then on. */
async function reloadNginx(_: string, process: Deno.ChildProcess): Promise<void> {
  const { pid } = process;
  const before = await workersOf(pid);
  process.kill("SIGHUP");
  await until(async () => (await workersOf(pid)).some((worker) => !before.includes(worker)));
}

async function workersOf(pid: number): Promise<string[]> {
  return (await Deno.readTextFile(`/proc/${pid}/task/${pid}/children`)).split(" ").filter(Boolean);
}

/** Debian's unit forces a reload also where nothing has changed. */
async function reloadCaddy(folder: string): Promise<void> {
  const file = join(folder, "Caddyfile");
  const address = ["--address", adminSocket(folder)];
  const args = ["reload", "--config", file, "--adapter", "caddyfile", ...address, "--force"];
  const { success, stderr } = await new Deno.Command("caddy", { args, stdout: "null" }).output();
  if (!success) throw new Error(`Cannot reload Caddy: ${new TextDecoder().decode(stderr)}`);
}

/** Where Caddy takes orders; one of its own, because several may run. */
function adminSocket(folder: string): string {
  return `unix/${join(folder, "admin.sock")}`;
}
