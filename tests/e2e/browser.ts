/**
 * A real browser: Debian's chromium where it is installed, else the one that an npm package carries. In CI the former
 * is required. The npm one is fetched only here and only then, so that it weighs on nobody who just runs the chat.
 */

import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Browser, chromium } from "playwright-core";

const INSTALLED = "/usr/bin/chromium";
const PACKAGED = "npm:@sparticuz/chromium@153.0.0";

const QUIET = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** Starts the browser. */
export async function launch(): Promise<Browser> {
  if (await exists(INSTALLED)) return chromium.launch({ executablePath: INSTALLED, args: QUIET });
  if (Deno.env.get("CI")) throw new Error("Cannot test: Debian's chromium is not installed");
  // deno-lint-ignore no-console -- the one line that says what is missing
  console.log("chromium is not installed: the browser tests use the one of @sparticuz/chromium.");
  const { path: executablePath, ...env } = await packaged();
  return chromium.launch({ executablePath, args: QUIET, env: { ...Deno.env.toObject(), ...env } });
}

async function exists(path: string): Promise<boolean> {
  return await Deno.stat(path).then(() => true, () => false);
}

/** The packaged browser, unpacked, and the environment in which it finds the libraries and fonts that come with it. */
interface Packaged {
  readonly path: string;
  readonly LD_LIBRARY_PATH: string;
  readonly FONTCONFIG_PATH: string;
}

/**
 * Asked in a process of its own, so that the lock file of the project does not name the browser. `VERCEL` is the
 * package's word for a system without the libraries that it needs, so that it unpacks its own. The folder is kept, so
 * that only the first time takes long.
 */
async function packaged(): Promise<Packaged> {
  const folder = join(tmpdir(), "anonymous-chat-browser");
  await Deno.mkdir(folder, { recursive: true });
  const code = `import chromium from "${PACKAGED}";` +
    "const path = await chromium.executablePath();" +
    "const { LD_LIBRARY_PATH, FONTCONFIG_PATH } = process.env;" +
    "console.log(JSON.stringify({ path, LD_LIBRARY_PATH, FONTCONFIG_PATH }));";
  const command = new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--allow-all",
      "--no-config",
      "--no-lock",
      "--quiet",
      `data:text/javascript,${code}`,
    ],
    cwd: folder,
    env: { TMPDIR: folder, VERCEL: "1" },
  });
  const { success, stdout } = await command.output();
  if (!success) throw new Error("Cannot test: no browser is installed, and none could be fetched");
  return JSON.parse(new TextDecoder().decode(stdout));
}
