/**
 * Camera and microphone: what is wanted goes in, what is there comes out. Whatever changes while a device opens, which
 * may take as long as a person takes to answer the browser's question, in the end there is what was wanted last; what is
 * no longer wanted is stopped at once, so that its light goes off.
 *
 *          wanted              track
 *     off ────────> opening ────────────> on
 *      ^               │ refused           │ unplugged
 *      │               v                   v
 *      └────────── trouble <───────────────┘
 *       no longer wanted
 */

/** What a device is for. */
export const DEVICE_KINDS = ["camera", "microphone"] as const;
/** One of them. */
export type DeviceKind = typeof DEVICE_KINDS[number];

/** Why a device can't be had. */
export type DeviceError = "denied" | "missing" | "busy" | "unsupported";

/** What has become of one kind of device. */
export type Capture =
  | { readonly kind: "off" | "opening" }
  | { readonly kind: "on"; readonly track: MediaStreamTrack }
  | { readonly kind: "trouble"; readonly trouble: DeviceError };

/** A device that may be chosen. */
export interface Device {
  readonly id: string;
  readonly label: string;
}

/** What there is. */
export interface Media {
  readonly camera: Capture;
  readonly microphone: Capture;
  readonly cameras: readonly Device[];
  readonly microphones: readonly Device[];
  /** What the camera shows, to be looked at; its track comes and goes. */
  readonly stream: MediaStream | undefined;
}

/** Which device is wanted of each kind: its id, empty for any, or none. */
export type Wanted = Readonly<Record<DeviceKind, string | undefined>>;

/** Before anything is wanted. */
export const NO_MEDIA: Media = {
  camera: { kind: "off" },
  microphone: { kind: "off" },
  cameras: [],
  microphones: [],
  stream: undefined,
};

/** What nobody wants. */
export const NOTHING_WANTED: Wanted = { camera: undefined, microphone: undefined };

/** The devices of this page. */
export class Devices {
  readonly #system: MediaDevices | undefined;
  readonly #onChange: (media: Media) => void;
  #wanted = NOTHING_WANTED;
  /** What each open device, or failed attempt, was wanted as. */
  readonly #got: Record<DeviceKind, string | undefined> = {
    camera: undefined,
    microphone: undefined,
  };
  #media = NO_MEDIA;
  #isBusy = false;

  /** `system` is undefined where the page may not have any device. */
  constructor(system: MediaDevices | undefined, onChange: (media: Media) => void) {
    this.#system = system;
    this.#onChange = onChange;
    if (system !== undefined) system.ondevicechange = () => this.#list();
  }

  /** Says what is wanted from now on. */
  want(wanted: Wanted): void {
    const before = this.#wanted;
    this.#wanted = wanted;
    if (DEVICE_KINDS.some((kind) => wanted[kind] !== before[kind])) this.#settle();
  }

  /** Stops what isn't wanted at once, and opens what is, until both are so. */
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
      if (capture.kind === "on") this.#stop(capture.track);
      this.#set({ [kind]: { kind: "off" } });
    }
  }

  #stop(track: MediaStreamTrack): void {
    track.stop();
    this.#media.stream?.removeTrack(track);
  }

  /** One question for both, where both are wanted; if that fails, each for itself, to know which one it is. */
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

  /** Not all of `kinds` can be had: finds out which, as far as they are still wanted. */
  async #openLess(kinds: readonly DeviceKind[], trouble: DeviceError): Promise<void> {
    for (const kind of kinds) {
      if (this.#wanted[kind] === undefined) this.#set({ [kind]: { kind: "off" } });
      else if (kinds.length > 1) await this.#open([kind]);
      else this.#set({ [kind]: { kind: "trouble", trouble } });
    }
  }

  /** What is no longer wanted when it has opened never reaches anybody: opening lasts as long as the browser's question. */
  #take(track: MediaStreamTrack): void {
    const kind = track.kind === "video" ? "camera" : "microphone";
    if (this.#wanted[kind] !== this.#got[kind]) {
      track.stop();
      return this.#set({ [kind]: { kind: "off" } });
    }
    track.onended = () => this.#ended(kind, track);
    const stream = this.#media.stream ?? new MediaStream();
    if (kind === "camera") stream.addTrack(track);
    this.#set({ [kind]: { kind: "on", track }, stream });
  }

  /** A track that another one has replaced may still say that it ends. */
  #ended(kind: DeviceKind, track: MediaStreamTrack): void {
    const capture = this.#media[kind];
    if (capture.kind !== "on" || capture.track !== track) return;
    this.#set({ [kind]: { kind: "trouble", trouble: "missing" } });
  }

  /** Devices have names once one of them may be used. */
  async #list(): Promise<void> {
    const all = await this.#system?.enumerateDevices().catch(() => []) ?? [];
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

/** A picture of modest size, as it starts quickly everywhere and a stranger's screen is small. */
function constraints(kinds: readonly DeviceKind[], ids: Wanted): MediaStreamConstraints {
  const deviceId = (kind: DeviceKind): MediaTrackConstraints =>
    ids[kind] ? { deviceId: { exact: ids[kind] } } : {};
  return {
    video: kinds.includes("camera") && {
      ...{ width: { ideal: 640 }, height: { ideal: 480 }, frameRate: { ideal: 24, max: 30 } },
      ...{ facingMode: "user", ...deviceId("camera") },
    },
    audio: kinds.includes("microphone") && {
      ...{ echoCancellation: true, noiseSuppression: true, autoGainControl: true },
      ...deviceId("microphone"),
    },
  };
}

/** The names are those of W3C Media Capture and Streams, section 10.2. */
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
