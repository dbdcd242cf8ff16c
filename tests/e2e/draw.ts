/** Draws a picture that is described in HTML. */

import type { Browser } from "playwright-core";

/** A picture: its size, and the document that shows it. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly html: string;
}

/** Renders a picture as PNG. */
export async function draw(
  browser: Browser,
  { width, height, html }: Picture,
): Promise<Uint8Array> {
  const page = await browser.newPage({ viewport: { width, height } });
  await page.setContent(html);
  await page.evaluate("document.fonts.ready");
  const png = await page.screenshot({ omitBackground: true });
  await page.close();
  return png;
}
