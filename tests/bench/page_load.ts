/**
 * The time from the start of a navigation until the page is usable, in a real browser with an empty cache. A button
 * that is drawn may not work yet. So the page's checkbox is clicked as soon as it exists, and the time counts until
 * "Start text chat" is enabled as a result.
 */

import type { Browser } from "playwright-core";
import { launch } from "../e2e/browser.ts";
import { waitUntil } from "../support/wait_until.ts";
import { median } from "./medians.ts";
import { OURS } from "./competitor.ts";

/** The time in milliseconds, and the browser that was used. */
export type PageLoad =
  | { kind: "measured"; interactive: number; browser: string }
  | { kind: "missing"; reason: string };

/** Runs in the page before any of the page's scripts. */
const WATCH = `
  new MutationObserver(() => {
    const box = document.querySelector("#adult");
    if (box && !box.checked) box.click();
    const start = document.querySelector("#start");
    if (start?.getAttribute("aria-disabled") === "false") globalThis.usableAt ??= performance.now();
  }).observe(document, { subtree: true, childList: true, attributes: true });
`;

/** The median of `loads` page loads, after one that warms up the browser. */
export async function measurePageLoad(loads: number): Promise<PageLoad> {
  await using server = await OURS[0]!.start();
  const url = `http://127.0.0.1:${server.target.port}/`;
  try {
    await using browser = await launch();
    await load(browser, url);
    const times: number[] = [];
    while (times.length < loads) times.push(await load(browser, url));
    const version = `Chromium ${browser.version()}`;
    return { kind: "measured", interactive: median(times), browser: version };
  } catch (error) {
    return { kind: "missing", reason: (error as Error).message.split("\n")[0]! };
  }
}

/** Milliseconds since the start of the navigation, by the browser's clock. */
async function load(browser: Browser, url: string): Promise<number> {
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.addInitScript(WATCH);
  await page.goto(url);
  // `waitForFunction` would use `eval`, which the page's Content-Security-Policy forbids.
  await waitUntil(() => page.evaluate<boolean>("globalThis.usableAt !== undefined"));
  const usableAt = Number(await page.evaluate("usableAt"));
  await context.close();
  return usableAt;
}
