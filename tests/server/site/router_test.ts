import assert from "node:assert/strict";
import { brotliDecompressSync, gunzipSync } from "node:zlib";
import { DAY, HOUR, MINUTE } from "../../../server/base/clock.ts";
import { contentSecurityPolicy } from "../../../server/http/headers.ts";
import { formatDay } from "../../../server/base/format.ts";
import type { Health } from "../../../server/health.ts";
import type { BuiltLanguage } from "../../../server/site/home_page.ts";
import { withoutAnnouncements } from "../../../server/site/announcements.ts";
import { POLICY_CHANGES, POLICY_UPDATED } from "../../../server/privacy/policy.ts";
import { CHANGE_ANNOUNCED_FOR } from "../../../server/limits/privacy_limits.ts";
import {
  type HttpRequest,
  type HttpResponse,
  preferredCoding,
} from "../../../server/http/message.ts";
import type { PublicSettings } from "../../../server/config/public_settings.ts";
import { Router } from "../../../server/site/router.ts";
import { Statistics } from "../../../server/statistics/statistics.ts";
import { MemoryStatisticsStore } from "../../../server/statistics/store.ts";
import {
  type TransparencyReport,
  transparencyReport,
} from "../../../server/site/transparency_report.ts";
import { FakeClock } from "../../support/fake_clock.ts";
import { DEFAULT_SETTINGS, httpRequest } from "../../support/fixtures.ts";

const MARKED = "<!doctype html><html lang=<!--lang-->><title>Chat</title><body>" +
  `${"Hello, stranger. ".repeat(50)}<!--lead--><script><!--words--></script></body>`;
const HTML = MARKED.replace("<!--lang-->", "en").replace("<!--lead-->", "Lead &amp; more")
  .replace("<!--words-->", '["Send"]');
const LANGUAGES: readonly BuiltLanguage[] = [
  { code: "en", texts: { lang: "en", lead: "Lead & more" }, words: ["Send"], englishOnly: "" },
  {
    code: "ar",
    texts: { lang: "ar", dir: "rtl", lead: "مرحبا" },
    words: ["إرسال", "</script>"],
    englishOnly: "بالإنجليزية",
  },
];
const FRAME = "<!doctype html><title>Chat</title><body><!--body--><footer>" +
  ["privacy", "statistics", "transparency", "rules", "contact"].map((name) =>
    `<a href="/${name}">x</a>`
  )
    .join("") +
  "</footer></body>";
const PAGES = [
  "/",
  "/privacy",
  "/rules",
  "/contact",
  "/statistics",
  "/statistics?days=365",
  "/transparency",
];

/** A site at noon, long after the last policy change unless a test moves the clock. */
class World {
  readonly clock = new FakeClock();
  readonly site: Router;
  held = 3;
  health: Health = { status: "ok", failing: [] };

  constructor(change: Partial<PublicSettings> = {}) {
    const settings = { ...DEFAULT_SETTINGS, ...change };
    this.clock.jump(400 * DAY);
    const store = new MemoryStatisticsStore();
    this.site = new Router({
      clock: this.clock,
      pages: {
        home: { html: MARKED, scripts: ["c2NyaXB0"], styles: ["c3R5bGU="] },
        document: { html: FRAME, scripts: [], styles: [] },
        languages: LANGUAGES,
        staticFiles: {
          "/icon.svg": { type: "image/svg+xml", base64: btoa("<svg/>") },
          "/notifications.js": { type: "text/javascript", base64: btoa("1;") },
        },
      },
      settings,
      statistics: new Statistics({ clock: this.clock, store, log: undefined as never }),
      report: () => this.#holdings(settings),
      health: () => this.health,
    });
  }

  /** Sets the calendar to `ms` milliseconds after the day of the last policy change. */
  setSinceChange(ms: number): void {
    this.clock.jump(Date.parse(POLICY_UPDATED) + ms - this.clock.date().getTime());
  }

  ask(target: string, headers: Record<string, string> = {}, method = "GET"): HttpResponse {
    return this.site.answer(
      httpRequest(target, headers, { method } satisfies Partial<HttpRequest>),
    );
  }

  text(target: string, headers: Record<string, string> = {}): string {
    return new TextDecoder().decode(this.ask(target, headers).body);
  }

  #holdings(settings: PublicSettings): TransparencyReport {
    const registry = { held: this.held, connected: 1, oldestDisconnected: 61_500 };
    return transparencyReport({
      registry,
      accessLog: { oldestDay: "2026-05-05", copies: 0 },
      settings,
    });
  }
}

Deno.test("Site serves the page in the best encoding that the client accepts", () => {
  const world = new World();
  const decoders = {
    "br": brotliDecompressSync,
    "gzip": gunzipSync,
    "": (body: Uint8Array) => body,
  };
  for (const [coding, decode] of Object.entries(decoders)) {
    const { status, headers, body } = world.ask("/", { "accept-encoding": coding });
    const said = [status, headers["content-encoding"] ?? "", headers.vary];
    assert.deepEqual(said, [200, coding, "accept-encoding, accept-language"]);
    assert.equal(new TextDecoder().decode(decode(body!)), HTML);
  }
});

Deno.test("Site reads Accept-Encoding with its weights", () => {
  assert.equal(preferredCoding(undefined), "identity");
  assert.equal(preferredCoding("gzip, deflate, br"), "br");
  assert.equal(preferredCoding("GZIP;q=0.5, deflate"), "gzip");
  assert.equal(preferredCoding("br;q=0, gzip;q=0"), "identity");
  assert.equal(preferredCoding("*"), "br");
  assert.equal(preferredCoding("br;q=0, *;q=0.1"), "gzip");
  assert.equal(preferredCoding("br;q=nonsense"), "identity");
});

Deno.test("Site serves the page in the client's preferred language, and declares it", () => {
  const world = new World();
  const inArabic = { "accept-language": "ar-EG,en;q=0.5" };
  const { status, headers } = world.ask("/", inArabic);
  assert.deepEqual([status, headers["content-language"]], [200, "ar"]);
  const text = world.text("/", inArabic);
  assert.match(text, /<html lang=ar>.*مرحبا<script>\["إرسال","\\u003c\/script>"\]<\/script>/);
  assert.notEqual(headers.etag, world.ask("/").headers.etag);
  assert.equal(world.ask("/").headers["content-language"], "en");
  assert.equal(world.text("/", { "accept-language": "nl" }), HTML);
  assert.equal(
    headers["content-security-policy"],
    world.ask("/").headers["content-security-policy"],
  );
});

Deno.test("Site tells readers of another language, in that language, that a page is only in English", () => {
  const world = new World();
  for (const path of [...PAGES.slice(1), "/nothing"]) {
    const note = '<body><aside class="language-note" lang="ar" dir="rtl">بالإنجليزية</aside><main';
    assert.ok(world.text(path, { "accept-language": "ar" }).includes(note), path);
    assert.doesNotMatch(
      world.text(path, { "accept-language": "nl" }),
      /class="language-note"/,
      path,
    );
    const { headers } = world.ask(path, { "accept-language": "ar" });
    assert.equal(headers.vary, "accept-encoding, accept-language", path);
    assert.equal(headers["content-language"], "en", path);
  }
});

Deno.test("Site doesn't say that the operator's house rules are only in English", () => {
  const world = new World({ rules: [{ kind: "paragraph", text: "عامل الآخرين باحترام." }] });
  const text = world.text("/rules", { "accept-language": "ar" });
  assert.match(text, /<body><main[^]*<p>عامل الآخرين باحترام\.<\/p>/);
  assert.doesNotMatch(text, /language-note/);
});

Deno.test("Site serves the texts of all languages together, the same to everybody", () => {
  const world = new World();
  const reply = world.ask("/languages.json", { "accept-language": "ar" });
  assert.deepEqual(reply, world.ask("/languages.json"));
  assert.deepEqual(JSON.parse(world.text("/languages.json")), {
    en: ["Send"],
    ar: ["إرسال", "</script>"],
  });
  const { headers } = reply;
  assert.deepEqual([headers["content-type"], headers["cache-control"], headers.vary], [
    "application/json",
    "no-cache, no-transform",
    "accept-encoding",
  ]);
  assert.equal(world.ask("/languages.json", { "if-none-match": headers.etag! }).status, 304);
});

Deno.test("Site answers 304 to a client that has the same bytes already", () => {
  const world = new World();
  const etag = world.ask("/", { "accept-encoding": "br" }).headers.etag!;
  assert.match(etag, /^"[\w-]{22}"$/);
  const again = (header: string, coding = "br"): number =>
    world.ask("/", { "accept-encoding": coding, "if-none-match": header }).status;
  assert.equal(again(etag), 304);
  assert.equal(again(`"other", W/${etag}`), 304);
  assert.equal(again("*"), 304);
  assert.equal(again('"other"'), 200);
  assert.equal(again(etag, "gzip"), 200);
});

Deno.test("Site lets caches keep a page, and revalidate it each time", () => {
  const world = new World();
  for (const path of [...PAGES, "/statistics?days=all", "/nowhere", "/languages.json"]) {
    const { headers } = world.ask(path);
    assert.equal(headers["cache-control"], "no-cache, no-transform", path);
  }
  assert.equal(world.ask("/healthz").headers["cache-control"], "no-store");
  assert.equal(world.ask("/api/transparency").headers["cache-control"], "no-store");
});

Deno.test("Site gives each page a title and an icon, and a link to the chat", () => {
  const world = new World();
  const titles = PAGES.slice(1).map((path) => {
    const text = world.text(path);
    const [bare] = path.split("?");
    assert.ok(text.includes(`<a href="${bare}" aria-current="page">`), path);
    assert.match(text, /<a class="primary" href="\/">[^<]+<\/a><\/main>/, path);
    return /<title>(.*)<\/title>/.exec(text)?.[1];
  });
  assert.deepEqual([...new Set(titles)], [
    "Privacy policy · Chat",
    "House rules · Chat",
    "Contact · Chat",
    "Statistics · Chat",
    "Transparency · Chat",
  ]);
});

Deno.test("Site answers 404 with a link to the home page elsewhere", () => {
  const world = new World();
  for (const path of ["/nothing", "//", "/../etc/passwd", "/%00", "", "/privacy/", "/index.html"]) {
    const { status, headers } = world.ask(path);
    assert.deepEqual([status, headers["content-type"]], [404, "text/html; charset=utf-8"], path);
    assert.match(world.text(path), /<a class="primary" href="\/">/);
  }
});

Deno.test("Site serves the static files, which caches may keep for a day", () => {
  const world = new World();
  const { status, headers, body } = world.ask("/icon.svg?x");
  assert.deepEqual([status, headers["content-type"]], [200, "image/svg+xml"]);
  assert.equal(new TextDecoder().decode(body), "<svg/>");
  assert.equal(headers["cache-control"], "max-age=86400");
  assert.match(headers["content-security-policy"]!, /^default-src 'none'/);
  const again = world.ask("/icon.svg", { "if-none-match": headers.etag! });
  assert.deepEqual([again.status, again.body], [304, undefined]);
  assert.equal(world.ask("/icon.svg", { "if-none-match": '"other"' }).status, 200);
  assert.equal(world.ask("/icon.svg", {}, "HEAD").body, undefined);
});

Deno.test("Site serves the service worker for revalidation, and forbids it to load anything", () => {
  const { status, headers } = new World().ask("/notifications.js");
  assert.deepEqual([status, headers["content-type"]], [200, "text/javascript"]);
  assert.equal(headers["cache-control"], "no-cache");
  assert.equal(
    headers["content-security-policy"],
    "default-src 'none'; frame-ancestors 'none'; base-uri 'none'",
  );
});

Deno.test("Site serves the files that programs request", () => {
  const world = new World({ operator: "A. Nonymous", contactEmail: "help@chat.example" });
  assert.deepEqual(JSON.parse(world.text("/healthz")), { status: "ok", failing: [] });
  assert.match(world.text("/robots.txt"), /^User-agent: \*\nDisallow: \/api\/\n/);
  assert.deepEqual([world.ask("/ws").status, world.ask("/ws").headers.upgrade], [426, "websocket"]);
  assert.deepEqual(JSON.parse(world.text("/api/transparency")), {
    addressesHeld: 3,
    addressesConnected: 1,
    oldestDisconnectedSeconds: 61,
    ipRetentionSeconds: 3600,
    accessLog: "full",
    accessLogOldestDay: "2026-05-05",
    accessLogCopies: 0,
    accessLogRetentionDays: 30,
    messagesStored: 0,
    calls: "direct",
    policyUpdated: POLICY_UPDATED,
    version: "1.2.3",
    build: "0123456789ab of 2026-05-05",
    pageSha256: "e".repeat(64),
    pageSha256ByLanguage: { en: "e".repeat(64), ar: "a".repeat(64) },
  });
  assert.equal(world.ask("/api/statistics.json").status, 200);
  assert.match(world.ask("/api/statistics.csv").headers["content-type"]!, /^text\/csv/);
  assert.equal(world.ask("/api/statistics.json?from=x").status, 400);
});

Deno.test("Site says how video calls connect", () => {
  const ways = [
    ["embedded", "relay", /through the relay in this server/],
    ["external", "turn-servers", /through the operator's TURN servers/],
    ["none", "direct", /directly, if both people agree/],
  ] as const;
  for (const [relay, calls, sentence] of ways) {
    const world = new World({ relay });
    assert.equal(JSON.parse(world.text("/api/transparency")).calls, calls);
    assert.match(world.text("/transparency"), sentence);
  }
});

Deno.test("Site reports with 503 that the server is about to stop", () => {
  const world = new World();
  world.health = { status: "degraded", failing: ["statistics"] };
  assert.equal(world.ask("/healthz").status, 200);
  world.health = { status: "draining", failing: [] };
  assert.equal(world.ask("/healthz").status, 503);
});

Deno.test("Site publishes a security contact that is valid for half a year (RFC 9116)", () => {
  const path = "/.well-known/security.txt";
  const named = new World({ contactEmail: "help@chat.example" }).text(path);
  assert.match(named, /^Contact: mailto:help@chat\.example\nExpires: 2028-01-02T00:00:00Z\n/);
  const nameless = new World();
  const contact = (host: string): string => nameless.text(path, { host }).split("\n")[0]!;
  assert.equal(contact("chat.example:8443"), "Contact: https://chat.example:8443/contact");
  assert.equal(contact("evil.example/\nX"), "Contact: https://localhost/contact");
});

Deno.test("Site shows what is currently held, at most a second old", () => {
  const world = new World();
  const held = (): string | undefined =>
    /IP addresses in memory<\/dt><dd>(\d+)/.exec(world.text("/transparency"))?.[1];
  assert.equal(held(), "3");
  world.held = 0;
  world.clock.advance(1000);
  assert.equal(held(), "0");
});

Deno.test("Site names the operator, escaped, and how to contact them", () => {
  const world = new World({ operator: "<b>A & B</b>", contactEmail: "help@chat.example" });
  const text = world.text("/contact");
  assert.match(text, /run by <strong>&lt;b>A &amp; B&lt;\/b><\/strong>/);
  assert.match(text, /href="mailto:help@chat\.example"/);
  assert.match(
    new World().text("/contact"),
    /run by <strong>an operator who has not given a name<[^]*No e-mail address is published here/,
  );
});

Deno.test("Site states the maximum duration of a block, which never exceeds the retention of addresses", () => {
  const says = (addressRetention: number): string =>
    new World({ addressRetention }).text("/contact");
  assert.match(says(HOUR), /up to 10 minutes if it connects .* up to 45 minutes if people/);
  assert.match(says(5 * MINUTE), /up to 5 minutes if it connects .* up to 5 minutes if people/);
});

Deno.test("Site announces a change to the policy on the home page, and the operator's announcement", () => {
  const world = new World({ announcement: "Closed on <Sunday>" });
  world.setSinceChange(CHANGE_ANNOUNCED_FOR - 1);
  assert.match(
    world.text("/"),
    /<body><section class="announcements" aria-label="News" lang="en" dir="auto"><p>Closed on &lt;Sunday><\/p><p><a href="\/privacy">[^<]+<\/a><\/p><\/section>Hello/,
  );
  assert.equal(withoutAnnouncements(world.text("/")), HTML);
  world.setSinceChange(CHANGE_ANNOUNCED_FOR);
  assert.doesNotMatch(world.text("/"), /href="\/privacy"/);
  world.setSinceChange(-1);
  assert.ok(!world.text("/").includes(formatDay(POLICY_UPDATED)));
  world.setSinceChange(Date.parse(POLICY_CHANGES.at(-1)!.day) - 1 - Date.parse(POLICY_UPDATED));
  assert.doesNotMatch(world.text("/"), /href="\/privacy"/);
});

Deno.test("Site answers HEAD like GET without the body, and refuses other methods", () => {
  const world = new World();
  const head = world.ask("/", {}, "HEAD");
  assert.deepEqual([head.status, head.body, head.headers], [
    200,
    undefined,
    world.ask("/").headers,
  ]);
  for (const method of ["POST", "PUT", "DELETE", "OPTIONS", "TRACE"]) {
    const { status, headers } = world.ask("/", {}, method);
    assert.deepEqual([status, headers.allow], [405, "GET, HEAD"]);
  }
});

/** One target for each kind of response. */
const TARGETS = [
  ...PAGES,
  "/languages.json",
  "/nothing",
  "/ws",
  "/healthz",
  "/robots.txt",
  "/icon.svg",
  "/api/transparency",
];

Deno.test("Site sets the security headers and no cookie on every response", () => {
  const world = new World();
  const replies = [
    ...TARGETS.map((target) => world.ask(target)),
    world.ask("/", { "if-none-match": "*" }),
    world.ask("/", {}, "POST"),
    world.ask("/api/statistics.csv?to=never"),
  ];
  for (const { headers } of replies) {
    assert.equal(headers["x-content-type-options"], "nosniff");
    assert.equal(headers["referrer-policy"], "no-referrer");
    assert.equal(headers["cross-origin-opener-policy"], "same-origin");
    assert.equal(headers["cross-origin-resource-policy"], "same-origin");
    assert.match(headers["permissions-policy"]!, /, geolocation=\(\), display-capture=\(\), /);
    assert.match(headers["content-security-policy"]!, /^default-src 'none'; /);
    assert.equal("set-cookie" in headers, false);
  }
});

Deno.test("Site permits calls only on the home page", () => {
  const world = new World();
  const answers = (target: string): string => world.ask(target).headers["permissions-policy"]!;
  const features = ["camera", "microphone", "fullscreen", "picture-in-picture", "autoplay"];
  for (const feature of features) {
    assert.ok(answers("/").split(", ").includes(`${feature}=(self)`), feature);
  }
  assert.equal(answers("/").match(/=\(self\)/g)?.length, features.length);
  for (const target of TARGETS.filter((one) => one !== "/")) {
    assert.equal(answers(target), answers("/").replaceAll("(self)", "()"), target);
  }
});

Deno.test("Headers let a page run only its own script and style", () => {
  const policy = contentSecurityPolicy({ scripts: ["YQ=="], styles: [] });
  assert.match(policy, /script-src 'sha256-YQ=='; style-src 'none'; connect-src 'self'/);
  assert.doesNotMatch(policy, /unsafe|https?:|\*/);
});

Deno.test("Headers let only a page with a script register a service worker", () => {
  const home = contentSecurityPolicy({ scripts: ["YQ=="], styles: [] });
  assert.match(home, /; worker-src 'self'; .*; trusted-types notifications$/);
  const document = contentSecurityPolicy({ scripts: [], styles: ["YQ=="] });
  assert.doesNotMatch(document, /worker-src/);
  assert.match(document, /^default-src 'none'; .*; trusted-types 'none'$/);
});

Deno.test("Transparency page names what isn't working", () => {
  const world = new World();
  assert.doesNotMatch(world.text("/transparency"), /Not working at the moment/);
  world.health = { status: "degraded", failing: ["access log", "statistics"] };
  world.clock.advance(MINUTE);
  const said = world.text("/transparency").replace(/\s+/g, " ");
  assert.match(said, /Not working at the moment: access log, statistics\./);
});
