/**
 * How long it takes from the click on a link until the page can be used, in a real browser with nothing cached. A button
 * that is drawn is not one that works: so the page's own checkbox is pressed as soon as it is there, and what counts is
 * when "Start text chat" is allowed because of that.
 */

import type { Browser } from "playwright-core";
import { launch } from "../e2e/browser.ts";
import { median } from "./medians.ts";
import { OURS } from "./contestant.ts";

/** Milliseconds, and the browser that was used. */
export type PageLoad =
  | { kind: "measured"; interactive: number; browser: string }
  | { kind: "missing"; reason: string };

/** Runs in the page, before anything of its own does. */
const WATCH = `
  new MutationObserver(() => {
    const box = document.querySelector("#adult");
    if (box && !box.checked) box.click();
    const start = document.querySelector("#start");
    if (start?.getAttribute("aria-disabled") === "false") globalThis.usableAt ??= performance.now();
  }).observe(document, { subtree: true, childList: true, attributes: true });
`;

/** The median of so many loads, after one that warms up the browser. */
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

/** Milliseconds from the beginning of a navigation, by the browser's clock. */
async function load(browser: Browser, url: string): Promise<number> {
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.addInitScript(WATCH);
  await page.goto(url);
  await page.waitForFunction("globalThis.usableAt !== undefined");
  const usableAt = Number(await page.evaluate("usableAt"));
  await context.close();
  return usableAt;
}
