/** How soon the first content is visible. */

import { pages } from "../../client/page.gen.ts";
import { homePage } from "../../server/site/home_page.ts";
import { siteFixture } from "./site_fixture.ts";

const openFixture = siteFixture();

Deno.test("First screen is painted before the script has arrived, and before what only a call needs", async () => {
  const [beginning = ""] = homePage(pages.home, pages.languages[0]!).html.split("</noscript>");
  const body = new ReadableStream({
    start: (controller) => controller.enqueue(new TextEncoder().encode(beginning)), // It never ends.
  });
  await using server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen: () => {} },
    () => new Response(body, { headers: { "content-type": "text/html" } }),
  );
  await using fixture = await openFixture();
  const visitor = await fixture.enter({ site: "about:blank" });
  visitor.page.goto(`http://127.0.0.1:${server.addr.port}/`).catch(() => {}); // It never finishes either.
  await visitor.page.getByText("Talk to a stranger.").waitFor();
  await visitor.until(`performance.getEntriesByName("first-contentful-paint").length === 1`);
  await visitor.page.close();
});
