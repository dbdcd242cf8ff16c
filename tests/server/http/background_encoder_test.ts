import assert from "node:assert/strict";
import { brotliCompressSync, brotliDecompressSync } from "node:zlib";
import { pages } from "../../../client/page.gen.ts";
import { BackgroundEncoder } from "../../../server/http/background_encoder.ts";
import { pageResponse, representText } from "../../../server/http/message.ts";
import { delay } from "../../../server/base/timeout.ts";
import { httpRequest } from "../../support/fixtures.ts";
import { computedMs } from "../../support/stopwatch.ts";

/** Takes all steps. Returns the longest, in milliseconds that this thread has computed. */
async function finish(encoder: BackgroundEncoder): Promise<number> {
  let longest = 0;
  while (encoder.size > 0) {
    const before = computedMs();
    encoder.step();
    await delay(0);
    longest = Math.max(longest, computedMs() - before);
  }
  return longest;
}

Deno.test("Background encoder compresses a page nearly as well as in one piece, in steps of at most 50 ms", async () => {
  const bytes = new TextEncoder().encode(JSON.stringify(pages.languages));
  const encoder = new BackgroundEncoder();
  let encoded = new Uint8Array();
  encoder.add(bytes, (done) => encoded = done);
  const longest = await finish(encoder);
  assert.deepEqual(new Uint8Array(brotliDecompressSync(encoded)), bytes);
  assert.ok(encoded.length < 1.04 * brotliCompressSync(bytes).length, `${encoded.length} bytes`);
  assert.ok(longest <= 50, `${longest} ms`);
});

Deno.test("Page is sent at once within 50 ms, then smaller, and a browser that has it needs neither again", async () => {
  const encoder = new BackgroundEncoder();
  const before = computedMs();
  const page = representText(pages.home.html, { encoder });
  const took = computedMs() - before;
  const ask = (headers: Record<string, string> = {}) =>
    pageResponse(200, page, httpRequest("/", { "accept-encoding": "br", ...headers }));
  const first = ask();
  await finish(encoder);
  const second = ask();
  assert.ok(took <= 50, `${took} ms`);
  assert.ok(second.body!.length < first.body!.length);
  for (const { body } of [first, second]) {
    assert.equal(brotliDecompressSync(body!).toString(), pages.home.html);
  }
  assert.notEqual(first.headers.etag, second.headers.etag);
  for (const { etag = "" } of [first.headers, second.headers]) {
    assert.equal(ask({ "if-none-match": etag }).status, 304);
  }
});
