/** Direct calls: what leads to them, what happens during them, and how they end. */

import { deepEqual, equal, ok } from "node:assert/strict";
import type { Page } from "playwright-core";
import { en } from "../../client/languages/en.ts";
import { UnreliableProxy } from "../support/unreliable_proxy.ts";
import { waitUntil } from "../support/wait_until.ts";
import { inProcess } from "../support/server_under_test.ts";
import { DEVICES } from "./browser.ts";
import { Caller, NO_RELAY, PEERS, SEALED } from "./caller.ts";
import { type SiteFixture, siteFixture } from "./site_fixture.ts";
import { LOOKING, PREVIEW, STRANGER_LEFT, type Visitor, type VisitorOptions } from "./visitor.ts";

const openFixture = siteFixture(...DEVICES);

/** The shortcuts that switch a device. */
const CAMERA_KEY = "Control+Shift+O";
const MICROPHONE_KEY = "Control+Shift+M";

const { words } = en;
const QUESTION = words.ShowAddresses;
const DECLINED = words.Notices["stranger-declined"];
const ENDED = "The call has ended.";

/** Two visitors in a video call. */
async function call(
  fixture: SiteFixture,
  one: VisitorOptions = {},
  other: VisitorOptions = {},
): Promise<[Caller, Caller]> {
  const pair = await fixture.pairForVideo(one, other);
  for (const { visitor } of pair) await visitor.press("Call directly");
  for (const { visitor } of pair) await visitor.press(words.ShowPicture);
  return pair;
}

Deno.test("Call is direct once both have agreed: each sees a moving picture and hears a tone", async () => {
  await using fixture = await openFixture();
  const pair = await fixture.pairForVideo();
  const [ann, bob] = pair;
  await ann.visitor.sees(QUESTION);
  await ann.visitor.press("Call directly");
  deepEqual([await ann.peers(), await bob.peers()], [0, 0]);
  await bob.visitor.press("Call directly");
  for (const caller of pair) await caller.seesAndHears();
  await ann.visitor.say("I see you");
  await bob.visitor.hears("I see you");
});

Deno.test("P14: nothing that could reveal an address exists before both have agreed, or ever if one declines", async () => {
  await using fixture = await openFixture();
  const pair = await fixture.pairForVideo();
  const [ann, bob] = pair;
  await ann.visitor.press("Call directly");
  await bob.visitor.sees("The stranger would like a video call");
  await bob.visitor.press(words.StayWithText);
  await ann.visitor.reads(DECLINED);
  await ann.visitor.say("text, then");
  await bob.visitor.hears("text, then");
  for (const caller of pair) {
    deepEqual([await caller.peers(), await caller.candidates()], [0, []]);
    deepEqual(await caller.liveTracks(), []);
  }
});

Deno.test("P14: call setup passes through the server sealed", async () => {
  await using fixture = await openFixture();
  const sent: string[] = [];
  const watch = (page: Page): void => {
    page.on(
      "websocket",
      (socket) =>
        socket.on("framesent", ({ payload }) => void sent.push(payload.toString("latin1"))),
    );
  };
  const pair = await call(fixture, { watch, script: SEALED });
  for (const caller of pair) await caller.seesMovement();
  const [{ visitor }] = pair;
  const sealed = (await visitor.evaluate<string[]>("sealed")).join();
  for (const word of ["a=fingerprint:", "candidate:", "ice-pwd"]) {
    ok(sealed.includes(word), word);
    ok(!sent.some((payload) => payload.includes(word)), word);
  }
});

Deno.test("P14: a person who refuses direct calls is never asked for one", async () => {
  await using fixture = await openFixture();
  const [ann, bob] = [
    await fixture.enter({ script: PEERS }),
    await fixture.enter({ script: PEERS }),
  ];
  await refuseDirectCalls(ann);
  await bob.searchForVideo();
  await bob.reads(DECLINED);
  await ann.reads(words.Notices["direct-refused"]);
  for (const visitor of [ann, bob]) equal(await new Caller(visitor).peers(), 0);
  await refusesFallback();
});

/** The same where a relay can't be used: only the partner is asked, whose consent is not enough. */
async function refusesFallback(): Promise<void> {
  await using fixture = await openFixture({ args: ["--relay=on"] });
  const ann = new Caller(await fixture.enter({ script: PEERS + NO_RELAY }));
  const bob = new Caller(await fixture.enter({ script: PEERS }));
  await refuseDirectCalls(ann.visitor);
  await bob.visitor.searchForVideo();
  await ann.visitor.sees(words.NoCall);
  await bob.visitor.press(words.CallDirectly);
  await bob.visitor.reads(DECLINED);
  await ann.visitor.sees(words.Failures["no-relay"]);
  equal(await ann.visitor.button(words.CallDirectly).count(), 0);
  equal(await ann.peers(), 1, "only the attempt by relay");
  deepEqual(await ann.candidates(), []);
}

/** Starts a video chat with the preference that excludes direct calls. */
async function refuseDirectCalls(visitor: Visitor): Promise<void> {
  await visitor.confirm();
  await visitor.press("Start video chat");
  await visitor.page.getByText(words.MoreChoices).click();
  await visitor.page.getByRole("checkbox", { name: words.Choices.direct }).uncheck();
  await visitor.press("Start video chat");
}

Deno.test("Video of the partner is blurred until the person chooses to look", async () => {
  await using fixture = await openFixture();
  const pair = await fixture.pairForVideo();
  for (const { visitor } of pair) await visitor.press("Call directly");
  const [{ visitor }] = pair;
  const picture = visitor.page.getByLabel(words.StrangersPicture);
  const filter = (): Promise<string> =>
    picture.evaluate((element) => getComputedStyle(element).filter);
  await visitor.button(words.ShowPicture).waitFor();
  ok((await filter()).startsWith("blur("));
  await visitor.page.getByText("More", { exact: true }).click();
  equal(await visitor.button("Picture in picture").count(), 0, "a separate window has no blur");
  await visitor.page.getByText("More", { exact: true }).click();
  await visitor.press(words.ShowPicture);
  equal(await filter(), "none");
});

Deno.test("Camera and microphone are switched immediately by button and key, and the partner is told", async () => {
  await using fixture = await openFixture();
  const pair = await call(fixture);
  const [ann, bob] = pair;
  await ann.seesMovement();
  deepEqual(await ann.liveTracks(), ["audio", "video"]);
  await ann.visitor.press("Camera on");
  await bob.visitor.sees(words.StrangerNoCamera);
  deepEqual(await ann.liveTracks(), ["audio"]);
  await ann.visitor.message.focus();
  await ann.visitor.key(MICROPHONE_KEY);
  await bob.visitor.sees(words.StrangerNothing);
  deepEqual(await ann.liveTracks(), []);
  await ann.visitor.button("Camera off").focus();
  await ann.visitor.key(MICROPHONE_KEY);
  await ann.visitor.key(CAMERA_KEY);
  await bob.visitor.loses(words.StrangerNothing);
  await bob.visitor.loses(words.StrangerNoCamera);
  await bob.seesMovement();
  equal(await ann.visitor.message.inputValue(), "");
  equal(await ann.visitor.button("Camera on").getAttribute("title"), "Ctrl+Shift+O");
});

/** Text with all letters that once triggered shortcuts outside a field, among other characters. */
const LETTERS = "come on, can you hear me? CM cm dé";

Deno.test("Letters switch no device, wherever they are typed, and what was off stays off for the partner", async () => {
  await using fixture = await openFixture();
  const [ann, bob] = [
    await fixture.enter({ script: PEERS }),
    await fixture.enter({ script: PEERS }),
  ];
  await ann.confirm();
  await ann.press("Start video chat");
  for (const name of ["Start with the camera off", "Start muted"]) {
    await ann.page.getByRole("checkbox", { name }).check();
  }
  await ann.button("Mic off").focus();
  await ann.page.keyboard.type(LETTERS);
  await ann.press("Back");
  await ann.page.locator("h1").click();
  await ann.page.keyboard.type(LETTERS);
  await ann.press("Start text chat");
  await bob.search();
  for (const visitor of [ann, bob]) await visitor.meets();
  await ann.log.click();
  await ann.page.keyboard.type(LETTERS);
  await ann.key(CAMERA_KEY);
  await ann.key(MICROPHONE_KEY);
  await bob.press("Video call");
  await bob.press("Call directly");
  await ann.press("Call directly");
  await ann.isAt(ann.message);
  await ann.page.keyboard.type(LETTERS);
  equal(await ann.message.inputValue(), LETTERS);
  await bob.sees(words.StrangerNothing);
  await ann.log.click();
  await ann.page.keyboard.type(LETTERS);
  for (const name of ["Mic off", "Camera off"]) {
    await ann.button(name).focus();
    await ann.page.keyboard.type(LETTERS.replaceAll(" ", "")); // A space would press a button.
    await ann.button(name).waitFor();
  }
  deepEqual(await new Caller(ann).liveTracks(), []);
});

Deno.test("Preview's last setting applies in the call and with the next partner, until the person changes it", async () => {
  await using fixture = await openFixture();
  const [ann, bob] = [
    await fixture.enter({ script: PEERS }),
    await fixture.enter({ script: PEERS }),
  ];
  const callers = [ann, bob].map((visitor) => new Caller(visitor));
  for (const visitor of [ann, bob]) {
    await visitor.confirm();
    await visitor.press("Start video chat");
  }
  await ann.press("Camera on");
  await ann.key(MICROPHONE_KEY);
  await ann.sees("Your camera is off.");
  await ann.sees("Your microphone is off.");
  for (const visitor of [ann, bob]) await visitor.press("Start video chat");
  for (const visitor of [ann, bob]) await visitor.press("Call directly");
  await bob.sees(words.StrangerNothing);
  for (const visitor of [ann, bob]) await visitor.isAt(visitor.message);
  await bob.leave();
  for (const visitor of [ann, bob]) await visitor.press("New chat");
  for (const visitor of [ann, bob]) await visitor.press("Call directly");
  await bob.sees(words.StrangerNothing);
  deepEqual(await callers[0]!.liveTracks(), []);
  await ann.press("Camera off");
  await callers[1]!.seesMovement();
  deepEqual(await callers[0]!.liveTracks(), ["video"]);
});

Deno.test("Key that is held switches a device once", async () => {
  await using fixture = await openFixture();
  const visitor = await fixture.enter({ script: PEERS });
  await visitor.confirm();
  await visitor.press("Start video chat");
  for (const key of ["Control", "Shift", "O", "O", "O", "O"]) {
    await visitor.page.keyboard.down(key);
  }
  await visitor.sees("Your camera is off.");
});

Deno.test("Camera is changed during a call, and the video continues", async () => {
  await using fixture = await openFixture();
  const [ann, bob] = await call(fixture);
  await bob.seesMovement();
  await ann.visitor.page.getByText("More", { exact: true }).click();
  const microphones = ann.visitor.page.getByRole("combobox", { name: words.Microphone });
  const labels = await microphones.getByRole("option").allTextContents();
  ok(labels.length > 1);
  await microphones.selectOption({ label: labels.at(-1)! });
  await waitUntil(async () => (await ann.liveTracks()).length === 2);
  await bob.seesMovement();
  await ann.visitor.press(words.SwapPictures);
  await bob.seesMovement();
});

Deno.test("Leaving turns the camera off immediately on both sides, and the next call works", async () => {
  await using fixture = await openFixture();
  const pair = await call(fixture);
  const [ann, bob] = pair;
  await ann.seesMovement();
  await ann.visitor.leave();
  await bob.visitor.reads(STRANGER_LEFT);
  for (const caller of pair) deepEqual(await caller.liveTracks(), []);
  for (const { visitor } of pair) await visitor.press("New chat");
  for (const { visitor } of pair) await visitor.press("Call directly");
  for (const caller of pair) await caller.seesAndHears();
});

Deno.test("Text chat becomes a call when both want it, and returns to text", async () => {
  await using fixture = await openFixture();
  const visitors = await fixture.pair({ script: PEERS }, { script: PEERS });
  const [ann, bob] = visitors;
  const callers = visitors.map((visitor) => new Caller(visitor));
  await ann.press("Video call");
  await ann.press("Call directly");
  await ann.sees("Waiting for the stranger to join…");
  await bob.sees("The stranger would like a video call");
  for (const caller of callers.slice(1)) deepEqual(await caller.liveTracks(), []);
  await bob.press("Call directly");
  for (const caller of callers) await caller.seesAndHears();
  await ann.press("End call");
  for (const visitor of visitors) await visitor.reads(ENDED);
  for (const caller of callers) deepEqual(await caller.liveTracks(), []);
  await bob.say("that was nice");
  await ann.hears("that was nice");
});

inProcess.test("Call survives a dropped connection to the server", async () => {
  await using fixture = await openFixture();
  using proxy = new UnreliableProxy(fixture.server.port);
  const ann = new Caller(await fixture.enter({ script: PEERS, site: proxy.site }));
  const bob = new Caller(await fixture.enter({ script: PEERS }));
  for (const { visitor } of [ann, bob]) await visitor.searchForVideo();
  for (const { visitor } of [ann, bob]) await visitor.press("Call directly");
  await ann.seesMovement();
  proxy.drop();
  await bob.visitor.sees("Stranger's connection dropped. They may come back.");
  await bob.seesMovement();
  proxy.restore();
  await bob.visitor.sees("Stranger is back.");
  for (const caller of [ann, bob]) await caller.seesMovement();
  equal(await ann.peers(), 1);
});

Deno.test("Call reconnects when the network changes, also when it changes for both at the same time", async () => {
  await using fixture = await openFixture();
  const pair = await call(fixture);
  for (const caller of pair) await caller.seesMovement();
  const credentials = (): Promise<string[]> =>
    Promise.all(
      pair.map(({ visitor }) =>
        visitor.evaluate<string>("/a=ice-ufrag:(.*)/.exec(peers[0].localDescription.sdp)[1]")
      ),
    );
  for (const changing of [[pair[0]], [pair[1]], pair]) {
    const before = await credentials();
    await Promise.all(
      changing.map(({ visitor }) => visitor.evaluate(`dispatchEvent(new Event("online"))`)),
    );
    await waitUntil(async () => (await credentials()).every((now) => !before.includes(now)));
    for (const caller of pair) await caller.seesMovement();
  }
  deepEqual(await Promise.all(pair.map((caller) => caller.peers())), [1, 1]);
});

inProcess.test("Call is set up although the connection drops meanwhile", async () => {
  await using fixture = await openFixture();
  using proxy = new UnreliableProxy(fixture.server.port);
  const ann = new Caller(await fixture.enter({ script: PEERS, site: proxy.site }));
  const bob = new Caller(await fixture.enter({ script: PEERS }));
  for (const { visitor } of [ann, bob]) await visitor.searchForVideo();
  await ann.visitor.press("Call directly");
  await bob.visitor.sees("The stranger would like a video call");
  proxy.drop();
  await bob.visitor.press("Call directly");
  await ann.visitor.sees(words.Dropped);
  proxy.restore();
  for (const caller of [ann, bob]) await caller.seesMovement();
});

/** Runs in a page: `getUserMedia` fails with this error until `giveDevices` is called. */
const REFUSED = (name: string): string =>
  `{
    const { getUserMedia } = MediaDevices.prototype;
    globalThis.giveDevices = () => MediaDevices.prototype.getUserMedia = getUserMedia;
    MediaDevices.prototype.getUserMedia = () => Promise.reject(new DOMException("", "${name}"));
  }`;

Deno.test("Camera that is unavailable is reported in plain words, and the call can continue without it", async () => {
  await using fixture = await openFixture();
  const { denied, missing, busy } = words.Devices.camera;
  const hints = { NotAllowedError: denied, NotFoundError: missing, NotReadableError: busy };
  for (const [name, text] of Object.entries(hints)) {
    const visitor = await fixture.enter({ script: REFUSED(name) });
    await visitor.confirm();
    await visitor.press("Start video chat");
    await visitor.sees(text);
    await visitor.evaluate("giveDevices()");
    await visitor.press("Try again");
    await visitor.page.getByLabel(words.YourPicture).waitFor();
    await visitor.press("Back");
  }
  const [ann, bob] = await fixture.pairForVideo({ script: REFUSED("NotFoundError") });
  for (const { visitor } of [ann, bob]) await visitor.press("Call directly");
  await bob.visitor.sees(words.StrangerNothing);
  await ann.visitor.press(words.ShowPicture);
  await ann.seesAndHears();
});

Deno.test("Preview shows the microphone level, and what a call begins with", async () => {
  await using fixture = await openFixture();
  const visitor = await fixture.enter({ script: PEERS });
  const caller = new Caller(visitor);
  await visitor.confirm();
  await visitor.press("Start video chat");
  await visitor.sees(PREVIEW);
  await waitUntil(() => visitor.evaluate(`document.getElementById("level")?.value > 0.05`));
  await visitor.page.getByRole("checkbox", { name: "Start with the camera off" }).check();
  await visitor.sees("Your camera is off.");
  deepEqual(await caller.liveTracks(), ["audio"]);
  await visitor.press("Start video chat");
  await visitor.sees(LOOKING);
  await visitor.press("Cancel");
  deepEqual(await caller.liveTracks(), []);
  await visitor.page.reload();
  await visitor.press("Start video chat");
  await visitor.sees("Your camera is off.");
});

const UNABLE = words.Notices.unable;
const STRANGER_UNABLE = words.Notices["stranger-unable"];

Deno.test("Page without WebRTC offers no video, says so when the partner asks, and the text chat continues", async () => {
  await using fixture = await openFixture();
  const script = "delete globalThis.RTCPeerConnection;";
  const [ann, bob] = await fixture.pair({ script });
  await bob.press("Video call");
  await bob.press("Call directly");
  await bob.reads(STRANGER_UNABLE);
  await ann.reads(UNABLE);
  equal(await ann.button("Video call").count(), 0);
  await ann.say("text, then");
  await bob.hears("text, then");
  await bob.say("fine");
  await ann.hears("fine");
  await ann.leave();
  await ann.press("Change interests");
  await ann.sees(UNABLE);
  equal(await ann.button("Start video chat").count(), 0);
});

Deno.test("Page whose browser throws at a call or at a sound loses only that, not the chat", async () => {
  await using fixture = await openFixture();
  const script = `
    RTCPeerConnection = class { constructor() { throw new Error("disabled by policy"); } };
    AudioContext.prototype.createOscillator = () => { throw new Error("no sound"); };`;
  const [ann, bob] = await fixture.pairForVideo({ script });
  for (const { visitor } of [ann, bob]) await visitor.press("Call directly");
  await bob.visitor.reads(STRANGER_UNABLE);
  await ann.visitor.reads(UNABLE);
  await ann.visitor.looks(false);
  await bob.visitor.say("Can you read this?");
  await ann.visitor.hears("Can you read this?");
  await ann.visitor.say("yes");
  await bob.visitor.hears("yes");
  deepEqual(await ann.liveTracks(), []);
});

/**
 * Runs in a page: a phone that plays nothing until `mayPlay`, has two cameras of which the one on the back opens if
 * `mayFlip`, and counts in `locks` how often the screen is kept on.
 */
const PHONE = `{
  Object.assign(globalThis, { mayPlay: false, mayFlip: false, locks: 0 });
  const { play } = HTMLMediaElement.prototype;
  HTMLMediaElement.prototype.play = function () {
    if (mayPlay) return play.call(this);
    this.autoplay = false;
    this.pause();
    return Promise.reject(new DOMException("", "NotAllowedError"));
  };
  const { getUserMedia, enumerateDevices } = MediaDevices.prototype;
  const { getSettings } = MediaStreamTrack.prototype;
  MediaDevices.prototype.getUserMedia = async function ({ audio, video }) {
    const isBack = video.facingMode?.exact !== undefined;
    if (isBack && !mayFlip) throw new DOMException("", "OverconstrainedError");
    const stream = await getUserMedia.call(this, { audio, video: video && true });
    for (const track of stream.getVideoTracks()) track.facing = isBack ? "environment" : "user";
    return stream;
  };
  MediaDevices.prototype.enumerateDevices = async function () {
    const devices = await enumerateDevices.call(this);
    return [...devices, { kind: "videoinput", deviceId: "back", label: "Back camera" }];
  };
  MediaStreamTrack.prototype.getSettings = function () {
    return { ...getSettings.call(this), facingMode: this.facing };
  };
  navigator.wakeLock.request = async () => {
    locks++;
    return { release: async () => void locks-- };
  };
  globalThis.hide = (hidden) => {
    Object.defineProperty(document, "hidden", { value: hidden, configurable: true });
    document.dispatchEvent(new Event("visibilitychange"));
    dispatchEvent(new Event("visibilitychange"));
  };
}`;

/** Mutes or unmutes a track in a page, as browsers do when another app takes a device, or when nothing arrives. */
function muteTrack(track: string, muted: boolean): string {
  return `{
    const track = ${track};
    Object.defineProperty(track, "muted", { value: ${muted}, configurable: true });
    track.dispatchEvent(new Event("${muted ? "mute" : "unmute"}"));
  }`;
}

const OWN = `tracks.findLast(({ kind, readyState }) => kind === "video" && readyState === "live")`;
const REMOTE = `document.getElementById("stranger").srcObject.getVideoTracks()[0]`;

Deno.test("Call on a phone: play, mute the stranger, keep the screen on, an interruption, and the other camera", async () => {
  await using fixture = await openFixture();
  const [ann, bob] = await fixture.pairForVideo({ script: PHONE });
  for (const { visitor } of [ann, bob]) await visitor.press("Call directly");

  await ann.visitor.sees(words.PlayStranger);
  await ann.visitor.evaluate("mayPlay = true");
  await ann.visitor.press(words.PlayStranger);
  await ann.visitor.press(words.ShowPicture);
  await ann.seesMovement();
  equal(await ann.visitor.button(words.PlayStranger).count(), 0);
  await ann.visitor.evaluate(`document.getElementById("stranger").pause()`);
  await ann.visitor.press(words.PlayStranger);
  await ann.seesMovement();

  for (const muted of [true, false]) {
    await ann.visitor.press(words.StrangersSound);
    equal(await ann.visitor.evaluate(`document.getElementById("stranger").muted`), muted);
    const pressed = ann.visitor.button(words.StrangersSound).getAttribute("aria-pressed");
    equal(await pressed, String(!muted));
  }

  await ann.visitor.until("locks === 1");
  await ann.visitor.evaluate("hide(true)");
  await ann.visitor.until("locks === 0");
  await ann.visitor.evaluate("hide(false)");
  await ann.visitor.until("locks === 1");

  await ann.visitor.evaluate(muteTrack(OWN, true));
  await ann.visitor.sees(words.Devices.camera.interrupted);
  await bob.visitor.sees(words.StrangerNoCamera);
  await ann.visitor.evaluate(muteTrack(OWN, false));
  await bob.visitor.loses(words.StrangerNoCamera);
  await bob.visitor.press(words.ShowPicture);
  await bob.seesMovement();
  await bob.visitor.evaluate(muteTrack(REMOTE, true));
  await bob.visitor.sees(words.StrangerFrozen);
  await bob.visitor.evaluate(muteTrack(REMOTE, false));
  await bob.visitor.loses(words.StrangerFrozen);

  const own = ann.visitor.page.getByLabel(words.YourPicture);
  const isMirrored = (): Promise<boolean> =>
    own.evaluate((element) => getComputedStyle(element).transform !== "none");
  await ann.visitor.page.getByText("More", { exact: true }).click();
  await ann.visitor.press(words.FlipCamera);
  await ann.visitor.until(`tracks.filter(({ kind }) => kind === "video").length === 2`);
  ok(await isMirrored(), "the back camera can't be opened, so the front one is back");
  await ann.visitor.evaluate("mayFlip = true");
  await ann.visitor.press(words.FlipCamera);
  await waitUntil(async () => !await isMirrored());
  deepEqual(await ann.liveTracks(), ["audio", "video"]);
  await bob.seesMovement();
  await ann.visitor.press(words.FlipCamera);
  await waitUntil(isMirrored);

  await ann.visitor.press("End call");
  await ann.visitor.until("locks === 0");
});
