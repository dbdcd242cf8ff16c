/**
 * Real proxies in front of the program, with the configurations in `deploy/`. Only what an operator replaces is
 * replaced (ports, certificate), and what a test may not touch (system folders).
 */

import { join } from "node:path";
import { CertificateFiles } from "./certificate_files.ts";
import { filesIn, TempFolder } from "./files.ts";
import { freePort } from "./free_port.ts";
import { isInstalled } from "./installed.ts";
import { waitUntil } from "./wait_until.ts";

/** A kind of proxy: its program, and how to start it. */
interface Kind {
  readonly executable: string;
  readonly version: string;
  /** Writes its configuration and returns its arguments. */
  readonly configure: (place: Layout) => Promise<string[]>;
  /** Makes a running proxy read its configuration again, as `systemctl reload` does with Debian's unit. */
  readonly reload: (folder: string, process: Deno.ChildProcess) => Promise<void>;
}

interface Layout {
  readonly folder: string;
  readonly https: number;
  readonly http: number;
  /** The port of the program. */
  readonly target: number;
  readonly files: CertificateFiles;
  /** The address of a CDN in front of it, for which its commented lines are put in force. */
  readonly cdn?: string | undefined;
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

/** The names of the proxies. Their Debian packages have the same names, apart from suffixes. */
export type ProxyName = keyof typeof KINDS;
export const PROXIES = Object.keys(KINDS) as ProxyName[];

/** Whether a proxy is installed. In CI, a missing one is a failure. */
export function isProxyThere(name: ProxyName): Promise<boolean> {
  const { executable, version } = KINDS[name];
  return isInstalled({
    name,
    program: executable,
    args: [version],
    skipped: "the tests behind it are skipped",
  });
}

/** A running proxy on the loopback address. */
export class Proxy implements AsyncDisposable {
  /** The TLS port. */
  readonly port: number;
  /** The plain HTTP port. */
  readonly httpPort: number;
  readonly #kind: Kind;
  readonly #files: CertificateFiles;
  readonly #folder: TempFolder;
  readonly #args: string[];
  #process: Deno.ChildProcess;
  /** What it writes to standard output and standard error. */
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

  /** Starts a proxy in front of the program at port `target`, and waits until it listens. */
  static async start(name: ProxyName, target: number, cdn?: string): Promise<Proxy> {
    return await Proxy.#start(KINDS[name], target, cdn);
  }

  /**
   * Starts an nginx that does what a CDN does: it appends the visitor's address to X-Forwarded-For, and connects to the
   * proxy at the https port `target` from the address `cdn`.
   */
  static async startCdn(target: number, cdn: string): Promise<Proxy> {
    return await Proxy.#start({ ...KINDS.nginx, configure: configureCdn }, target, cdn);
  }

  static async #start(kind: Kind, target: number, cdn: string | undefined): Promise<Proxy> {
    const folder = new TempFolder();
    const ports = { https: freePort(), http: freePort() };
    const layout = { folder: folder.path, ...ports, target, cdn, files: new CertificateFiles() };
    const proxy = new Proxy(kind, folder, layout, await kind.configure(layout));
    try {
      await proxy.#listens();
    } catch (error) {
      await proxy[Symbol.asyncDispose]();
      throw error;
    }
    return proxy;
  }

  /** The certificate that clients have to trust, in PEM. */
  get certificate(): string {
    return this.#files.cert;
  }

  get socketUrl(): string {
    return `wss://127.0.0.1:${this.port}/ws`;
  }

  get site(): string {
    return `https://127.0.0.1:${this.port}`;
  }

  /** Makes it read its configuration again. */
  async reload(): Promise<void> {
    await this.#kind.reload(this.#folder.path, this.#process);
  }

  /** Stops it and starts it again on the same ports, as a package upgrade does. */
  async restart(): Promise<void> {
    await this.#end();
    this.#process = this.#spawn();
    await this.#listens();
  }

  /** Stops it, and returns everything that it wrote to files and streams. */
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
    for (const port of [this.port, this.httpPort]) await waitUntil(() => listens(port));
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

/** The documented configuration of either proxy, with the operator's replacements. */
async function documented(name: string, { files, target, cdn }: Layout): Promise<string> {
  const text = await Deno.readTextFile(new URL(`../../deploy/${name}`, import.meta.url));
  return withCdn(text, cdn)
    .replaceAll("/etc/letsencrypt/live/chat.example/fullchain.pem", files.certFile)
    .replaceAll("/etc/letsencrypt/live/chat.example/privkey.pem", files.keyFile)
    .replaceAll("127.0.0.1:8000", `127.0.0.1:${target}`);
}

/** Uncomments the lines for a CDN, as their comment says. */
function withCdn(text: string, cdn: string | undefined): string {
  if (cdn === undefined) return text;
  return text
    .replace(/# (set_real_ip_from) 192.*;/, `$1 ${cdn};`)
    .replace("# real_ip_header", "real_ip_header")
    .replace(/# (trusted_proxies) .*/, `$1 ${cdn}/32`);
}

/** The file is only a part of nginx's configuration. The part around it follows Debian's. */
async function configureNginx(layout: Layout): Promise<string[]> {
  const { folder, https, http } = layout;
  const site = (await documented("nginx.conf", layout))
    .replace(/^ *listen \[::\].*\n/gm, "")
    .replace("listen 443 ", `listen 127.0.0.1:${https} `)
    .replace("listen 80;", `listen 127.0.0.1:${http};`);
  return await runNginx(folder, site);
}

async function configureCdn(
  { folder, https, http, target, cdn, files }: Layout,
): Promise<string[]> {
  const site = [
    "map $http_upgrade $cdn_connection { default upgrade; '' ''; }",
    `server { listen 127.0.0.1:${http}; listen 127.0.0.1:${https} ssl;`,
    `ssl_certificate ${files.certFile}; ssl_certificate_key ${files.keyFile};`,
    `location / { proxy_pass https://127.0.0.1:${target}; proxy_bind ${cdn}; proxy_http_version 1.1;`,
    "proxy_set_header Host $http_host; proxy_set_header X-Forwarded-Proto https;",
    "proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;",
    "proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection $cdn_connection; } }",
  ];
  return await runNginx(folder, site.join("\n"));
}

/** Writes the configuration around a site, and returns nginx's arguments. */
async function runNginx(folder: string, site: string): Promise<string[]> {
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

/** The reload is done when a new worker accepts new connections. */
async function reloadNginx(_: string, process: Deno.ChildProcess): Promise<void> {
  const { pid } = process;
  const before = await workersOf(pid);
  process.kill("SIGHUP");
  await waitUntil(async () => (await workersOf(pid)).some((worker) => !before.includes(worker)));
}

async function workersOf(pid: number): Promise<string[]> {
  return (await Deno.readTextFile(`/proc/${pid}/task/${pid}/children`)).split(" ").filter(Boolean);
}

/** Debian's unit also forces a reload when nothing has changed. */
async function reloadCaddy(folder: string): Promise<void> {
  const file = join(folder, "Caddyfile");
  const address = ["--address", adminSocket(folder)];
  const args = ["reload", "--config", file, "--adapter", "caddyfile", ...address, "--force"];
  const { success, stderr } = await new Deno.Command("caddy", { args, stdout: "null" }).output();
  if (!success) throw new Error(`Cannot reload Caddy: ${new TextDecoder().decode(stderr)}`);
}

/** Caddy's admin endpoint. Each instance needs a separate one, because several may run at the same time. */
function adminSocket(folder: string): string {
  return `unix/${join(folder, "admin.sock")}`;
}
