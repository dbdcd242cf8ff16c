/**
 * The time from pairing until the first message can be read, between two pages in a real browser. The sender writes as
 * soon as it is paired, so the message waits for the keys. It counts from the moment when the first of both pages is
 * told of the pair.
 *
 * A slow processor is simulated by the browser, which slows the page's script down. WebCrypto does not run there, so a
 * page with the library instead of the browser's ML-KEM is measured, too. Each sample has new pages, whose code is cold.
 */

import type { Browser, Page } from "playwright-core";
import { launchShell } from "../e2e/browser.ts";
import { UnreliableProxy } from "../support/unreliable_proxy.ts";
import { waitUntil } from "../support/wait_until.ts";
import { OURS } from "./competitor.ts";
import { median } from "./medians.ts";
import type { Part } from "./part.ts";

/** How long the visitors look at the page before they start, in milliseconds. It prepares for chats meanwhile. */
const READING_TIME = 2_000;

/** Samples of each row, after one that warms up the browser. */
const SAMPLES = 9;

/** Conditions of a measurement. */
interface Conditions {
  readonly name: string;
  /** Milliseconds from one page to the other. */
  readonly oneWay?: number;
  /** How many times slower scripts run. */
  readonly slowdown?: number;
  /** Whether the pages have no ML-KEM in WebCrypto. */
  readonly isLibrary?: boolean;
}

const CONDITIONS: readonly Conditions[] = [
  { name: "loopback" },
  { name: "100 ms one way", oneWay: 100 },
  { name: "scripts four times slower", slowdown: 4 },
  { name: "loopback, without WebCrypto's ML-KEM", isLibrary: true },
  { name: "scripts four times slower, without WebCrypto's ML-KEM", slowdown: 4, isLibrary: true },
];

/** Runs before the page's scripts. Notes when the page is paired, and when it shows a message. The sender sends one. */
const WATCH = `
  const now = () => performance.timeOrigin + performance.now();
  WebSocket = class extends WebSocket {
    constructor(...args) {
      super(...args);
      this.addEventListener("message", ({ data }) => {
        if (typeof data === "string" && data.includes('"paired"')) globalThis.pairedAt ??= now();
      });
    }
  };
  new MutationObserver(() => {
    if (document.querySelector(".message.incoming")) globalThis.readAt ??= now();
    const box = document.querySelector("#message");
    if (!globalThis.writes || !box || globalThis.hasSent) return;
    globalThis.hasSent = true;
    box.value = "first";
    box.dispatchEvent(new Event("input", { bubbles: true }));
    box.form.requestSubmit();
  }).observe(document, { subtree: true, childList: true });
`;

const WITHOUT_KEM = `
  SubtleCrypto.prototype.generateKey = new Proxy(SubtleCrypto.prototype.generateKey, {
    apply: (target, self, args) => args[0] === "ML-KEM-768"
      ? Promise.reject(new DOMException("", "NotSupportedError"))
      : Reflect.apply(target, self, args),
  });
`;

/** Measures under all conditions, and returns a table in Markdown. */
async function measureFirstMessage(note: (line: string) => void): Promise<string> {
  await using server = await OURS[0]!.start();
  await using browser = await launchShell();
  const rows = ["| conditions | median, ms | fastest | slowest |", "| --- | --: | --: | --: |"];
  for (const conditions of CONDITIONS) {
    using proxy = new UnreliableProxy(server.target.port);
    proxy.setDelay((conditions.oneWay ?? 0) / 2);
    await sample(browser, proxy.site, conditions);
    const times: number[] = [];
    while (times.length < SAMPLES) times.push(await sample(browser, proxy.site, conditions));
    const figures = [median(times), Math.min(...times), Math.max(...times)].map(Math.round);
    rows.push(`| ${[conditions.name, ...figures].join(" | ")} |`);
    note(rows.at(-1)!);
  }
  return rows.join("\n");
}

export const FIRST_MESSAGE: Part = {
  name: "first-message",
  document: "docs/benchmarks.md",
  programs: "none",
  placement: "the server and two pages shared the cores",
  measure: async ({ note }) => ({ tables: await measureFirstMessage(note) }),
};

/** Milliseconds from pairing to reading. */
async function sample(browser: Browser, site: string, conditions: Conditions): Promise<number> {
  const reader = await open(browser, site, conditions, "");
  const writer = await open(browser, site, conditions, "globalThis.writes = true;");
  for (const page of [reader, writer]) await page.getByText("Start text chat").click();
  await waitUntil(() => reader.evaluate<boolean>("globalThis.readAt !== undefined"));
  const [readAt, ...pairedAt] = await Promise.all([
    reader.evaluate<number>("readAt"),
    reader.evaluate<number>("pairedAt"),
    writer.evaluate<number>("pairedAt"),
  ]);
  for (const page of [reader, writer]) await page.context().close();
  return readAt - Math.min(...pairedAt);
}

async function open(
  browser: Browser,
  site: string,
  { slowdown = 1, isLibrary = false }: Conditions,
  script: string,
): Promise<Page> {
  const context = await browser.newContext({ locale: "en-GB" });
  const page = await context.newPage();
  await page.addInitScript(WATCH + script + (isLibrary ? WITHOUT_KEM : ""));
  await page.goto(site);
  const session = await context.newCDPSession(page);
  await page.getByText("I am 18 or older").click();
  await page.waitForTimeout(READING_TIME);
  await session.send("Emulation.setCPUThrottlingRate", { rate: slowdown });
  return page;
}
