/** What leaves the page, and what it leaves behind, recorded over a whole session. */

import { deepEqual, doesNotMatch, equal } from "node:assert/strict";
import type { Page } from "playwright-core";
import { housing } from "./house.ts";

const openHouse = housing();

/** Everything that one page asks for, sends and complains about. */
class Recording {
  readonly urls: string[] = [];
  readonly sent: string[] = [];
  readonly cookies: string[] = [];
  readonly complaints: string[] = [];

  readonly watch = (page: Page): void => {
    page.on("request", (request) => this.urls.push(request.url()));
    page.on("response", async (response) => {
      const { "set-cookie": cookie } = await response.allHeaders();
      if (cookie !== undefined) this.cookies.push(cookie);
    });
    page.on("console", (message) => this.complaints.push(message.text()));
    page.on("pageerror", (error) => this.complaints.push(error.name));
    page.on("websocket", (socket) => {
      this.urls.push(socket.url());
      socket.on("framesent", ({ payload }) => this.sent.push(payload.toString()));
    });
  };
}

Deno.test("A whole session asks no other host for anything, and breaks no rule of its policy", async () => {
  await using house = await openHouse();
  const { watch, urls, complaints } = new Recording();
  const ann = await house.enter({ watch });
  const bob = await house.enter();
  await ann.likes("chess");
  await bob.likes("chess");
  await ann.search();
  await bob.search();
  await ann.meets();
  await ann.say("hello https://example.org/");
  await bob.say("hello");
  await ann.hears("hello");
  await ann.press("Report");
  await ann.press("Something else");
  await ann.reads("Your report was received. Thank you.");
  for (let press = 0; press < 4; press++) await ann.key("Escape");
  await ann.button("Start text chat").waitFor();
  const hosts = urls.filter((url) => !/^(data|blob):/.test(url)).map((url) => new URL(url).host);
  deepEqual([...new Set(hosts)], [new URL(house.site).host]);
  deepEqual(urls.filter((url) => url.includes("?")), []);
  deepEqual(complaints, []);
});

Deno.test("No cookie is set, and the page keeps two flags and nothing else", async () => {
  await using house = await openHouse();
  const { watch, cookies } = new Recording();
  const ann = await house.enter({ watch });
  await ann.likes("a secret interest");
  await ann.search();
  await ann.press("Cancel");
  deepEqual(cookies, []);
  deepEqual(await ann.context.cookies(), []);
  equal(await ann.evaluate("document.cookie"), "");
  deepEqual(await ann.evaluate("({ ...localStorage })"), {
    "anonymous-chat": '{"version":1,"adult":true,"sound":true}',
  });
  equal(await ann.evaluate("sessionStorage.length"), 0);
  deepEqual(await ann.evaluate("indexedDB.databases()"), []);
});

Deno.test("Nothing of what the page keeps is ever sent", async () => {
  await using house = await openHouse();
  const { watch, sent, urls } = new Recording();
  const marker = "kept-7f3a";
  const stored = `{"version":1,"adult":true,"sound":false,"x":"${marker}"}`;
  const script = `localStorage.setItem("anonymous-chat", '${stored}')`;
  const [ann, bob] = await house.pair({ watch, script });
  await ann.say("hello");
  await bob.hears("hello");
  doesNotMatch([...sent, ...urls].join("\n"), new RegExp(`${marker}|adult|sound`));
});

Deno.test("The policy lets nothing else run: a foreign image and an inline style are refused", async () => {
  await using house = await openHouse();
  const ann = await house.enter();
  const violations = await ann.evaluate(`new Promise((resolve) => {
    const seen = [];
    addEventListener("securitypolicyviolation", ({ effectiveDirective }) => {
      if (seen.push(effectiveDirective) === 2) resolve(seen.sort());
    });
    const image = document.createElement("img");
    image.src = "https://tracker.example/pixel.gif";
    document.body.append(image);
    const style = document.createElement("style");
    style.textContent = "body { display: none }";
    document.body.append(style);
  })`);
  deepEqual(violations, ["img-src", "style-src-elem"]);
});
