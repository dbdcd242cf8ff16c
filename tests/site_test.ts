import assert from "node:assert/strict";
import { brotliDecompressSync, gunzipSync } from "node:zlib";
import { contentSecurityPolicy } from "../server/headers.ts";
import { type HttpReply, type HttpRequest, preferredCoding, Site } from "../server/http.ts";

const HTML = `<!doctype html><p>${"Hello, stranger. ".repeat(50)}</p>`;
const SITE = new Site({
  home: { html: HTML, scripts: ["c2NyaXB0"], styles: ["c3R5bGU="] },
  missing: { html: "<p>Nothing.</p>", scripts: [], styles: [] },
  transparency: { html: "<p>Facts.</p>", scripts: [], styles: [] },
});

function ask(path: string, headers: Record<string, string> = {}, method = "GET"): HttpReply {
  return SITE.answer({ method, path, header: (name) => headers[name] } satisfies HttpRequest);
}

Deno.test("Site serves the page in the best coding the client takes", () => {
  const decoders = {
    "br": brotliDecompressSync,
    "gzip": gunzipSync,
    "": (body: Uint8Array) => body,
  };
  for (const [coding, decode] of Object.entries(decoders)) {
    const { status, headers, body } = ask("/", { "accept-encoding": coding });
    assert.deepEqual([status, headers["content-encoding"] ?? "", headers.vary], [
      200,
      coding,
      "accept-encoding",
    ]);
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

Deno.test("Site answers 304 to who has the same bytes already", () => {
  const { headers } = ask("/", { "accept-encoding": "br" });
  const etag = headers.etag!;
  assert.match(etag, /^"[\w-]{22}"$/);
  const again = (header: string, coding = "br"): number =>
    ask("/", { "accept-encoding": coding, "if-none-match": header }).status;
  assert.equal(again(etag), 304);
  assert.equal(again(`"other", W/${etag}`), 304);
  assert.equal(again("*"), 304);
  assert.equal(again('"other"'), 200);
  assert.equal(again(etag, "gzip"), 200);
});

Deno.test("Site lets caches keep the page but ask each time", () => {
  assert.equal(ask("/").headers["cache-control"], "no-cache");
  assert.equal(ask("/healthz").headers["cache-control"], "no-store");
});

Deno.test("Site answers its routes, and 404 with a way back elsewhere", () => {
  assert.deepEqual(JSON.parse(new TextDecoder().decode(ask("/healthz").body!)), { status: "ok" });
  assert.equal(ask("/robots.txt").status, 200);
  assert.equal(new TextDecoder().decode(ask("/transparency").body!), "<p>Facts.</p>");
  assert.deepEqual([ask("/ws").status, ask("/ws").headers.upgrade], [426, "websocket"]);
  for (const path of ["/nothing", "//", "/../etc/passwd", "/%00", ""]) {
    assert.equal(ask(path).status, 404, path);
    assert.equal(ask(path).headers["content-type"], "text/html; charset=utf-8");
  }
});

Deno.test("Site answers HEAD as GET without the body, and refuses other methods", () => {
  const head = ask("/", {}, "HEAD");
  assert.deepEqual([head.status, head.body, head.headers], [200, undefined, ask("/").headers]);
  for (const method of ["POST", "PUT", "DELETE", "OPTIONS", "TRACE"]) {
    const { status, headers } = ask("/", {}, method);
    assert.deepEqual([status, headers.allow], [405, "GET, HEAD"]);
  }
});

Deno.test("Site sets the security headers and no cookie on every answer", () => {
  const replies = [
    ask("/"),
    ask("/", { "if-none-match": "*" }),
    ask("/transparency"),
    ask("/nothing"),
    ask("/ws"),
    ask("/healthz"),
    ask("/robots.txt"),
    ask("/", {}, "POST"),
  ];
  for (const { headers } of replies) {
    assert.equal(headers["x-content-type-options"], "nosniff");
    assert.equal(headers["referrer-policy"], "no-referrer");
    assert.equal(headers["cross-origin-opener-policy"], "same-origin");
    assert.equal(headers["cross-origin-resource-policy"], "same-origin");
    assert.match(headers["content-security-policy"]!, /^default-src 'none'; /);
    assert.equal("set-cookie" in headers, false);
  }
});

Deno.test("Headers let a page run its own script and style and nothing else", () => {
  const policy = contentSecurityPolicy({ scripts: ["YQ=="], styles: [] });
  assert.match(policy, /script-src 'sha256-YQ=='; style-src 'none'; connect-src 'self'/);
  assert.doesNotMatch(policy, /unsafe|https?:|\*/);
});
