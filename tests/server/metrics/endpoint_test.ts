import assert from "node:assert/strict";
import { parseAddress } from "../../../server/admission/address.ts";
import { MetricsEndpoint } from "../../../server/metrics/endpoint.ts";
import type { HttpRequest } from "../../../server/http/message.ts";
import { httpRequest } from "../../support/fixtures.ts";

const TOKEN = "a-token-that-nobody-guesses";

/** A request from the same computer, addressed to its own host name. */
const HERE = { host: "localhost:8000" };

interface Asking {
  readonly token?: string;
  readonly trustsLocal?: boolean;
  readonly client?: string;
  readonly headers?: Record<string, string>;
  readonly more?: Partial<HttpRequest>;
  readonly target?: string;
}

/** The status of the response, or 0 when the endpoint doesn't answer and leaves the request to the site. */
async function ask(asking: Asking): Promise<number> {
  const { token = "", trustsLocal = true, client = "127.0.0.1", headers = HERE } = asking;
  const { more, target = "/metrics" } = asking;
  const render = (): Promise<string> => Promise.resolve("figures");
  const desk = new MetricsEndpoint({
    token,
    trustsLocal,
    contentType: "text/plain",
    render,
  });
  const reply = await desk.answer(httpRequest(target, headers, more), parseAddress(client));
  const body = new TextDecoder().decode(reply?.body);
  assert.equal(body === "figures", reply?.status === 200 && more?.method !== "HEAD");
  return reply?.status ?? 0;
}

Deno.test("Metrics endpoint answers requests from the same computer, by any of its names", async () => {
  for (const client of ["127.0.0.1", "127.1.2.3", "::1", "::ffff:127.0.0.1"]) {
    for (const host of ["localhost", "localhost:8000", "127.0.0.1:8000", "[::1]:8000"]) {
      assert.equal(await ask({ client, headers: { host } }), 200, `${client} as ${host}`);
    }
  }
  assert.equal(await ask({ more: { method: "HEAD" } }), 200);
  assert.equal(await ask({ target: "/metrics?x=y" }), 200);
});

Deno.test("Metrics endpoint refuses other clients, and everybody where the computer belongs to a platform", async () => {
  for (const client of ["203.0.113.9", "10.0.0.1", "192.168.0.1", "::", "2001:db8::1", ""]) {
    assert.equal(await ask({ client }), 0, client);
  }
  assert.equal(await ask({ trustsLocal: false }), 0);
  assert.equal(await ask({ more: { method: "POST" } }), 0);
  for (const target of ["/metrics/", "/Metrics", "//metrics"]) {
    assert.equal(await ask({ target }), 0, target);
  }
});

Deno.test("Metrics endpoint refuses clients that come through a proxy on the same computer", async () => {
  const traces = [
    ...["forwarded", "via", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto"],
    ...["x-real-ip", "cf-connecting-ip", "true-client-ip"],
  ];
  for (const name of traces) {
    assert.equal(await ask({ headers: { ...HERE, [name]: "" } }), 0, name);
    assert.equal(await ask({ headers: { ...HERE, [name]: "127.0.0.1" } }), 0, name);
  }
  for (const host of ["chat.example", "localhost.evil.example", "127.0.0.1.evil.example", ""]) {
    assert.equal(await ask({ headers: { host } }), 0, host);
  }
  assert.equal(await ask({ headers: {} }), 0);
});

Deno.test("Metrics endpoint answers any client with the token, and with a token configured no other", async () => {
  const shown = (authorization: string): Promise<number> =>
    ask({ token: TOKEN, client: "203.0.113.9", headers: { authorization } });
  assert.equal(await shown(`Bearer ${TOKEN}`), 200);
  assert.equal(await shown(`bearer  ${TOKEN} `), 200);
  const through = { authorization: `Bearer ${TOKEN}`, "x-forwarded-for": "203.0.113.9" };
  assert.equal(await ask({ token: TOKEN, headers: through }), 200);
  assert.equal(await ask({ token: TOKEN, trustsLocal: false, headers: through }), 200);
  for (const wrong of ["", TOKEN, "Bearer", "Bearer ", `Basic ${TOKEN}`, `Bearer ${TOKEN}x`]) {
    assert.equal(await shown(wrong), 401, wrong);
  }
  assert.equal(await ask({ token: TOKEN }), 401);
  assert.equal(await ask({ token: TOKEN, target: `/metrics?token=${TOKEN}` }), 401);
});

Deno.test("Metrics endpoint explains how to authenticate, and without a token accepts none", async () => {
  const render = (): Promise<string> => Promise.reject(new Error("not to be asked"));
  const desk = new MetricsEndpoint({ token: TOKEN, trustsLocal: true, contentType: "", render });
  const reply = await desk.answer(httpRequest("/metrics"), undefined);
  assert.equal(reply?.headers["www-authenticate"], 'Bearer realm="metrics"');
  for (const authorization of ["Bearer ", "Bearer", 'Bearer ""', "Bearer x"]) {
    assert.equal(await ask({ client: "203.0.113.9", headers: { authorization } }), 0);
  }
});
