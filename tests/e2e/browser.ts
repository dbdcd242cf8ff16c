/**
 * A real browser: Debian's chromium where it is installed, else the one in an npm package (packaged.ts). CI requires
 * Debian's.
 *
 * Tests of one page after the other use the headless shell of the same build, where it is installed. It is the browser
 * without its windows, which cost as much again as the pages in them. Debian's Firefox is the second engine.
 */

import { createHash, X509Certificate } from "node:crypto";
import { join } from "node:path";
import { type Browser, chromium, firefox, type LaunchOptions } from "playwright-core";
import { isInstalled } from "../support/installed.ts";
import { type Packaged, packaged } from "./packaged.ts";

const INSTALLED = "/usr/bin/chromium";
const SHELL = "/usr/lib/chromium/chromium-headless-shell";

const FIREFOX = "/usr/bin/firefox-esr";

/** The time limit for the start of a browser, in milliseconds. Playwright's is too short on a busy machine. */
const START_TIME = 120_000;

/** In addition to Playwright's settings: disables blocklists, experiments and connectivity checks. */
const SILENT = {
  "dom.ipc.processPrelaunch.enabled": false,
  "layout.frame_rate": 10, // Saves a fifth of the processor time.
  "dom.ipc.processCount": 1,
  "fission.autostart": false,
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

/**
 * The last argument saves a sixth of the processor time of opening a page. The page's Cross-Origin-Opener-Policy moves
 * it out of the process of the blank page before it. With this limit, Chromium uses that process again instead of
 * another new one. Contexts never share a process.
 */
const QUIET = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--renderer-process-limit=1",
];

/** A camera with a moving picture, and a microphone that beeps. */
export const FAKE_DEVICES = [
  "--use-fake-device-for-media-stream",
  "--use-fake-ui-for-media-stream",
];

/** For calls within this machine. */
export const DEVICES = [...FAKE_DEVICES, "--allow-loopback-in-peer-connection"];

/** The same as {@linkcode FAKE_DEVICES} for Firefox. Its camera and microphone are needed on pages without TLS, too. */
export const FIREFOX_DEVICES = {
  "media.navigator.streams.fake": true,
  "media.navigator.permission.disabled": true,
  "media.devices.insecure.enabled": true,
  "media.getusermedia.insecure.enabled": true,
};

/** Starts the browser with additional arguments. */
export async function launch(...more: readonly string[]): Promise<Browser> {
  return await chromium.launch(await installed(...more));
}

/** Starts the headless shell, or the browser if it is not installed. */
export async function launchShell(...more: readonly string[]): Promise<Browser> {
  if (!await exists(SHELL)) return await launch(...more);
  return await chromium.launch({ executablePath: SHELL, args: [...QUIET, ...more] });
}

/** The launch options of the browser: path, arguments and environment. */
async function installed(...more: readonly string[]): Promise<Started> {
  const args = [...QUIET, ...more];
  if (await exists(INSTALLED)) return { executablePath: INSTALLED, args };
  const { executablePath, env } = await (inPlace ??= fetched());
  return { executablePath, args, env: { ...Deno.env.toObject(), ...env } };
}

type Started = LaunchOptions & { readonly executablePath: string };

/**
 * The replacement for a missing Debian package. It is cached, so that the line about it is printed once per test file.
 */
let inPlace: Promise<Packaged> | undefined;

async function fetched(): Promise<Packaged> {
  if (Deno.env.get("CI")) throw new Error("Cannot test: Debian's chromium is not installed");
  // deno-lint-ignore no-console -- the one line that says what is missing
  console.log("chromium is not installed: the one of @sparticuz/chromium is used instead.");
  return await packaged();
}

/**
 * An argument that makes a browser accept these certificates by their public keys, besides those it accepts anyway. The
 * browser does not verify them, so one without the libraries for that can use them, too.
 */
export function trusting(...certificates: readonly string[]): string {
  const keys = certificates.map((pem) => {
    const key = new X509Certificate(pem).publicKey.export({ type: "spki", format: "der" });
    return createHash("sha256").update(key).digest("base64");
  });
  return `--ignore-certificate-errors-spki-list=${keys.join(",")}`;
}

/** Whether Debian's chromium is installed. If not, one line says what is `skipped`. In CI, that is a failure. */
export function isChromiumThere(skipped: string): Promise<boolean> {
  return isInstalled({ name: "chromium", program: INSTALLED, skipped });
}

/** A browser that another program can inspect through a local port. */
export interface Inspected extends AsyncDisposable {
  readonly port: number;
}

/** Starts one with a new profile. */
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

/** Whether Firefox is installed. In CI, a missing one is a failure. */
export function isFirefoxThere(): Promise<boolean> {
  return isInstalled({
    name: "firefox-esr",
    program: FIREFOX,
    skipped: "the tests in a second engine are skipped",
  });
}

/** How Firefox is started. */
export interface FirefoxOptions {
  /** The command prefix that starts it in another network. */
  readonly under?: readonly string[];
  /** Whether it accepts every certificate, those of relays for calls included. */
  readonly isTrusting?: boolean;
  /** Settings in addition to {@linkcode SILENT}. */
  readonly settings?: Readonly<Record<string, string | number | boolean>>;
}

/** Starts Firefox without features that contact other servers. */
export async function launchFirefox(
  { under = [], isTrusting = false, settings = {} }: FirefoxOptions = {},
): Promise<Browser> {
  const folder = await Deno.makeTempDir();
  const front = new URL("firefox_proxy.ts", import.meta.url).pathname;
  const env = `env FIREFOX_UNDER="${under.join(" ")}" FIREFOX_TRUSTS=${isTrusting}`;
  const command = `${env} "${Deno.execPath()}" run --allow-all --no-config --no-lock "${front}"`;
  const executablePath = await script(folder, `${command} "$@"`);
  const browser = await firefox.launch({
    channel: "moz-firefox",
    executablePath,
    firefoxUserPrefs: { ...SILENT, ...settings },
    timeout: START_TIME,
  });
  await Deno.remove(folder, { recursive: true });
  return browser;
}

/** Starts the browser in another network. `under` is the command prefix for that. */
export async function launchUnder(
  under: readonly string[],
  folder: string,
  ...more: readonly string[]
): Promise<Browser> {
  const how = await installed(...more);
  const executablePath = await script(folder, `${under.join(" ")} "${how.executablePath}" "$@"`);
  return await chromium.launch({ ...how, executablePath, timeout: START_TIME });
}

/** Writes an executable script that replaces itself with a command. */
async function script(folder: string, command: string): Promise<string> {
  const file = join(folder, "browser");
  await Deno.writeTextFile(file, `#!/bin/sh\nexec ${command}\n`, { mode: 0o700 });
  return file;
}

async function exists(path: string): Promise<boolean> {
  return await Deno.stat(path).then(() => true, () => false);
}
