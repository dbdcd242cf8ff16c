/**
 * A system that contains nothing but the program and the C library, like the image of the Dockerfile: a read-only root
 * without a shell and without `/tmp`, entered as an unprivileged user. Only the folders for statistics and the access
 * log can be written to. Every command runs in a new mount namespace (unshare(1)), so no mount outlives it.
 */

import { dirname, join } from "node:path";
import { FLAGS } from "../../tools/compile.ts";
import { TempFolder } from "./files.ts";
import { succeeds } from "./installed.ts";
import { BINARY, type Ending } from "./program.ts";

/** The user of the image, who has no name here. */
const USER = 65532;

const APP = new URL("../../", import.meta.url).pathname;

/**
 * Mounts what `$1` describes, a line for each: the mode, the source and the target. Then makes the root `$2` read-only
 * and runs the rest of the arguments in it, with an empty environment.
 */
const ENTER = `
root=$2
while read -r mode from to; do
  mount --bind "$from" "$root/$to"
  mount -o "remount,bind,$mode" "$root/$to"
done <"$1"
shift 2
mount --rbind "$root" "$root"
mount -o remount,bind,ro "$root"
cd "$root"
exec env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin DENO_DIR=/deno NO_COLOR=1 HOME=/nowhere chroot --userspec=${USER}:${USER} . "$@"
`;

/** Whether this process may create such a root. If not, one line says which tests are skipped. */
export async function canEnterRoots(): Promise<boolean> {
  const isRoot = Deno.build.os === "linux" && Deno.uid() === 0;
  if (isRoot && await succeeds("unshare", ["--mount", "true"]) === true) return true;
  // deno-lint-ignore no-console -- the one line that says what is missing
  console.log("Only root can create mount namespaces: the test of the container is skipped.");
  return false;
}

/** A root, on disk until it is disposed of. */
export class MinimalRoot implements AsyncDisposable {
  readonly #folder: TempFolder;

  private constructor(folder: TempFolder) {
    this.#folder = folder;
  }

  static async create(): Promise<MinimalRoot> {
    const root = new MinimalRoot(new TempFolder());
    await root.#build();
    return root;
  }

  /** The command that runs the program in here. */
  command(...args: string[]): string[] {
    const program = BINARY === undefined
      ? ["/program", "run", "--cached-only", ...FLAGS, "/app/main.ts"]
      : ["/program"];
    const enter = ["unshare", "--mount", "sh", "-e", "-c", ENTER, "sh"];
    return [...enter, this.#mounts, this.#root, ...program, ...args];
  }

  /** Runs the program in here until it exits. */
  async run(...args: string[]): Promise<Ending> {
    const [executable = "", ...rest] = this.command(...args);
    const command = new Deno.Command(executable, { args: rest, stdin: "null" });
    const { code, stdout, stderr } = await command.output();
    const decode = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
    return { code, stdout: decode(stdout), stderr: decode(stderr) };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#folder[Symbol.asyncDispose]();
  }

  get #root(): string {
    return join(this.#folder.path, "root");
  }

  get #mounts(): string {
    return join(this.#folder.path, "mounts");
  }

  async #build(): Promise<void> {
    const program = BINARY ?? Deno.execPath();
    await this.#copyLibraries(program);
    const mounts = [["ro", program, "program"], ["ro", "/proc", "proc"]];
    if (BINARY === undefined) mounts.push(["ro", await cacheFolder(), "deno"], ["ro", APP, "app"]);
    for (const name of ["data", "logs"]) mounts.push(["rw", await this.#writable(name), name]);
    for (const [, , target = ""] of mounts) await this.#addTarget(target, target === "program");
    await Deno.writeTextFile(this.#mounts, mounts.map((mount) => `${mount.join(" ")}\n`).join(""));
    await Deno.chmod(this.#folder.path, 0o755);
  }

  /** A folder outside the root that only the user can open. */
  async #writable(name: string): Promise<string> {
    const folder = join(this.#folder.path, name);
    await Deno.mkdir(folder, { mode: 0o700 });
    await Deno.chown(folder, USER, USER);
    return folder;
  }

  async #addTarget(target: string, isFile: boolean): Promise<void> {
    const path = join(this.#root, target);
    await Deno.mkdir(isFile ? dirname(path) : path, { recursive: true });
    if (isFile) await Deno.writeFile(path, new Uint8Array());
  }

  /** Copies the libraries that the program is linked with, and their loader. */
  async #copyLibraries(program: string): Promise<void> {
    const listing = await outputOf("ldd", program);
    for (const [, path = ""] of listing.matchAll(/(?:^|=> )\s*(\/\S+) \(/gm)) {
      await Deno.mkdir(join(this.#root, dirname(path)), { recursive: true });
      await Deno.copyFile(path, join(this.#root, path));
    }
  }
}

/** Where Deno keeps the packages that it has downloaded. */
async function cacheFolder(): Promise<string> {
  return JSON.parse(await outputOf(Deno.execPath(), "info", "--json")).denoDir;
}

async function outputOf(command: string, ...args: string[]): Promise<string> {
  const { stdout } = await new Deno.Command(command, { args }).output();
  return new TextDecoder().decode(stdout);
}
