/** What the server can see of a chat between two pages, and what it can do to it. */

import { deepEqual, equal, match, notDeepEqual, ok } from "node:assert/strict";
import { gzipSync } from "node:zlib";
import { en } from "../../client/languages/en.ts";
import { fill } from "../../client/languages/language.ts";
import { withFrames } from "../support/server.ts";
import { waitUntil } from "../support/wait_until.ts";
import { inProcess } from "../support/server_under_test.ts";
import { siteFixture } from "./site_fixture.ts";
import type { Visitor } from "./visitor.ts";

const openFixture = siteFixture();

const SIZES = [1280, 1024, 4096, 16_384];

inProcess.test("The server sees neither text nor compressible data, only frames of fixed lengths", async () => {
  const frames: Uint8Array[] = [];
  await using fixture = await openFixture({
    service: withFrames((frame) => frames.push(frame.slice())),
  });
  const [ann, bob] = await fixture.pair();
  const text = "the same marked text ".repeat(9).trim();
  await ann.say(text);
  await ann.say(text);
  await ann.say("long ".repeat(390));
  await bob.types("x");
  await waitUntil(() => frames.filter(([kind]) => kind === 1).length === 3);
  const messages = frames.filter(([kind]) => kind === 1);
  ok(frames.every(({ length }) => SIZES.includes(length)));
  deepEqual(messages.map(({ length }) => length), [1024, 1024, 4096]);
  notDeepEqual(messages[0]!.subarray(6), messages[1]!.subarray(6));
  for (const message of messages) {
    const sealed = message.subarray(6);
    ok(gzipSync(sealed).length >= sealed.length);
    equal(new TextDecoder("latin1").decode(sealed).includes("marked"), false);
  }
});

inProcess.test("A message that the server has altered is not shown, the page says so, and it is sent again", async () => {
  let alters = true;
  const alter = (frame: Uint8Array): void => {
    if (alters && frame[0] === 1) frame[500]! ^= 1;
  };
  await using fixture = await openFixture({ service: withFrames(alter) });
  const [ann, bob] = await fixture.pair();
  await ann.say("altered on the way");
  await bob.reads(en.words.Notices.tampered);
  await bob.hasMessages();
  alters = false;
  await ann.say("left alone");
  await bob.hears("left alone");
  await bob.hasMessages("altered on the way", "left alone");
});

inProcess.test("A server that swaps a key can't establish a chat, and both people are told", async () => {
  const swap = (frame: Uint8Array): void => {
    if (frame.length === 1280 && frame[1] === 2) frame[40]! ^= 1;
  };
  await using fixture = await openFixture({ service: withFrames(swap) });
  const [ann, bob] = [await fixture.enter(), await fixture.enter()];
  await ann.search();
  await bob.search();
  await ann.reads(en.words.Notices["not-secured"]);
  await ann.button("New chat").waitFor();
});

Deno.test("Both people see the same four pictures, with a plain explanation", async () => {
  await using fixture = await openFixture();
  const [ann, bob] = await fixture.pair();
  const names = async (visitor: Visitor): Promise<string> => {
    await visitor.page.getByText("End-to-end encrypted").click();
    return await visitor.page.locator(".encryption-info p").first().innerText();
  };
  const seen = await names(ann);
  match(seen, /^\w+, \w+, \w+, \w+$/);
  equal(await names(bob), seen);
  await ann.sees(en.words.Compare);
  await ann.sees(fill(en.words.Suite, "P-256 + ML-KEM-768"));
});

/** A browser without ML-KEM in WebCrypto, and a count of what a browser with it does. */
const WITHOUT_KEM =
  `SubtleCrypto.prototype.generateKey = new Proxy(SubtleCrypto.prototype.generateKey, {
  apply: (target, self, args) => args[0] === "ML-KEM-768"
    ? Promise.reject(new DOMException("", "NotSupportedError"))
    : Reflect.apply(target, self, args),
});`;
const COUNTED_KEM = `globalThis.kemCalls = [];
for (const name of ["encapsulateBits", "decapsulateBits"]) {
  const original = SubtleCrypto.prototype[name];
  if (original) SubtleCrypto.prototype[name] = function (...args) {
    kemCalls.push(name);
    return original.apply(this, args);
  };
}`;

for (const first of ["with", "without"] as const) {
  Deno.test(`A page with WebCrypto's ML-KEM and one without chat, when the one ${first} it came first`, async () => {
    await using fixture = await openFixture();
    const scripts = { with: COUNTED_KEM, without: WITHOUT_KEM };
    const other = first === "with" ? "without" : "with";
    const [ann, bob] = await fixture.pair({ script: scripts[first] }, { script: scripts[other] });
    await ann.say("sealed with one");
    await bob.hears("sealed with one");
    await bob.say("sealed with the other");
    await ann.hears("sealed with the other");
    const native = first === "with" ? ann : bob;
    const [calls, isThere] = await native.page.evaluate<[string[], boolean]>(
      "[kemCalls, 'encapsulateBits' in SubtleCrypto.prototype]",
    );
    // The page tries the browser's KEM twice, and then uses it for its part of the chat.
    equal(calls.length, isThere ? 5 : 0);
  });
}

/** Counts hashes, and notes whether the chat had been drawn when the page sent its first frame. */
const WATCHED = `
  globalThis.hashes = 0;
  const { digest } = SubtleCrypto.prototype;
  SubtleCrypto.prototype.digest = function (...args) {
    const hash = digest.apply(this, args);
    hash.then(() => hashes++);
    return hash;
  };
  const { send } = WebSocket.prototype;
  WebSocket.prototype.send = function (data) {
    if (typeof data !== "string") globalThis.hadDrawn ??= document.querySelector(".chat") !== null;
    send.call(this, data);
  };
`;

Deno.test("Page that has prepared its keys sends the first frame before it draws the chat", async () => {
  await using fixture = await openFixture();
  const [ann, bob] = [
    await fixture.enter({ script: WATCHED }),
    await fixture.enter({ script: WATCHED }),
  ];
  // One commitment for each role that the page may have.
  for (const { page } of [ann, bob]) await waitUntil(() => page.evaluate("hashes === 2"));
  await ann.search();
  await bob.search();
  await ann.meets();
  await ann.say("sealed with prepared keys");
  await bob.hears("sealed with prepared keys");
  for (const { page } of [ann, bob]) equal(await page.evaluate("hadDrawn"), false);
});
