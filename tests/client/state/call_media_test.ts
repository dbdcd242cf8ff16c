/** What a call does on browsers that lack a part of it, and what each side says about it. */

import assert from "node:assert/strict";
import { BACK_CAMERA, type Capture, NO_MEDIA } from "../../../client/media/devices.ts";
import { wantedDevices } from "../../../client/state/call_media.ts";
import { GRACE } from "../../../client/state/grace.ts";
import { reduce } from "../../../client/state/reducer.ts";
import { DEFAULT_PREFERENCES } from "../../../client/state/preferences.ts";
import { type Effect, type Event, initialState, type State } from "../../../client/state/state.ts";
import { type ServerMessage, SUITES } from "../../../protocol.ts";
import { ENGLISH } from "../../support/fixtures.ts";

const PAIRED: Event = server({ type: "paired", role: "caller", interests: [], met: false });
const WILLING: Event = { type: "partner", envelope: { kind: "call", says: "willing" } };
const WANT: Event = { type: "answer", answer: "want" };

/** A page without a browser. */
class Page {
  state: State;
  effects: readonly Effect[] = [];
  #now = 1_000_000;

  constructor(canCall = true) {
    this.state = initialState({ ...DEFAULT_PREFERENCES, adult: true }, ENGLISH, { canCall });
  }

  /** Events, each after the time in which a press would be ignored. */
  on(...events: Event[]): this {
    for (const event of events) {
      this.#now += GRACE;
      ({ state: this.state, effects: this.effects } = reduce(this.state, event, this.#now));
    }
    return this;
  }

  get notices(): string[] {
    const { screen } = this.state;
    const lines = screen.kind === "chat" ? screen.chat.lines : [];
    return lines.flatMap((line) => line.from === "page" ? [line.notice.kind] : []);
  }

  /** What the last event caused to be said to the partner. */
  get said(): unknown[] {
    return this.effects.flatMap((effect) => effect.type === "say" ? [effect.envelope] : []);
  }
}

/** A page in a call by relay. */
function inCall(): Page {
  return new Page().on(
    { type: "start-video" },
    { type: "start-video" },
    PAIRED,
    server({ type: "ice", servers: [], policy: "relay" }),
    WILLING,
    { type: "call", event: { type: "line", line: "connected" } },
  );
}

const TRACK = {} as MediaStreamTrack;
const ON: Capture = { kind: "on", track: TRACK };
const BUSY: Capture = { kind: "trouble", trouble: "busy" };
const INTERRUPTED: Capture = { kind: "trouble", trouble: "interrupted", track: TRACK };

function media(camera: Capture, microphone: Capture = ON): Event {
  return { type: "media", media: { ...NO_MEDIA, camera, microphone } };
}

function choose(id: string): Event {
  return { type: "choose-device", device: "camera", id };
}

function server(message: ServerMessage): Event {
  return { type: "server", message };
}

Deno.test("Page without WebRTC starts no video chat, and declines calls while the text chat continues", () => {
  const page = new Page(false).on({ type: "start-video" });
  assert.deepEqual([page.state.screen.kind, page.state.mode], ["home", "text"]);
  page.on({ type: "start" }, PAIRED);
  for (const event of [WILLING, WANT]) {
    assert.deepEqual(page.on(event).said, [
      { kind: "call", says: "unable" },
      { kind: "call", says: "unwilling" },
    ]);
    assert.ok(!page.effects.some(({ type }) => type === "tell"), "no relay is asked for");
  }
  assert.deepEqual(page.notices, ["began", "unable", "unable"]);
  page.on({ type: "type", text: "still here" }, { type: "send" });
  assert.equal(page.said.length, 1);
});

Deno.test("Page whose browser refuses to start a call searches for text from then on", () => {
  const page = new Page().on({ type: "start-video" }, { type: "start-video" }, PAIRED);
  page.on(server({ type: "ice", servers: [], policy: "relay" }), WILLING);
  assert.ok(page.effects.some(({ type }) => type === "start-call"));
  page.on({ type: "call", event: { type: "unable" } });
  assert.deepEqual(page.notices, ["began", "unable"]);
  page.on({ type: "stop" }, { type: "stop" }, { type: "again" });
  assert.deepEqual(page.effects[0], {
    type: "tell",
    message: { type: "find", mode: "text", interests: [], search: 2, suites: SUITES },
  });
});

Deno.test("Call tells the partner when another app interrupts a device, and when it returns", () => {
  const page = inCall().on(media(ON));
  assert.deepEqual(page.on(media(INTERRUPTED)).said, [
    { kind: "media", picture: false, sound: true },
  ]);
  assert.deepEqual(page.on(media(INTERRUPTED, INTERRUPTED)).said, [
    { kind: "media", picture: false, sound: false },
  ]);
  assert.deepEqual(page.on(media(ON)).said, [{ kind: "media", picture: true, sound: true }]);
});

Deno.test("Call repeats what is sent after a dropped connection, because that may have been lost", () => {
  const page = inCall().on(media(ON), { type: "down", mayResume: true }, media(INTERRUPTED));
  page.on(server({ type: "resumed", chatting: true }));
  assert.deepEqual(page.said.at(-1), { kind: "media", picture: false, sound: true });
});

Deno.test("Camera that can't be flipped leads back to the former one, in both directions", () => {
  for (const [former, next] of [["", BACK_CAMERA], [BACK_CAMERA, ""], ["usb", "hdmi"]] as const) {
    const page = inCall().on(choose(former), media(ON), choose(next), media({ kind: "opening" }));
    assert.equal(wantedDevices(page.state).camera, next);
    page.on(media(BUSY));
    assert.equal(wantedDevices(page.state).camera, former);
    page.on(media(BUSY));
    assert.equal(wantedDevices(page.state).camera, former, "it is not tried in turns");
  }
});

Deno.test("Camera that was chosen is kept once it has opened, even if it is interrupted or lost later", () => {
  const page = inCall().on(choose("usb"), media(INTERRUPTED), media(ON), media(BUSY));
  assert.equal(wantedDevices(page.state).camera, "usb");
});

Deno.test("Stranger who is muted stays muted when the call restarts, and the picture is played again", () => {
  const page = inCall().on({
    type: "remote-media",
    change: { muted: true, frozen: true, paused: true },
  });
  page.on(WILLING);
  const { screen } = page.state;
  assert.ok(screen.kind === "chat");
  const { muted, frozen, paused } = screen.chat.media;
  assert.deepEqual([muted, frozen, paused], [true, false, false]);
  page.on({ type: "remote-media", change: { stream: {} as MediaStream } });
  assert.deepEqual(page.effects, [{ type: "play" }]);
});
