/** The preview of camera and microphone, whose buttons stay where they are while devices answer. */

import { deepEqual, equal } from "node:assert/strict";
import type { Page } from "playwright-core";
import { en } from "../../client/languages/en.ts";
import { DEVICES } from "./browser.ts";
import { type SiteFixture, siteFixture } from "./site_fixture.ts";
import { LOOKING, PREVIEW, type VisitorOptions } from "./visitor.ts";

const openFixture = siteFixture(...DEVICES);

const CAMERA_KEY = "Control+Shift+O";

const { words } = en;

/**
 * Runs in a page: devices answer a request only after `answer`, and are listed only after `list`. `answer` may name an
 * error, and kinds in `refused` are always refused. After `hold`, requests wait for the next `answer`.
 */
const HELD = `{
  const { getUserMedia, enumerateDevices } = MediaDevices.prototype;
  const listed = Promise.withResolvers();
  let answered = Promise.withResolvers();
  globalThis.refused = [];
  globalThis.list = () => listed.resolve();
  globalThis.answer = (error) => answered.resolve(error);
  globalThis.hold = () => { answered = Promise.withResolvers(); };
  MediaDevices.prototype.getUserMedia = async function (wanted) {
    const error = await answered.promise ??
      (refused.some((kind) => wanted[kind]) ? "NotAllowedError" : undefined);
    if (error) throw new DOMException("", error);
    return await getUserMedia.call(this, wanted);
  };
  MediaDevices.prototype.enumerateDevices = async function () {
    await listed.promise;
    return await enumerateDevices.call(this);
  };
}`;

/** Where the buttons of the preview are on the page. */
const BUTTONS = `[...document.querySelectorAll(".preview-controls button")].map((button) => {
  const { x, y, width, height } = button.getBoundingClientRect();
  return [x + scrollX, y + scrollY, width, height].map(Math.round).join();
})`;

const PREVIEW_LOOKS = [
  { viewport: { width: 1280, height: 1400 } },
  { viewport: { width: 320, height: 568 } },
  { viewport: { width: 390, height: 844 }, locale: "de" },
  { viewport: { width: 320, height: 568 }, locale: "ru" },
  { viewport: { width: 844, height: 390 }, locale: "ar" },
];

for (const look of PREVIEW_LOOKS) {
  const { locale = "en", viewport: { width } } = look;
  Deno.test(`Preview's buttons stay where they are, whatever becomes of camera and microphone: ${locale}, ${width} wide`, async () => {
    await using fixture = await openFixture();
    const page = await openPreview(fixture, look);
    const buttons = async (): Promise<string[]> => await page.evaluate(BUTTONS);
    const before = await buttons();
    await page.evaluate(`refused.push("audio"); answer(); list()`);
    await page.locator("form select").first().waitFor();
    await page.locator(".video-frame button").waitFor();
    deepEqual(await buttons(), before, "camera on, microphone refused");
    await page.evaluate(`refused.pop()`);
    await page.locator(".video-frame button").click();
    await page.locator(".video-status").waitFor({ state: "detached" });
    deepEqual(await buttons(), before, "both on");
    for (const toggle of await page.locator(".call-controls button").all()) await toggle.click();
    await page.locator("video").waitFor({ state: "detached" });
    deepEqual(await buttons(), before, "both off");
    await page.evaluate(`refused.push("audio", "video")`);
    for (const toggle of await page.locator(".call-controls button").all()) await toggle.click();
    await page.locator(".video-frame button").waitFor();
    deepEqual(await buttons(), before, "both refused");
    const frame = page.locator(".video-frame");
    equal(await frame.evaluate((it) => it.scrollHeight > it.clientHeight), false, "they fit");
  });
}

/** A visitor sees the preview, before camera and microphone have answered. Works in every language. */
async function openPreview(fixture: SiteFixture, look: VisitorOptions): Promise<Page> {
  const { page } = await fixture.enter({ ...look, script: HELD });
  await page.getByRole("checkbox").check();
  await page.locator("button:not(.primary)", { hasText: /\S/ }).last().click();
  await page.locator(".preview").waitFor();
  return page;
}

Deno.test("Press on Start that lasts while camera and microphone answer is not lost", async () => {
  await using fixture = await openFixture();
  const viewport = { width: 800, height: 1400 }; // Where a page scrolls, some browsers correct for what moves.
  const ann = await fixture.enter({ script: HELD, viewport });
  await ann.confirm();
  await ann.press("Start video chat");
  await ann.sees(PREVIEW);
  await ann.settles();
  await ann.button("Start video chat").hover();
  await ann.page.mouse.down();
  await ann.evaluate("answer(); list()");
  await ann.page.locator("form select").first().waitFor();
  await ann.settles();
  await ann.page.mouse.up();
  await ann.sees(LOOKING);
});

/** A desktop, a phone, and a phone on its side. */
const VIEWPORTS = [[1280, 800], [390, 844], [844, 390]] as const;

Deno.test("Preview's buttons stay where they are while camera and microphone answer", async () => {
  await using fixture = await openFixture();
  for (const [width, height] of VIEWPORTS) {
    const visitor = await fixture.enter({ script: HELD, viewport: { width, height } });
    const start = visitor.button("Start video chat");
    const boxes = async (): Promise<unknown> => [
      await start.boundingBox(),
      await visitor.button("Back").boundingBox(),
    ];
    await visitor.confirm();
    await start.click();
    await visitor.sees(words.Devices.camera.opening);
    await start.hover();
    const before = await boxes();
    await visitor.evaluate(`answer("NotAllowedError")`);
    await visitor.sees(words.Devices.camera.denied);
    await visitor.sees(words.Devices.microphone.denied);
    deepEqual(await boxes(), before, `${width}x${height}, in trouble`);
    await visitor.evaluate("hold()");
    await visitor.button(words.TryAgain).dispatchEvent("click");
    await visitor.sees(words.Devices.camera.opening);
    await visitor.page.mouse.down();
    await visitor.evaluate("answer()");
    await visitor.page.getByLabel(words.YourPicture).waitFor();
    deepEqual(await boxes(), before, `${width}x${height}, with a picture`);
    await visitor.evaluate("list()");
    await visitor.page.locator("#level").waitFor();
    await visitor.page.getByRole("combobox", { name: words.Microphone }).waitFor();
    deepEqual(await boxes(), before, `${width}x${height}, with a choice of devices`);
    await visitor.key(CAMERA_KEY);
    await visitor.sees(words.Devices.camera.off);
    deepEqual(await boxes(), before, `${width}x${height}, with the camera switched off`);
    await visitor.settles();
    await visitor.page.mouse.up();
    await visitor.sees(LOOKING);
    await visitor.press(words.Cancel);
  }
});
