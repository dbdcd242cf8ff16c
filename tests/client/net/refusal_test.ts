import assert from "node:assert/strict";
import { askRefusal, readRefusal } from "../../../client/net/refusal.ts";
import { CONNECTION_REFUSALS } from "../../../protocol.ts";
import { TestServer } from "../../support/server.ts";

/** What the page at `site` learns from `server`. Like a browser, it adds the Referer that the page allows. */
async function learns(server: TestServer, site: string, base = server.http): Promise<unknown> {
  const { fetch } = globalThis;
  globalThis.fetch = (path, init = {}) => {
    const referer = init.referrerPolicy === "origin" ? { referer: `${site}/` } : {};
    return fetch(`${base}${path}`, { ...init, headers: referer });
  };
  try {
    return await askRefusal();
  } finally {
    globalThis.fetch = fetch;
  }
}

Deno.test("Page learns from a real server that nothing refuses it, or that its proxy is misconfigured", async () => {
  await using server = await TestServer.start({ args: ["--trust-proxy=1"] });
  assert.equal(await learns(server, server.http), "none");
  const misconfigured = { code: "misconfigured", seconds: 30 };
  assert.deepEqual(await learns(server, "https://chat.example"), misconfigured);
  const underPath = `${server.http}/chat`; // Something that isn't this server answers with 404.
  assert.deepEqual(await learns(server, server.http, underPath), misconfigured);
});

Deno.test("Refusal is read when this page knows it", () => {
  for (const code of CONNECTION_REFUSALS) {
    assert.deepEqual(readRefusal({ code, seconds: 5, more: 1 }), { code, seconds: 5 });
  }
});

Deno.test("Refusal that is malformed is ignored", () => {
  const answers = [undefined, null, 7, "full", {}, { code: "full" }, { code: "new", seconds: 1 }];
  for (
    const answer of [...answers, { code: "full", seconds: "1" }, { code: "full", seconds: -1 }]
  ) {
    assert.equal(readRefusal(answer), undefined);
  }
});
