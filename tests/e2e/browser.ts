/**
 * A real browser: Debian's chromium where it is installed, else the one that an npm package carries. In CI the former
 * is required. The npm one is fetched only here and only then, so that it weighs on nobody who just runs the chat.
 */

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
  const { path, args } = await packaged();
  return chromium.launch({ executablePath: path, args: [...new Set([...QUIET, ...args])] });
}

async function exists(path: string): Promise<boolean> {
  return await Deno.stat(path).then(() => true, () => false);
}

/** Asked in a process of its own, so that the lock file of the project does not name the browser. */
async function packaged(): Promise<{ path: string; args: string[] }> {
  const code = `import c from "${PACKAGED}";` +
    "console.log(JSON.stringify({ path: await c.executablePath(), args: c.args }));";
  const command = new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--allow-all",
      "--no-config",
      "--no-lock",
      "--quiet",
      `data:text/javascript,${code}`,
    ],
    cwd: Deno.env.get("TMPDIR") ?? "/tmp",
  });
  const { success, stdout } = await command.output();
  if (!success) throw new Error("Cannot test: no browser is installed, and none could be fetched");
  return JSON.parse(new TextDecoder().decode(stdout));
}
