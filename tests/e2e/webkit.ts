/**
 * WebKit, the engine of Safari, as Debian ships it: MiniBrowser on a display without a screen (Xvfb), driven by
 * WebKitWebDriver. A driver has one session with one window. So each visitor needs a separate driver, browser and
 * directory, and the next visitor takes them over.
 */

import { join } from "node:path";
import { freePort } from "../support/free_port.ts";
import { isInstalled } from "../support/installed.ts";
import { PrintingProcess } from "../support/printing_process.ts";
import { waitUntil } from "../support/wait_until.ts";
import { WebDriverSession } from "./webdriver.ts";

const DRIVER = "/usr/bin/WebKitWebDriver";
const XVFB = "/usr/bin/Xvfb";
const LIBRARIES = "/usr/lib";
const BROWSER = "webkit2gtk-4.1/MiniBrowser";

/** Draws without a graphics card. The browser's own sandbox can't be used in a container, or by root. */
const SETTINGS = {
  LIBGL_ALWAYS_SOFTWARE: "1",
  WEBKIT_DISABLE_COMPOSITING_MODE: "1",
  WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS: "1",
};

/** Longer than any script waits, in milliseconds. */
const MOST_MS = 90_000;

/** Whether WebKit and its display are installed. In CI, a missing one is a failure. */
export async function isWebKitThere(): Promise<boolean> {
  const skipped = "the tests in a third engine are skipped";
  return await isInstalled({ name: "webkit2gtk-driver", program: DRIVER, skipped }) &&
    await isInstalled({ name: "xvfb", program: XVFB, args: ["-version"], skipped });
}

/** A display, and the browsers on it. */
export class WebKit implements AsyncDisposable {
  readonly #display: Display;
  readonly #browser: string;
  readonly #windows: WebKitWindow[] = [];
  readonly #idle: WebKitWindow[] = [];

  private constructor(display: Display, browser: string) {
    this.#display = display;
    this.#browser = browser;
  }

  static async launch(): Promise<WebKit> {
    return new WebKit(await Display.start(), await findBrowser());
  }

  /** A window that no visitor uses. */
  async take(): Promise<WebKitWindow> {
    const idle = this.#idle.pop();
    if (idle !== undefined) return idle;
    const window = await WebKitWindow.open(this.#display.name, this.#browser);
    this.#windows.push(window);
    return window;
  }

  /** Another visitor can use the window. */
  giveBack(window: WebKitWindow): void {
    this.#idle.push(window);
  }

  async close(): Promise<void> {
    for (const window of this.#windows) await window[Symbol.asyncDispose]();
    await this.#display[Symbol.asyncDispose]();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}

/** The directory of libraries is named after the architecture of the machine. */
async function findBrowser(): Promise<string> {
  for await (const { name } of Deno.readDir(LIBRARIES)) {
    const path = join(LIBRARIES, name, BROWSER);
    if (await Deno.stat(path).then(() => true, () => false)) return path;
  }
  throw new Error("Cannot start WebKit: MiniBrowser is missing");
}

/** A display that draws into memory. It chooses a free number. */
class Display implements AsyncDisposable {
  readonly #process: PrintingProcess;

  private constructor(process: PrintingProcess) {
    this.#process = process;
  }

  static async start(): Promise<Display> {
    const args = ["-displayfd", "1", "-screen", "0", "1280x900x24", "-nolisten", "tcp"];
    const process = new PrintingProcess([XVFB, ...args], { stderr: "null" });
    await waitUntil(() => process.printed.includes("\n"));
    return new Display(process);
  }

  get name(): string {
    return `:${this.#process.printed.trim()}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#process.end("SIGTERM"); // It then deletes its socket and its lock.
  }
}

/** One browser with one window, and the driver that started it. */
export class WebKitWindow implements AsyncDisposable {
  readonly session: WebDriverSession;
  readonly #driver: Deno.ChildProcess;
  readonly #directory: string;

  private constructor(session: WebDriverSession, driver: Deno.ChildProcess, directory: string) {
    this.session = session;
    this.#driver = driver;
    this.#directory = directory;
  }

  static async open(display: string, browser: string): Promise<WebKitWindow> {
    const directory = await Deno.makeTempDir();
    const port = freePort();
    const driver = startDriver(port, display, directory);
    const url = `http://127.0.0.1:${port}`;
    await waitUntil(() => isListening(url));
    const session = await WebDriverSession.start(url, {
      timeouts: { script: MOST_MS },
      "webkitgtk:browserOptions": { binary: browser, args: ["--automation"] },
    });
    return new WebKitWindow(session, driver, directory);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.session.end();
    this.#driver.kill("SIGKILL");
    await this.#driver.status;
    await Deno.remove(this.#directory, { recursive: true });
  }
}

/** Everything that the browser stores is in the directory. */
function startDriver(port: number, display: string, directory: string): Deno.ChildProcess {
  const places = ["HOME", "TMPDIR", "XDG_RUNTIME_DIR", "XDG_CACHE_HOME", "XDG_DATA_HOME"]
    .map((name) => [name, directory]);
  return new Deno.Command(DRIVER, {
    args: [`--port=${port}`, "--host=127.0.0.1"],
    env: { ...SETTINGS, ...Object.fromEntries(places), DISPLAY: display },
    stdout: "null",
    stderr: "null",
  }).spawn();
}

async function isListening(url: string): Promise<boolean> {
  return await fetch(`${url}/status`).then(async (response) => {
    await response.body?.cancel();
    return response.ok;
  }, () => false);
}
