/**
 * A real browser: Debian's chromium where it is installed, else the one that an npm package carries (packaged.ts). In CI
 * the former is required.
 *
 * What is about one page after the other runs in the shell of the same build, where it is installed: all of the browser
 * but its windows, which cost as much again as the pages in them. And a second engine: Debian's Firefox, likewise.
 */

import { createHash, X509Certificate } from "node:crypto";
import { join } from "node:path";
import { type Browser, chromium, firefox, type LaunchOptions } from "playwright-core";
import { isInstalled } from "../support/installed.ts";
import { type Packaged, packaged } from "./packaged.ts";

const INSTALLED = "/usr/bin/chromium";
const SHELL = "/usr/lib/chromium/chromium-headless-shell";

const FIREFOX = "/usr/bin/firefox-esr";

/** Beyond what Playwright sets: no lists of what is unsafe, no experiments, no looking whether there is a network. */
const SILENT = {
  "app.normandy.enabled": false,
  "messaging-system.rsexperimentloader.enabled": false,
  "nimbus.rollouts.enabled": false,
  "browser.safebrowsing.malware.enabled": false,
  "browser.safebrowsing.phishing.enabled": false,
  "network.captive-portal-service.enabled": false,
  "network.connectivity-service.enabled": false,
  "services.settings.server": "data:,#remote-settings-dummy/v1",
  "media.gmp-manager.updateEnabled": false,
};

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

/** For calls: a camera that shows a moving picture, a microphone that beeps, and calls within this machine. */
export const DEVICES = [
  "--use-fake-device-for-media-stream",
  "--use-fake-ui-for-media-stream",
  "--allow-loopback-in-peer-connection",
];

/** Starts the browser, with further arguments. */
export async function launch(...more: readonly string[]): Promise<Browser> {
  return await chromium.launch(await installed(...more));
}

/** Starts the shell, or the browser where there is none. */
export async function launchShell(...more: readonly string[]): Promise<Browser> {
  if (!await exists(SHELL)) return await launch(...more);
  return await chromium.launch({ executablePath: SHELL, args: [...QUIET, ...more] });
}

/** What the browser is started with: where it is, further arguments, and its environment. */
async function installed(...more: readonly string[]): Promise<Started> {
  const args = [...QUIET, ...more];
  if (await exists(INSTALLED)) return { executablePath: INSTALLED, args };
  const { executablePath, env } = await (inPlace ??= fetched());
  return { executablePath, args, env: { ...Deno.env.toObject(), ...env } };
}

type Started = LaunchOptions & { readonly executablePath: string };

/** What a file of tests uses where Debian's is missing; kept, so that the line about it is printed once. */
let inPlace: Promise<Packaged> | undefined;

async function fetched(): Promise<Packaged> {
  if (Deno.env.get("CI")) throw new Error("Cannot test: Debian's chromium is not installed");
  // deno-lint-ignore no-console -- the one line that says what is missing
  console.log("chromium is not installed: the one of @sparticuz/chromium is used instead.");
  return await packaged();
}

/**
 * An argument that makes a browser accept these certificates by their keys, and no others that it would refuse. It does
 * not verify them, so a browser that lacks the libraries for that can use them, too.
 */
export function trusting(...certificates: readonly string[]): string {
  const keys = certificates.map((pem) => {
    const key = new X509Certificate(pem).publicKey.export({ type: "spki", format: "der" });
    return createHash("sha256").update(key).digest("base64");
  });
  return `--ignore-certificate-errors-spki-list=${keys.join(",")}`;
}

/** Whether Debian's chromium is there; if not, one line says what is `skipped`, and in CI that is a failure. */
export function isChromiumThere(skipped: string): Promise<boolean> {
  return isInstalled({ name: "chromium", program: INSTALLED, skipped });
}

/** A browser that another program may inspect, by a port of this machine. */
export interface Inspected extends AsyncDisposable {
  readonly port: number;
}

/** Starts one, with a profile of its own. */
export async function launchForInspection(): Promise<Inspected> {
  const profile = await Deno.makeTempDir();
  const how = await installed("--remote-debugging-port=0");
  const context = await chromium.launchPersistentContext(profile, how);
  const [port] = (await Deno.readTextFile(join(profile, "DevToolsActivePort"))).split("\n");
  return {
    port: Number(port),
    [Symbol.asyncDispose]: async () => {
      await context.close();
      await Deno.remove(profile, { recursive: true });
    },
  };
}

/** Whether there is a Firefox; in CI it is a failure that there is none. */
export function isFirefoxThere(): Promise<boolean> {
  return isInstalled({
    name: "firefox-esr",
    program: FIREFOX,
    skipped: "the tests in a second engine are skipped",
  });
}

/** Starts Firefox, with nothing that speaks to anybody by itself. */
export async function launchFirefox(): Promise<Browser> {
  const folder = await Deno.makeTempDir();
  const front = new URL("firefox_front.ts", import.meta.url).pathname;
  const command = `"${Deno.execPath()}" run --allow-all --no-config --no-lock "${front}"`;
  const executablePath = await script(folder, `${command} "$@"`);
  const browser = await firefox.launch({
    channel: "moz-firefox",
    executablePath,
    firefoxUserPrefs: SILENT,
  });
  await Deno.remove(folder, { recursive: true });
  return browser;
}

/** Starts the browser in a network of its own; `under` is what stands before its command. */
export async function launchUnder(
  under: readonly string[],
  folder: string,
  ...more: readonly string[]
): Promise<Browser> {
  const how = await installed(...more);
  const executablePath = await script(folder, `${under.join(" ")} "${how.executablePath}" "$@"`);
  return await chromium.launch({ ...how, executablePath });
}

/** A file that runs a command in its own place. */
async function script(folder: string, command: string): Promise<string> {
  const file = join(folder, "browser");
  await Deno.writeTextFile(file, `#!/bin/sh\nexec ${command}\n`, { mode: 0o700 });
  return file;
}

async function exists(path: string): Promise<boolean> {
  return await Deno.stat(path).then(() => true, () => false);
}
