/** The switch for light and dark: in both kinds of system, before the first paint, and in other tabs. */

import { deepEqual, equal } from "node:assert/strict";
import { pages } from "../../client/page.gen.ts";
import { en } from "../../client/languages/en.ts";
import { homePage } from "../../server/site/home_page.ts";
import { waitUntil } from "../support/wait_until.ts";
import { findings } from "./axe.ts";
import { siteFixture } from "./site_fixture.ts";
import type { Visitor } from "./visitor.ts";

const { words } = en;
const openFixture = siteFixture();

const COLOURS = { light: "rgb(246, 244, 239)", dark: "rgb(21, 24, 28)" } as const;
type Shade = keyof typeof COLOURS;

/** The background of the page, what the switch says, and the colour of the browser's own bars. */
async function look(visitor: Visitor): Promise<(string | null)[]> {
  const [background, pressed, bars] = await visitor.evaluate<[string, string, string[]]>(`[
    getComputedStyle(document.documentElement).backgroundColor,
    document.getElementById("theme").ariaPressed,
    [...document.querySelectorAll("[name=theme-color]")].filter(({ media }) => matchMedia(media).matches)
      .map(({ content }) => content),
  ]`);
  return [background, pressed, ...bars];
}

function expected(shade: Shade): string[] {
  return [COLOURS[shade], String(shade === "dark"), COLOURS[shade]];
}

/** Waits until everything has these colours. The browser tells the page of another system theme with its next frame. */
async function shows(visitor: Visitor, shade: Shade): Promise<void> {
  await waitUntil(async () => String(await look(visitor)) === String(expected(shade)));
}

async function kept(visitor: Visitor): Promise<string> {
  return JSON.parse(await visitor.evaluate("localStorage['anonymous-chat']")).theme;
}

for (const [own, other] of [["light", "dark"], ["dark", "light"]] as const) {
  Deno.test(`Switch changes a ${own} system's page to ${other} and back, and is remembered`, async () => {
    await using fixture = await openFixture();
    const ann = await fixture.enter({ colorScheme: own });
    await shows(ann, own);
    await ann.page.getByRole("button", { name: words.Dark }).click();
    await shows(ann, other);
    equal(await kept(ann), other);
    deepEqual(await findings(ann), []);
    await ann.page.reload();
    await shows(ann, other);
    await ann.page.emulateMedia({ colorScheme: other });
    await ann.page.emulateMedia({ colorScheme: own });
    await shows(ann, other);
    await ann.page.getByRole("button", { name: words.Dark }).click();
    await shows(ann, own);
    equal(await kept(ann), "");
    await ann.page.emulateMedia({ colorScheme: other });
    await shows(ann, other);
  });
}

Deno.test("Page has its colours before its script has arrived, so it doesn't flash", async () => {
  const [beginning = ""] = homePage(pages.home, pages.languages[0]!).html.split("</noscript>");
  const body = (): ReadableStream =>
    new ReadableStream({
      start: (controller) => controller.enqueue(new TextEncoder().encode(beginning)), // It never ends.
    });
  await using server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen: () => {} },
    () => new Response(body(), { headers: { "content-type": "text/html" } }),
  );
  await using fixture = await openFixture();
  for (const stored of ["dark", "light", "de", ""]) {
    const script = `localStorage["anonymous-chat"] = '{"version":1,"theme":"${stored}"}'`;
    const visitor = await fixture.enter({ site: "about:blank", colorScheme: "light" });
    await visitor.page.addInitScript(script);
    visitor.page.goto(`http://127.0.0.1:${server.addr.port}/`).catch(() => {}); // It never finishes.
    await visitor.page.getByText(words.Heading.split("\n")[0]!).waitFor();
    const background = "getComputedStyle(document.documentElement).backgroundColor";
    equal(
      await visitor.evaluate(background),
      COLOURS[stored === "dark" ? "dark" : "light"],
      stored,
    );
    await visitor.page.close();
  }
});

Deno.test("Page works without the switch's memory when localStorage is blocked", async () => {
  const script = `Object.defineProperty(globalThis, "localStorage", {
    get() { throw new DOMException("Access is denied.", "SecurityError"); },
  });`;
  await using fixture = await openFixture();
  const errors: string[] = [];
  const ann = await fixture.enter({
    ...{ script, colorScheme: "light" },
    watch: (page) => page.on("pageerror", (error) => errors.push(error.message)),
  });
  await ann.page.getByRole("button", { name: words.Dark }).click();
  await shows(ann, "dark");
  deepEqual(errors, []);
});

/** Is sent whenever the line has been quiet for a while. */
const PING = `{"type":"ping"}`;

Deno.test("Other tabs follow the switch, also during a chat, and no request tells the server", async () => {
  await using fixture = await openFixture();
  const sent: string[] = [];
  const watch: (page: Visitor["page"]) => void = (page) =>
    page.on(
      "websocket",
      (socket) =>
        socket.on("framesent", ({ payload }) => payload !== PING && sent.push(String(payload))),
    );
  const desktop = { colorScheme: "light", viewport: { width: 1000, height: 700 }, watch } as const;
  const [ann] = await fixture.pair(desktop);
  const tab = await ann.openTab();
  await tab.page.getByRole("button", { name: words.Dark }).click();
  await shows(ann, "dark");
  const before = sent.length;
  await ann.page.getByRole("button", { name: words.Dark }).click(); // Where there is room, a chat has the switch, too.
  await shows(tab, "light");
  equal(sent.length, before);
  await ann.page.setViewportSize({ width: 360, height: 740 });
  equal(await ann.page.getByRole("button", { name: words.Dark }).count(), 0);
});

Deno.test("Switch is labelled in the page's language", async () => {
  await using fixture = await openFixture();
  const ann = await fixture.enter({ locale: "de" });
  await ann.page.getByRole("button", { name: "Dunkelmodus" }).waitFor();
  await ann.chooseLanguage("ar");
  await ann.page.getByRole("button", { name: "الوضع الداكن" }).waitFor();
});
