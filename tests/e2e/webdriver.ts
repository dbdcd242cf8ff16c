/**
 * A session of W3C WebDriver (https://www.w3.org/TR/webdriver2/): the few commands that the tests need. The libraries
 * for it also download browsers and drivers, read settings and start processes.
 */

/** The name under which WebDriver refers to elements. */
const ELEMENT = "element-6066-11e4-a52e-4f735466cecf";

/** An element of the current page, as an argument or a result of a script. */
export interface ElementReference {
  readonly [ELEMENT]: string;
}

/** One step of a key: it goes down or up. */
export interface KeyAction {
  readonly type: "keyDown" | "keyUp";
  readonly value: string;
}

/** A command that the browser has refused. */
export class WebDriverError extends Error {
  /** As specified, such as `stale element reference`. */
  readonly code: string;

  constructor(code: string, message: string) {
    super(`${code}: ${message}`);
    this.code = code;
  }
}

/** One browser window. */
export class WebDriverSession {
  readonly #url: string;

  private constructor(url: string) {
    this.#url = url;
  }

  /** Asks a driver for a browser with these capabilities. */
  static async start(driver: string, capabilities: unknown): Promise<WebDriverSession> {
    const body = { capabilities: { alwaysMatch: capabilities } };
    const { sessionId } = await send(`${driver}/session`, "POST", body) as { sessionId: string };
    return new WebDriverSession(`${driver}/session/${sessionId}`);
  }

  /** Loads a page, and waits until it has loaded. */
  async navigate(url: string): Promise<void> {
    await this.#post("url", { url });
  }

  /** Runs the body of a function in the page, and returns what it returns. The page's policy doesn't apply to it. */
  async execute(script: string, ...args: readonly unknown[]): Promise<unknown> {
    return await this.#post("execute/sync", { script, args });
  }

  /** The same for a script that calls its last argument with the result. */
  async executeAsync(script: string, ...args: readonly unknown[]): Promise<unknown> {
    return await this.#post("execute/async", { script, args });
  }

  /** Scrolls an element into view, and clicks it. */
  async click(element: ElementReference): Promise<void> {
    await this.#post(`element/${element[ELEMENT]}/click`, {});
  }

  /** Presses and releases keys where the focus is. */
  async keys(actions: readonly KeyAction[]): Promise<void> {
    await this.#post("actions", { actions: [{ type: "key", id: "keyboard", actions }] });
  }

  /** Ends the session and its browser. */
  async end(): Promise<void> {
    await send(this.#url, "DELETE");
  }

  async #post(command: string, body: unknown): Promise<unknown> {
    return await send(`${this.#url}/${command}`, "POST", body);
  }
}

async function send(url: string, method: string, body?: unknown): Promise<unknown> {
  const sent = body === undefined ? {} : { body: JSON.stringify(body) };
  const response = await fetch(url, { method, ...sent });
  const { value } = await response.json();
  if (!response.ok) throw new WebDriverError(value.error, value.message);
  return value;
}
