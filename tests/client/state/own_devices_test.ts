/**
 * The stranger receives exactly what the screen last said of this visitor's camera and microphone, whatever happens. A
 * model of the screen runs next to the reducer through random visits.
 */

import assert from "node:assert/strict";
import fc from "fast-check";
import { reduce } from "../../../client/state/reducer.ts";
import type { DeviceKind } from "../../../client/media/devices.ts";
import { DEFAULT_PREFERENCES } from "../../../client/state/preferences.ts";
import { hasSwitches, wantedDevices } from "../../../client/state/call_media.ts";
import { type Effect, type Event, initialState, type State } from "../../../client/state/state.ts";
import type { CallPolicy, ServerMessage } from "../../../protocol.ts";
import { ENGLISH } from "../../support/fixtures.ts";
import { trials } from "../../support/repeats.ts";

const DEVICES = ["camera", "microphone"] as const;
const STARTS_OFF = { camera: "cameraOff", microphone: "muted" } as const;

const PAIRED: ServerMessage = { type: "paired", role: "caller", interests: [], met: false };
const LEFT: ServerMessage = { type: "partner-left" };
const TOO_FAST: Event = server({ type: "error", code: "too-fast", message: "" });

/** A page without a browser. */
class Page {
  state: State = initialState({ ...DEFAULT_PREFERENCES, adult: true }, ENGLISH);
  effects: readonly Effect[] = [];
  now = 0;

  on(...events: Event[]): this {
    for (const event of events) {
      this.now += 5_000;
      ({ state: this.state, effects: this.effects } = reduce(this.state, event, this.now));
    }
    return this;
  }

  /** The state of a device as shown on the screen, if it is shown. */
  shown(device: DeviceKind): boolean | undefined {
    return hasSwitches(this.state) ? this.state.local[device] : undefined;
  }

  /** The devices that are captured. */
  get captured(): DeviceKind[] {
    const wanted = wantedDevices(this.state);
    return DEVICES.filter((device) => wanted[device] !== undefined);
  }

  /** From any state to an established call. */
  call(policy: CallPolicy = "relay"): this {
    this.on({ type: "answer", answer: "want" }, server({ type: "ice", servers: [], policy }));
    if (policy === "all") this.on({ type: "answer", answer: "want" });
    return this.on(
      { type: "partner", envelope: { kind: "call", says: "willing" } },
      { type: "call", event: { type: "line", line: "connected" } },
    );
  }

  /** From one chat to the next. */
  next(): this {
    return this.on({ type: "stop" }, { type: "stop" }, { type: "again" }, server(PAIRED));
  }
}

function server(message: ServerMessage): Event {
  return { type: "server", message };
}

function toggle(device: DeviceKind): Event {
  return { type: "toggle-device", device };
}

function prefer(device: DeviceKind, isOff: boolean): Event {
  return { type: "prefer", change: { [STARTS_OFF[device]]: isOff } };
}

const PREVIEW: Event = { type: "start-video" };
const BOTH_OFF = [toggle("camera"), toggle("microphone")];

Deno.test("Devices that the preview shows as off stay off in the call, and in the next one", () => {
  const page = new Page().on(PREVIEW, ...BOTH_OFF);
  assert.deepEqual(page.captured, []);
  page.on(PREVIEW, server(PAIRED)).call();
  assert.deepEqual([page.state.screen.kind, page.captured], ["chat", []]);
  assert.deepEqual(page.next().call().captured, []);
});

Deno.test("Devices that were switched off in a call stay off in the next chat, until they are switched on", () => {
  const page = new Page().on(PREVIEW, PREVIEW, server(PAIRED)).call();
  assert.deepEqual(page.captured, ["camera", "microphone"]);
  page.on(...BOTH_OFF).next().call();
  assert.deepEqual(page.captured, []);
  page.on(toggle("microphone")).next().call();
  assert.deepEqual(page.captured, ["microphone"]);
  page.on({ type: "home" }, PREVIEW);
  assert.deepEqual(page.captured, ["microphone"], "the preview says so, too");
});

Deno.test("Devices that are set to start off do so with each partner, even after they were switched on", () => {
  const page = new Page().on(PREVIEW, prefer("camera", true), PREVIEW, server(PAIRED)).call();
  assert.deepEqual(page.captured, ["microphone"]);
  page.on(toggle("camera"));
  assert.deepEqual(page.captured, ["camera", "microphone"]);
  assert.deepEqual(page.next().call().captured, ["microphone"]);
});

Deno.test("Devices that are set to start off, and were switched on in the preview, are on in the call", () => {
  const page = new Page().on(PREVIEW, prefer("camera", true), toggle("camera"));
  assert.deepEqual(page.captured, ["camera", "microphone"]);
  assert.equal(
    page.state.preferences.cameraOff,
    false,
    "the choice does not contradict the switch",
  );
  assert.deepEqual(page.on(PREVIEW, server(PAIRED)).call().captured, ["camera", "microphone"]);
});

Deno.test("Devices can't be switched where no switch is visible", () => {
  const places: ((page: Page) => Page)[] = [
    (page) => page,
    (page) => page.on({ type: "start" }),
    (page) => page.on({ type: "start" }, server(PAIRED)),
    (page) => page.on({ type: "start" }, server(PAIRED), server(LEFT)),
    (page) => page.on(PREVIEW, PREVIEW),
    (page) =>
      page.on({ type: "start" }, server(PAIRED)).call().on({ type: "answer", answer: "refuse" }),
    (page) =>
      page.on({ type: "start" }, server(PAIRED), { type: "answer", answer: "want" }, TOO_FAST),
  ];
  for (const reach of places) {
    const page = reach(new Page());
    const { local } = page.state;
    assert.deepEqual(page.on(...BOTH_OFF).state.local, local);
  }
});

Deno.test("Devices are not switched on by being chosen from a list", () => {
  const page = new Page().on(PREVIEW, toggle("camera"));
  page.on({ type: "choose-device", device: "camera", id: "back" });
  assert.deepEqual(page.captured, ["microphone"]);
  page.on(toggle("camera"));
  assert.equal(wantedDevices(page.state).camera, "back");
});

Deno.test("Devices don't change with an unrelated preference", () => {
  const page = new Page().on(PREVIEW, toggle("camera"), {
    type: "prefer",
    change: { blur: false },
  });
  assert.deepEqual(page.captured, ["microphone"]);
  page.on(prefer("microphone", true), prefer("microphone", false));
  assert.deepEqual(page.captured, ["microphone"]);
});

Deno.test("Message box has the focus when a call is accepted, declined or ended", () => {
  const page = new Page().on({ type: "start" }, server(PAIRED));
  for (const answer of ["want", "refuse"] as const) {
    page.on({ type: "answer", answer });
    assert.deepEqual(page.effects.at(-1), {
      type: "focus",
      on: "message",
      unlessTouch: true,
    });
  }
});

/** Random actions of the visitor, the stranger or the server. */
const ACTIONS = fc.oneof(
  fc.constantFrom(...DEVICES).map(toggle),
  fc.tuple(fc.constantFrom(...DEVICES), fc.boolean()).map(([one, isOff]) => prefer(one, isOff)),
  fc.constantFrom<Event>(
    PREVIEW,
    { type: "start" },
    { type: "stop" },
    { type: "again" },
    { type: "home" },
    { type: "escape" },
    { type: "answer", answer: "want" },
    { type: "answer", answer: "refuse" },
    { type: "choose-device", device: "camera", id: "back" },
    { type: "prefer", change: { keepCamera: true } },
    { type: "partner", envelope: { kind: "call", says: "willing" } },
    { type: "partner", envelope: { kind: "call", says: "over" } },
    { type: "call", event: { type: "line", line: "connected" } },
    { type: "down", mayResume: true },
    { type: "call", event: { type: "line", line: "failed" } },
    { type: "tick" },
    TOO_FAST,
    server(PAIRED),
    server(LEFT),
    server({ type: "ice", servers: [], policy: "relay" }),
    server({ type: "ice", servers: [], policy: "all" }),
    server({ type: "resumed", chatting: true }),
  ),
);

/** Whether this visitor has just asked for a device to be on. */
function asksFor(event: Event, device: DeviceKind): boolean {
  if (event.type === "toggle-device") return event.device === device;
  return event.type === "prefer" && event.change[STARTS_OFF[device]] === false;
}

Deno.test("Devices are switched on only by their user, on any path through the page", () => {
  fc.assert(
    fc.property(fc.array(ACTIONS, { maxLength: 60, size: "max" }), (events) => {
      const page = new Page();
      const lastShown = { camera: true, microphone: true };
      for (const event of events) {
        page.on(event);
        for (const device of DEVICES) {
          const shown = page.shown(device);
          const mayBeOn = lastShown[device] || asksFor(event, device);
          assert.ok(!shown || mayBeOn, `${device} came on with ${event.type}`);
          if (page.captured.includes(device)) assert.ok(mayBeOn, `${device} is captured`);
          if (shown !== undefined) lastShown[device] = shown;
          else if (asksFor(event, device) && event.type === "prefer") lastShown[device] = true;
        }
      }
    }),
    trials({ sample: 2_000, long: 50_000 }),
  );
});

Deno.test("Devices that are captured in a call are those whose switch is on, on any path through the page", () => {
  fc.assert(
    fc.property(fc.array(ACTIONS, { maxLength: 60, size: "max" }), (events) => {
      const page = new Page();
      for (const event of events) {
        page.on(event);
        const { screen, local } = page.state;
        const call = screen.kind === "chat" ? screen.chat.call.kind : "none";
        if (call !== "connecting" && call !== "live") continue;
        assert.deepEqual(page.captured, DEVICES.filter((device) => local[device]));
      }
    }),
    trials({ sample: 2_000, long: 50_000 }),
  );
});
