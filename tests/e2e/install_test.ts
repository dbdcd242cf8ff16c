/** The chat on a home screen: what a browser needs to install it, and what messengers show for a link to it. */

import { deepEqual, equal, ok } from "node:assert/strict";
import { draw } from "./draw.ts";
import { icons, PICTURES } from "./pictures.ts";
import { isChromiumThere, launch } from "./browser.ts";
import { SiteFixture, startedOnce } from "./site_fixture.ts";
import type { Visitor } from "./visitor.ts";
import { serve } from "../support/server_under_test.ts";

const browser = startedOnce(launch);

/** Maximum difference of a pixel's colour channel from its value on another computer, of 255. */
const TOLERANCE = 32;

/** Minimum width of the icon that Chromium requires for installation, in pixels. */
const LEAST_ICON = 144;

Deno.test({
  name: "Browser finds nothing that keeps the chat from being installed",
  ignore: !await isChromiumThere("the test of what keeps the chat from being installed is skipped"),
}, async () => {
  await using fixture = new SiteFixture(await browser(), await serve());
  const ann = await fixture.enter();
  // Each visitor has a separate context, which Chromium treats as incognito for every page.
  deepEqual(await hindrances(ann), ["in-incognito"]);
  await ann.page.goto(`${fixture.url}/robots.txt`);
  deepEqual(await hindrances(ann), ["in-incognito", "no-manifest"], "it says what it finds");
});

/**
 * What prevents the page from being installed. A headless shell doesn't evaluate pages and always returns an empty
 * list.
 */
async function hindrances({ context, page }: Visitor): Promise<string[]> {
  const session = await context.newCDPSession(page);
  const { installabilityErrors } = await session.send("Page.getInstallabilityErrors");
  return installabilityErrors.map(({ errorId }) => errorId);
}

Deno.test("Browser finds no fault with the installed app, and loads every icon", async () => {
  await using fixture = new SiteFixture(await browser(), await serve());
  const complaints: string[] = [];
  const ann = await fixture.enter({
    watch: (page) => page.on("console", (message) => complaints.push(message.text())),
  });
  const session = await ann.context.newCDPSession(ann.page);
  const { errors, data } = await session.send("Page.getAppManifest");
  deepEqual(errors, []);
  const { name, icons, start_url, scope, display } = JSON.parse(data ?? "");
  deepEqual({ name, start_url, scope, display }, {
    name: "Anonymous Chat",
    start_url: "/",
    scope: "/",
    display: "standalone",
  });
  const widths: number[] = [];
  for (const { src, sizes, purpose = "any" } of icons) {
    const width = await ann.evaluate(`new Promise((resolve) => {
      const icon = new Image();
      icon.onload = () => resolve(icon.naturalWidth);
      icon.onerror = () => resolve("refused");
      icon.src = ${JSON.stringify(src)};
    })`);
    if (sizes === "any") ok(Number(width) > 0, src);
    else equal(`${width}x${width}`, sizes, src);
    if (purpose === "any" && sizes !== "any") widths.push(Number(width));
  }
  ok(Math.max(...widths) >= LEAST_ICON, `${widths}`);
  deepEqual(complaints, []);
});

Deno.test("Icons match the emblem of the page", async () => {
  const page = await (await browser()).newPage();
  for (const [name, picture] of Object.entries(await icons())) {
    const drawn = await draw(await browser(), picture);
    const kept = await Deno.readFile(new URL(name, PICTURES));
    const urls = [drawn, kept].map((png) => `data:image/png;base64,${png.toBase64()}`);
    ok(await page.evaluate(FARTHEST, urls) as number <= TOLERANCE, name);
  }
  await page.close();
});

/** What is used of a browser's canvas, which Deno has no types of. */
interface Context {
  drawImage(bitmap: ImageBitmap, x: number, y: number): void;
  getImageData(x: number, y: number, width: number, height: number): { data: Uint8ClampedArray };
}
interface Browsing {
  readonly OffscreenCanvas: new (width: number, height: number) => {
    getContext(kind: "2d"): Context;
  };
}

/** Runs in a page: the largest difference between the two pictures at these addresses. */
const FARTHEST = async (urls: readonly string[]): Promise<number> => {
  const [drawn, kept] = await Promise.all(urls.map(async (url) => {
    const bitmap = await createImageBitmap(await (await fetch(url)).blob());
    const { width, height } = bitmap;
    const { OffscreenCanvas } = globalThis as unknown as Browsing;
    const context = new OffscreenCanvas(width, height).getContext("2d");
    context.drawImage(bitmap, 0, 0);
    return context.getImageData(0, 0, width, height).data;
  }));
  return drawn!.reduce((most, value, at) => Math.max(most, Math.abs(value - kept![at]!)), 0);
};
