import assert from "node:assert/strict";
import { brotliCompressSync, brotliDecompressSync } from "node:zlib";
import { pages } from "../../../client/page.gen.ts";
import { BackgroundEncoder, SLICE_BYTES } from "../../../server/http/background_encoder.ts";
import { pageResponse, representText } from "../../../server/http/message.ts";
import { delay } from "../../../server/base/timeout.ts";
import { httpRequest } from "../../support/fixtures.ts";

/** Takes all steps. Returns how many there were. */
async function finish(encoder: BackgroundEncoder): Promise<number> {
  let steps = 0;
  for (; encoder.size > 0; steps++) {
    encoder.step();
    await delay(0);
  }
  return steps;
}

Deno.test("Background encoder compresses a page nearly as well as in one piece, in a step per slice", async () => {
  const bytes = new TextEncoder().encode(JSON.stringify(pages.languages));
  const encoder = new BackgroundEncoder();
  let encoded = new Uint8Array();
  encoder.add(bytes, (done) => encoded = done);
  const steps = await finish(encoder);
  assert.deepEqual(new Uint8Array(brotliDecompressSync(encoded)), bytes);
  assert.ok(encoded.length < 1.04 * brotliCompressSync(bytes).length, `${encoded.length} bytes`);
  assert.ok(steps >= bytes.length / SLICE_BYTES, `${steps} steps`);
});

Deno.test("Page is sent at once, then smaller, and a browser that has it needs neither again", async () => {
  const encoder = new BackgroundEncoder();
  const page = representText(pages.home.html, { encoder });
  const ask = (headers: Record<string, string> = {}) =>
    pageResponse(200, page, httpRequest("/", { "accept-encoding": "br", ...headers }));
  const first = ask();
  await finish(encoder);
  const second = ask();
  assert.ok(second.body!.length < first.body!.length);
  for (const { body } of [first, second]) {
    assert.equal(brotliDecompressSync(body!).toString(), pages.home.html);
  }
  assert.notEqual(first.headers.etag, second.headers.etag);
  for (const { etag = "" } of [first.headers, second.headers]) {
    assert.equal(ask({ "if-none-match": etag }).status, 304);
  }
});
