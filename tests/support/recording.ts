/** A whole session of one visitor, with everything that the page requested, sent, stored and read. */

import type { Browser, Page } from "playwright-core";
import { Visitor } from "../e2e/visitor.ts";
import { TestServer } from "./server.ts";
import { RecordingProxy } from "./recording_proxy.ts";

/** What was recorded. */
export interface Session {
  readonly site: string;
  /** Every URL that was requested by anything in the page. */
  readonly urls: readonly string[];
  /** Every byte that the browser sent to the server. */
  readonly sent: string;
  /** A marker in the browser's storage from an earlier visit. It must never be sent. */
  readonly marker: string;
  /** What the browser had stored at the end. */
  readonly kept: unknown;
  readonly cookies: readonly unknown[];
  /** Console messages and errors of the page. */
  readonly complaints: readonly string[];
  /** The properties that the page read and that would help to recognize the browser. */
  readonly asked: readonly string[];
}

const MARKER = "kept-7f3a";
const STORED = JSON.stringify({ version: 1, adult: false, sound: true, theme: "dark", x: MARKER });

/** Properties that fingerprinting scripts read. */
const TELLING: Readonly<Record<string, readonly string[]>> = {
  "Navigator.prototype": [
    "userAgent",
    "appVersion",
    "platform",
    "vendor",
    "plugins",
    "mimeTypes",
    "language",
    "languages",
    "hardwareConcurrency",
    "deviceMemory",
    "maxTouchPoints",
    "userAgentData",
    "doNotTrack",
    "getBattery",
    "connection",
  ],
  "Screen.prototype": ["width", "height", "availWidth", "availHeight", "colorDepth", "pixelDepth"],
  "HTMLCanvasElement.prototype": ["getContext", "toDataURL", "toBlob"],
  "Date.prototype": ["getTimezoneOffset"],
  "Intl.DateTimeFormat.prototype": ["resolvedOptions"],
  "OfflineAudioContext.prototype": ["startRendering"],
  "FontFaceSet.prototype": ["check"],
  "window": ["devicePixelRatio", "OfflineAudioContext", "indexedDB", "openDatabase"],
};

/** Records which of these properties are read. It runs in a page before any other script. */
const WATCH = `globalThis.asked = new Set();
  for (const [path, names] of Object.entries(${JSON.stringify(TELLING)})) {
    const owner = path.split(".").reduce((object, name) => object[name], globalThis);
    for (const name of names) {
      const property = Object.getOwnPropertyDescriptor(owner, name);
      if (property === undefined || !property.configurable) continue;
      const read = property.get ?? (() => property.value);
      Object.defineProperty(owner, name, {
        configurable: true,
        get() {
          globalThis.asked.add(path + "." + name);
          return read.call(this);
        },
      });
    }
  }`;

const KEPT = `(async () => ({
  local: { ...localStorage },
  session: { ...sessionStorage },
  databases: await globalThis.databases(),
  caches: await caches.keys(),
}))()`;

/** Records a session. */
export async function record(openBrowser: () => Promise<Browser>): Promise<Session> {
  await using server = await TestServer.start();
  using proxy = new RecordingProxy(server.port);
  const { site } = proxy;
  const urls: string[] = [];
  const complaints: string[] = [];
  const watch = (page: Page): void => {
    page.on("request", (request) => urls.push(request.url()));
    page.on("websocket", (socket) => urls.push(socket.url()));
    page.on("console", (message) => complaints.push(message.text()));
    page.on("pageerror", (error) => complaints.push(error.name));
  };
  const script = `globalThis.databases = indexedDB.databases.bind(indexedDB);
    localStorage["anonymous-chat"] ??= '${STORED}';
    ${WATCH}`;
  const browser = await openBrowser();
  await using ann = await Visitor.open(browser, site, { watch, script });
  await using bob = await Visitor.open(browser, server.http);
  await live(ann, bob);
  const asked = await ann.evaluate<string[]>("[...globalThis.asked]");
  const kept = await ann.evaluate(KEPT);
  const cookies = [...await ann.context.cookies(), await ann.evaluate("document.cookie")];
  for (const path of ["/privacy", "/statistics", "/transparency", "/contact", "/"]) {
    await ann.page.goto(site + path);
  }
  const { sent } = proxy;
  return {
    site,
    urls,
    sent,
    marker: MARKER,
    kept,
    cookies: cookies.filter((cookie) => cookie !== ""),
    complaints,
    asked,
  };
}

/** Uses every feature of the page. */
async function live(ann: Visitor, bob: Visitor): Promise<void> {
  await ann.likes("chess");
  await bob.likes("chess");
  await ann.search();
  await bob.search();
  await ann.meets();
  await ann.press("Sound on");
  await ann.say("hello https://example.org/");
  await bob.hears("hello");
  await bob.say("hello");
  await ann.hears("hello");
  await ann.press("Report");
  await ann.press("Something else");
  await ann.reads("Your report was received. Thank you.");
  for (let press = 0; press < 4; press++) await ann.key("Escape");
  await ann.button("Start text chat").waitFor();
}
