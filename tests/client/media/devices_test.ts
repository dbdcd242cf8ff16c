import assert from "node:assert/strict";
import {
  BACK_CAMERA,
  Devices,
  type Media,
  NO_MEDIA,
  NOTHING_WANTED,
} from "../../../client/media/devices.ts";

/** A device in use. */
class Track {
  readyState = "live";
  muted = false;
  onended = (): void => {};
  onmute = (): void => {};
  onunmute = (): void => {};
  constructor(readonly kind: "video" | "audio", readonly id: string) {}
  stop(): void {
    this.readyState = "ended";
  }

  /** The device is gone. */
  end(): void {
    this.stop();
    this.onended();
  }

  /** Another app takes the device, or gives it back. */
  mute(muted: boolean): void {
    this.muted = muted;
    if (muted) this.onmute();
    else this.onunmute();
  }
}

/** A fake browser, controlled by a test. */
class System {
  readonly tracks: Track[] = [];
  readonly asked: MediaStreamConstraints[] = [];
  /** The reason why a kind of device is unavailable. */
  readonly refusals: { video?: string; audio?: string } = {};
  ondevicechange = (): void => {};
  #answers: (() => void)[] = [];
  isSlow = false;
  opensMuted = false;
  /** The kind of device whose permission the visitor has withdrawn. */
  withdrawn: MediaDeviceKind | undefined;

  async getUserMedia(constraints: MediaStreamConstraints): Promise<MediaStream> {
    this.asked.push(constraints);
    if (this.isSlow) await new Promise<void>((resolve) => this.#answers.push(resolve));
    const kinds = (["video", "audio"] as const).filter((kind) => constraints[kind]);
    for (const kind of kinds) {
      const refusal = this.refusals[kind];
      if (refusal !== undefined) throw new DOMException("", refusal);
    }
    const tracks = kinds.map((kind) => {
      const { deviceId, facingMode } = constraints[kind] as {
        deviceId?: { exact: string };
        facingMode?: string | { exact: string };
      };
      const facing = typeof facingMode === "object" ? facingMode.exact : undefined;
      return new Track(kind, deviceId?.exact ?? facing ?? "any");
    });
    tracks.forEach((track) => track.muted = this.opensMuted);
    this.tracks.push(...tracks);
    return { getTracks: () => tracks } as unknown as MediaStream;
  }

  enumerateDevices(): Promise<MediaDeviceInfo[]> {
    const device = (kind: MediaDeviceKind, deviceId: string): MediaDeviceInfo => {
      const label = kind === this.withdrawn ? "" : deviceId;
      const info = { kind, deviceId, label, groupId: "" };
      return { ...info, toJSON: () => info };
    };
    return Promise.resolve([device("videoinput", "front"), device("audioinput", "headset")]);
  }

  /** The visitor answers the permission prompt. */
  answer(): void {
    this.#answers.splice(0).forEach((resolve) => resolve());
  }

  get live(): string[] {
    return this.tracks.filter(({ readyState }) => readyState === "live")
      .map(({ kind, id }) => `${kind} ${id}`);
  }
}

/** The devices as a page sees them. */
class Desk {
  readonly system = new System();
  media: Media = NO_MEDIA;
  readonly devices = new Devices(this.system as unknown as MediaDevices, (media) => {
    this.media = media;
  });

  get kinds(): string[] {
    return [this.media.camera, this.media.microphone].map((capture) =>
      capture.kind === "trouble" ? capture.trouble : capture.kind
    );
  }
}

/** The part of the browser's `MediaStream` that is used here. */
class FakeStream {
  readonly tracks: unknown[] = [];
  addTrack(track: unknown): void {
    this.tracks.push(track);
  }
  removeTrack(track: unknown): void {
    this.tracks.splice(this.tracks.indexOf(track), 1);
  }
}
Object.assign(globalThis, { MediaStream: FakeStream });

async function settled(): Promise<void> {
  for (let turn = 0; turn < 40; turn++) await Promise.resolve();
}

const BOTH = { camera: "", microphone: "" };

Deno.test("Devices open everything wanted with one prompt, and stop immediately when it is no longer wanted", async () => {
  const desk = new Desk();
  desk.devices.want(BOTH);
  assert.deepEqual(desk.kinds, ["opening", "opening"]);
  await settled();
  assert.deepEqual([desk.kinds, desk.system.asked.length], [["on", "on"], 1]);
  assert.deepEqual(desk.media.cameras, [{ id: "front", label: "front" }]);
  assert.equal((desk.media.stream as unknown as FakeStream).tracks.length, 1);
  desk.devices.want(NOTHING_WANTED);
  assert.deepEqual([desk.kinds, desk.system.live], [["off", "off"], []]);
  assert.equal((desk.media.stream as unknown as FakeStream).tracks.length, 0);
});

Deno.test("Devices that are no longer wanted when the prompt is answered are not left on", async () => {
  const desk = new Desk();
  desk.system.isSlow = true;
  desk.devices.want(BOTH);
  desk.devices.want(NOTHING_WANTED);
  desk.system.answer();
  await settled();
  assert.deepEqual([desk.kinds, desk.system.live], [["off", "off"], []]);
});

Deno.test("Devices switch to another of their kind, and stop the previous one", async () => {
  const desk = new Desk();
  desk.devices.want(BOTH);
  await settled();
  desk.devices.want({ ...BOTH, camera: "back" });
  await settled();
  assert.deepEqual(desk.system.live.toSorted(), ["audio any", "video back"]);
});

Deno.test("Devices that become wanted while others open are opened after them", async () => {
  const desk = new Desk();
  desk.system.isSlow = true;
  desk.devices.want({ camera: "", microphone: undefined });
  desk.devices.want(BOTH);
  for (let n = 0; n < 3; n++) {
    desk.system.answer();
    await settled();
  }
  assert.deepEqual(desk.kinds, ["on", "on"]);
});

Deno.test("Devices report which ones can't be opened and why, and provide the others", async () => {
  const reasons = {
    NotAllowedError: "denied",
    NotFoundError: "missing",
    OverconstrainedError: "missing",
    NotReadableError: "busy",
    TypeError: "unsupported",
  };
  for (const [name, trouble] of Object.entries(reasons)) {
    const desk = new Desk();
    desk.system.refusals.video = name;
    desk.devices.want(BOTH);
    await settled();
    assert.deepEqual(desk.kinds, [trouble, "on"], name);
  }
});

Deno.test("Devices are retried when they are wanted again, and not before", async () => {
  const desk = new Desk();
  desk.system.refusals.video = "NotReadableError";
  desk.devices.want({ camera: "", microphone: undefined });
  await settled();
  desk.devices.want({ camera: "", microphone: undefined });
  await settled();
  assert.equal(desk.system.asked.length, 1);
  delete desk.system.refusals.video;
  desk.devices.want(NOTHING_WANTED);
  desk.devices.want({ camera: "", microphone: undefined });
  await settled();
  assert.deepEqual(desk.kinds, ["on", "off"]);
});

Deno.test("Devices report when one is unplugged", async () => {
  const desk = new Desk();
  desk.devices.want(BOTH);
  await settled();
  desk.system.tracks.find(({ kind }) => kind === "audio")?.end();
  await settled();
  assert.deepEqual(desk.kinds, ["on", "missing"]);
});

Deno.test("Devices say that they are not allowed when the visitor withdraws a permission", async () => {
  const desk = new Desk();
  desk.devices.want(BOTH);
  await settled();
  desk.system.withdrawn = "videoinput";
  for (const track of desk.system.tracks) track.end();
  await settled();
  assert.deepEqual(desk.kinds, ["denied", "missing"]);
});

Deno.test("Devices are unsupported where the browser offers none to this page", async () => {
  let media = NO_MEDIA;
  new Devices(undefined, (now) => media = now).want(BOTH);
  await settled();
  assert.deepEqual([media.camera.kind, media.microphone.kind], ["trouble", "trouble"]);
});

/** The errors of a request for both devices when the microphone is unavailable. */
const REFUSALS = ["NotFoundError", "NotReadableError"];

for (const refusal of REFUSALS) {
  Deno.test(`Devices that were switched off during the prompt stay off when only the other one fails (${refusal})`, async () => {
    const desk = new Desk();
    desk.system.isSlow = true;
    desk.system.refusals.audio = refusal;
    desk.devices.want(BOTH);
    desk.devices.want({ ...BOTH, camera: undefined });
    for (let n = 0; n < 4; n++) {
      desk.system.answer();
      await settled();
    }
    assert.deepEqual([desk.kinds[0], desk.system.live], ["off", []]);
  });

  Deno.test(`Devices are all off when the chat was left during the prompt and one of them fails (${refusal})`, async () => {
    const desk = new Desk();
    desk.system.isSlow = true;
    desk.system.refusals.video = refusal;
    desk.devices.want(BOTH);
    desk.devices.want(NOTHING_WANTED);
    for (let n = 0; n < 4; n++) {
      desk.system.answer();
      await settled();
    }
    assert.deepEqual([desk.kinds, desk.system.live], [["off", "off"], []]);
  });
}

Deno.test("Devices that are no longer wanted when they open are never reported as on", async () => {
  const desk = new Desk();
  desk.system.isSlow = true;
  desk.devices.want(BOTH);
  desk.devices.want({ ...BOTH, camera: undefined });
  desk.system.answer();
  const told: string[] = [];
  for (let turn = 0; turn < 40; turn++) {
    await Promise.resolve();
    told.push(desk.media.camera.kind);
  }
  assert.deepEqual([...new Set(told)], ["opening", "off"]);
  assert.deepEqual(desk.system.live, ["audio any"]);
});

Deno.test("Devices that change while the first one opens end with only the last one on", async () => {
  const desk = new Desk();
  desk.system.isSlow = true;
  desk.devices.want({ ...BOTH, camera: "front" });
  desk.devices.want({ ...BOTH, camera: "back" });
  for (let n = 0; n < 3; n++) {
    desk.system.answer();
    await settled();
  }
  assert.deepEqual(desk.system.live.toSorted(), ["audio any", "video back"]);
});

Deno.test("Devices don't mistake the end of an old track for that of the new one", async () => {
  const desk = new Desk();
  desk.devices.want(BOTH);
  await settled();
  const [old] = desk.system.tracks;
  desk.devices.want({ ...BOTH, camera: "back" });
  await settled();
  old!.end();
  await settled();
  assert.deepEqual(desk.kinds, ["on", "on"]);
});

Deno.test("Devices that another app interrupts report trouble until they return, and are stopped when unwanted", async () => {
  const desk = new Desk();
  desk.devices.want({ camera: "", microphone: "" });
  await settled();
  const [camera, microphone] = desk.system.tracks;
  camera!.mute(true);
  assert.deepEqual(desk.kinds, ["interrupted", "on"]);
  microphone!.mute(true);
  camera!.mute(false);
  assert.deepEqual(desk.kinds, ["on", "interrupted"]);
  desk.devices.want({ camera: "", microphone: undefined });
  await settled();
  assert.deepEqual(desk.system.live, ["video any"]);
  microphone!.mute(false);
  assert.deepEqual(desk.kinds, ["on", "off"], "a stopped track reports nothing");
  camera!.mute(true);
  camera!.end();
  await settled();
  assert.deepEqual(desk.kinds, ["missing", "off"]);
});

Deno.test("Devices that open interrupted say so", async () => {
  const desk = new Desk();
  desk.system.opensMuted = true;
  desk.devices.want({ camera: "", microphone: undefined });
  await settled();
  assert.deepEqual(desk.kinds, ["interrupted", "off"]);
  desk.system.tracks[0]!.mute(false);
  assert.deepEqual(desk.kinds, ["on", "off"]);
});

Deno.test("Camera on the back is opened by its direction, after the front one has stopped", async () => {
  const desk = new Desk();
  desk.devices.want({ camera: "", microphone: "" });
  await settled();
  desk.system.isSlow = true;
  desk.devices.want({ camera: BACK_CAMERA, microphone: "" });
  assert.deepEqual(desk.system.live, ["audio any"], "phones open one camera at a time");
  desk.system.answer();
  await settled();
  assert.deepEqual(desk.system.live, ["audio any", "video environment"]);
});
