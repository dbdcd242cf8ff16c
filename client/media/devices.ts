/**
 * Camera and microphone: the wanted devices go in, and the captured tracks come out. A device may take long to open: as
 * long as the visitor takes to answer the browser's prompt. Whatever changes meanwhile, the last call of `want`
 * decides. A device that is no longer wanted is stopped immediately, so that its light goes off.
 *
 *          wanted              track
 *     off ────────> opening ────────────> on <───────────┐
 *      ^               │ refused           │ unplugged,  │ released
 *      │               v                   v interrupted │
 *      └────────── trouble <───────────────┴─────────────┘
 *       no longer wanted
 */

export const DEVICE_KINDS = ["camera", "microphone"] as const;
export type DeviceKind = typeof DEVICE_KINDS[number];

/** Why a device can't be opened. */
export type DeviceError = "denied" | "missing" | "busy" | "unsupported" | "interrupted";

/** The state of one kind of device. */
export type Capture =
  | { readonly kind: "off" | "opening" }
  | { readonly kind: "on"; readonly track: MediaStreamTrack }
  | { readonly kind: "trouble"; readonly trouble: DeviceError; readonly track?: MediaStreamTrack };

/** A device that the visitor can choose. */
export interface Device {
  readonly id: string;
  readonly label: string;
}

/** The state of all devices. */
export interface Media {
  readonly camera: Capture;
  readonly microphone: Capture;
  readonly cameras: readonly Device[];
  readonly microphones: readonly Device[];
  /** The camera's picture, for the preview. The track in it changes. */
  readonly stream: MediaStream | undefined;
}

/** In place of a camera's id: the camera on the back of a phone. */
export const BACK_CAMERA = "environment";

/** The wanted device of each kind: its id, empty for any, or `undefined` for none. */
export type Wanted = Readonly<Record<DeviceKind, string | undefined>>;

export const NO_MEDIA: Media = {
  camera: { kind: "off" },
  microphone: { kind: "off" },
  cameras: [],
  microphones: [],
  stream: undefined,
};

export const NOTHING_WANTED: Wanted = { camera: undefined, microphone: undefined };

export class Devices {
  readonly #system: MediaDevices | undefined;
  readonly #onChange: (media: Media) => void;
  #wanted = NOTHING_WANTED;
  /** The wanted id that each open device, or failed attempt, was for. */
  readonly #got: Record<DeviceKind, string | undefined> = {
    camera: undefined,
    microphone: undefined,
  };
  #media = NO_MEDIA;
  #isBusy = false;

  /** `system` is undefined where the page may not use any device. */
  constructor(system: MediaDevices | undefined, onChange: (media: Media) => void) {
    this.#system = system;
    this.#onChange = onChange;
    if (system !== undefined) system.ondevicechange = () => this.#list();
  }

  want(wanted: Wanted): void {
    const before = this.#wanted;
    this.#wanted = wanted;
    if (DEVICE_KINDS.some((kind) => wanted[kind] !== before[kind])) this.#settle();
  }

  /** Stops unwanted devices immediately, and opens wanted ones until nothing is missing. */
  async #settle(): Promise<void> {
    this.#stopUnwanted();
    if (this.#isBusy) return;
    this.#isBusy = true;
    for (let kinds = this.#missing(); kinds.length > 0; kinds = this.#missing()) {
      await this.#open(kinds);
      this.#stopUnwanted();
    }
    this.#isBusy = false;
  }

  #missing(): DeviceKind[] {
    return DEVICE_KINDS.filter((kind) =>
      this.#wanted[kind] !== undefined && this.#media[kind].kind === "off"
    );
  }

  #stopUnwanted(): void {
    for (const kind of DEVICE_KINDS) {
      const capture = this.#media[kind];
      if (capture.kind === "off" || capture.kind === "opening") continue;
      if (this.#wanted[kind] === this.#got[kind]) continue;
      if ("track" in capture && capture.track) this.#stop(capture.track);
      this.#set({ [kind]: { kind: "off" } });
    }
  }

  #stop(track: MediaStreamTrack): void {
    track.stop();
    this.#media.stream?.removeTrack(track);
  }

  /** Opens all `kinds` with one prompt. If that fails, opens each separately, to find out which one fails. */
  async #open(kinds: readonly DeviceKind[]): Promise<void> {
    for (const kind of kinds) this.#got[kind] = this.#wanted[kind];
    this.#set(Object.fromEntries(kinds.map((kind) => [kind, { kind: "opening" }])));
    try {
      if (this.#system === undefined) throw new Error("There are no devices");
      const stream = await this.#system.getUserMedia(constraints(kinds, this.#got));
      for (const track of stream.getTracks()) this.#take(track);
    } catch (error) {
      return await this.#openLess(kinds, deviceErrorOf(error));
    }
    await this.#list();
  }

  /** Not all of `kinds` could be opened: finds out which, as far as they are still wanted. */
  async #openLess(kinds: readonly DeviceKind[], trouble: DeviceError): Promise<void> {
    for (const kind of kinds) {
      if (this.#wanted[kind] === undefined) this.#set({ [kind]: { kind: "off" } });
      else if (kinds.length > 1) await this.#open([kind]);
      else this.#set({ [kind]: { kind: "trouble", trouble } });
    }
  }

  /**
   * Takes a track that has opened. The visitor may have changed their mind during the browser's prompt. Then the track
   * is stopped and never leaves this method.
   */
  #take(track: MediaStreamTrack): void {
    const kind = track.kind === "video" ? "camera" : "microphone";
    if (this.#wanted[kind] !== this.#got[kind]) {
      track.stop();
      return this.#set({ [kind]: { kind: "off" } });
    }
    track.onended = track.onmute = track.onunmute = () => this.#changed(kind, track);
    const stream = this.#media.stream ?? new MediaStream();
    if (kind === "camera") stream.addTrack(track);
    this.#set({ [kind]: captureOf(track), stream });
  }

  /** Handles the end or an interruption of a track. A track that has been replaced may still report its end. */
  async #changed(kind: DeviceKind, track: MediaStreamTrack): Promise<void> {
    const isEnded = track.readyState === "ended";
    const change = isEnded ? await this.#afterEnd(track.kind) : captureOf(track);
    const capture = this.#media[kind];
    if ("track" in capture && capture.track === track) this.#set({ [kind]: change });
  }

  /**
   * A track ends when its device is unplugged, and when the visitor withdraws the permission. Then the browser still
   * lists devices of that kind, without their names.
   */
  async #afterEnd(kind: string): Promise<Capture> {
    const isNameless = ({ kind: listed, label }: MediaDeviceInfo): boolean =>
      listed === `${kind}input` && label === "";
    const isDenied = (await this.#all()).some(isNameless);
    return { kind: "trouble", trouble: isDenied ? "denied" : "missing" };
  }

  async #all(): Promise<MediaDeviceInfo[]> {
    return await this.#system?.enumerateDevices().catch(() => []) ?? [];
  }

  /** Lists the devices. Browsers reveal their names only once one of them may be used. */
  async #list(): Promise<void> {
    const all = await this.#all();
    const ofKind = (kind: MediaDeviceKind): Device[] =>
      all.filter((one) => one.kind === kind && one.label !== "")
        .map(({ deviceId: id, label }) => ({ id, label }));
    this.#set({ cameras: ofKind("videoinput"), microphones: ofKind("audioinput") });
  }

  #set(change: Partial<Media>): void {
    this.#media = { ...this.#media, ...change };
    this.#onChange(this.#media);
  }
}

/** An interrupted track sends nothing until another app, a phone call or a switch gives it back. */
function captureOf(track: MediaStreamTrack): Capture {
  if (track.readyState === "ended") return { kind: "trouble", trouble: "missing" };
  return track.muted ? { kind: "trouble", trouble: "interrupted", track } : { kind: "on", track };
}

/** A picture of modest size starts quickly everywhere, and is shown small. */
function constraints(kinds: readonly DeviceKind[], ids: Wanted): MediaStreamConstraints {
  const deviceId = (kind: DeviceKind): MediaTrackConstraints =>
    ids[kind] ? { deviceId: { exact: ids[kind] } } : {};
  return {
    video: kinds.includes("camera") && {
      ...{ width: { ideal: 640 }, height: { ideal: 480 }, frameRate: { ideal: 24, max: 30 } },
      ...(ids.camera === BACK_CAMERA
        ? { facingMode: { exact: BACK_CAMERA } }
        : { facingMode: "user", ...deviceId("camera") }),
    },
    audio: kinds.includes("microphone") && {
      ...{ echoCancellation: true, noiseSuppression: true, autoGainControl: true },
      ...deviceId("microphone"),
    },
  };
}

/** Maps the error names of W3C Media Capture and Streams, section 10.2. */
function deviceErrorOf(error: unknown): DeviceError {
  switch (error instanceof DOMException ? error.name : "") {
    case "NotAllowedError":
    case "SecurityError":
      return "denied";
    case "NotReadableError":
    case "AbortError":
      return "busy";
    case "NotFoundError":
    case "OverconstrainedError":
      return "missing";
    default:
      return "unsupported";
  }
}
