/**
 * One call: a WebRTC peer connection. Every step of its set-up travels sealed, so the server can read neither the
 * addresses nor the fingerprints of the media keys. The four pictures that the visitors may compare therefore cover
 * these fingerprints, too (RFC 8827 section 5.7).
 *
 *   caller                                                      callee
 *     offer ──────────────────────────────────────────────────>   uses the offer's media lines for its tracks
 *           <──────────────────────────────────────────── answer
 *     candidates <────────────────────────────────> candidates
 *
 * Afterwards, either side may send a new offer when its network changes. If both do so at the same time, the callee
 * gives way (perfect negotiation, W3C WebRTC section 10.7). Tracks are added and removed without an offer.
 *
 * With a relay, the browser is told to gather no other candidates (`iceTransportPolicy`), and its output is filtered as
 * well (`setup.ts`): candidates of other types are dropped, and the addresses from which the relay was contacted are
 * blanked. A partner's candidate is accepted only if it is a relay, too, so that the partner can't make this browser
 * probe arbitrary hosts.
 */

import type { CallServer, Role, Route } from "../../protocol.ts";
import { MAX_SETUP_BYTES } from "../crypto/envelope.ts";
import {
  type Candidate,
  type Description,
  readSetup,
  type Setup,
  stripAddresses,
} from "./setup.ts";

/** Maximum bit rate of the picture, in bits per second. */
export const MAX_VIDEO_BITRATE = 1_200_000;

/** How often the quality is measured, in milliseconds. */
const QUALITY_INTERVAL = 2_000;

/** How long the callee waits for an offer of the caller before it restarts ICE itself, in milliseconds. */
const RESTART_DELAY = 2_000;

/** Maximum number of candidates that are accepted from a partner. */
const MAX_CANDIDATES = 100;

/** The quality of a connection: 1 is poor, 3 is good. */
export type Quality = 1 | 2 | 3;

/** What becomes of a connection. `no-relay`: this browser can't use the relay. */
export type CallLine = "connected" | "broken" | "failed" | "no-relay";

export interface PeerConnectionOptions {
  readonly role: Role;
  readonly route: Route;
  readonly connect: (configuration: RTCConfiguration) => RTCPeerConnection;
  /** Runs `task` every `ms` milliseconds, and returns a function that ends that. */
  readonly every: (ms: number, task: () => void) => () => void;
  /** Sends the partner a step of set-up, as JSON. */
  readonly onSetup: (text: string) => void;
  readonly onStream: (stream: MediaStream) => void;
  /** The partner's picture has stopped arriving, or arrives again. */
  readonly onFrozen: (frozen: boolean) => void;
  readonly onLine: (line: CallLine) => void;
  readonly onQuality: (quality: Quality) => void;
}

/** The tracks to send: at most one of each kind. */
export interface Tracks {
  readonly audio: MediaStreamTrack | undefined;
  readonly video: MediaStreamTrack | undefined;
}

/** One side of a call. */
export class PeerConnection {
  readonly #options: PeerConnectionOptions;
  readonly #peer: RTCPeerConnection;
  readonly #stream = new MediaStream();
  readonly #stopWatching: () => void;
  #stopWaiting = (): void => {};
  #tracks: Tracks = { audio: undefined, video: undefined };
  /** Steps are handled one by one, in the order of arrival. */
  #work = Promise.resolve();
  #isOffering = false;
  #ignoresOffer = false;
  #candidates = 0;
  #hasCandidate = false;
  #lost = { lost: 0, received: 0 };

  constructor(options: PeerConnectionOptions) {
    this.#options = options;
    const peer = this.#peer = options.connect(configurationOf(options.route));
    peer.onnegotiationneeded = () => this.#offer();
    peer.onicecandidate = ({ candidate }) => this.#trickle(candidate);
    peer.ontrack = ({ track }) => {
      this.#stream.addTrack(track);
      if (track.kind === "video") {
        track.onmute = track.onunmute = () => options.onFrozen(track.muted);
      }
      options.onStream(this.#stream);
    };
    peer.onconnectionstatechange = () => this.#changed();
    if (options.role === "caller") {
      for (const kind of ["audio", "video"]) peer.addTransceiver(kind);
    }
    this.#stopWatching = options.every(QUALITY_INTERVAL, () => {
      this.#measureQuality().catch(() => {}); // It was closed meanwhile.
    });
  }

  setTracks(tracks: Tracks): void {
    if (tracks.audio === this.#tracks.audio && tracks.video === this.#tracks.video) return;
    this.#tracks = tracks;
    this.#setTracks();
  }

  /** Handles a step that the partner sent. */
  receive(text: string): void {
    this.#work = this.#work.then(() => this.#take(text)).catch(() => {}); // The browser refuses it.
  }

  /** Restarts ICE with new credentials. */
  refresh(route: Route): void {
    this.#peer.setConfiguration(configurationOf(route));
    this.restart();
  }

  /**
   * Restarts ICE, because the network has changed. Mostly it has changed for both. If both sent an offer, the callee would
   * withdraw its own, and in Chromium 150 the picture then stands still for good. So the callee waits for the caller.
   */
  restart(): void {
    if (this.#options.role === "caller") return this.#peer.restartIce();
    this.#stopWaiting();
    this.#stopWaiting = this.#options.every(RESTART_DELAY, () => {
      this.#stopWaiting();
      this.#peer.restartIce();
    });
  }

  close(): void {
    this.#stopWaiting();
    this.#stopWatching();
    this.#peer.onconnectionstatechange = this.#peer.onicecandidate = this.#peer.ontrack = null;
    this.#peer.close();
  }

  #say(setup: Setup): void {
    const shown = this.#visible(setup);
    if (shown === undefined) return;
    const text = JSON.stringify(shown);
    const { length } = new TextEncoder().encode(text);
    if (length <= MAX_SETUP_BYTES) this.#options.onSetup(text);
  }

  /** What may be said and heard of a step; `undefined` for nothing. */
  #visible(setup: Setup): Setup | undefined {
    return this.#options.route.policy === "relay" ? stripAddresses(setup) : setup;
  }

  /** Sends a candidate as soon as it is found (RFC 8838). */
  #trickle(found: RTCIceCandidate | null): void {
    if (found === null) return this.#gathered();
    if (found.candidate) this.#hasCandidate = true;
    this.#say({ candidate: { candidate: "", ...found.toJSON() } });
  }

  /** The browser has asked every relay. One that is full, blocked or stopped has given it no candidate. */
  #gathered(): void {
    if (this.#options.route.policy === "relay" && !this.#hasCandidate) {
      this.#options.onLine("no-relay");
    }
  }

  async #offer(): Promise<void> {
    if (this.#options.role === "callee" && this.#peer.remoteDescription === null) return;
    this.#isOffering = true;
    await this.#describe().catch(() => {}); // It was closed meanwhile.
    this.#isOffering = false;
  }

  async #describe(): Promise<void> {
    await this.#peer.setLocalDescription();
    const { localDescription } = this.#peer;
    if (localDescription === null) return;
    const { type, sdp = "" } = localDescription.toJSON();
    if (type === "offer" || type === "answer") this.#say({ description: { type, sdp } });
  }

  async #take(text: string): Promise<void> {
    const said = readSetup(text);
    const setup = said && this.#visible(said);
    if (setup === undefined) return;
    if ("description" in setup) await this.#takeDescription(setup.description);
    else await this.#takeCandidate(setup.candidate);
  }

  async #takeDescription(description: Description): Promise<void> {
    const isOffer = description.type === "offer";
    const collides = isOffer && (this.#isOffering || this.#peer.signalingState !== "stable");
    this.#ignoresOffer = collides && this.#options.role === "caller";
    if (this.#ignoresOffer) return;
    if (isOffer) this.#stopWaiting();
    await this.#peer.setRemoteDescription(description);
    if (!isOffer) return;
    for (const transceiver of this.#peer.getTransceivers()) transceiver.direction = "sendrecv";
    this.#setTracks();
    await this.#describe();
  }

  async #takeCandidate(candidate: Candidate): Promise<void> {
    if (++this.#candidates > MAX_CANDIDATES || this.#ignoresOffer) return;
    await this.#peer.addIceCandidate(candidate);
  }

  #setTracks(): void {
    for (const { sender, receiver } of this.#peer.getTransceivers()) {
      const kind = receiver.track.kind as keyof Tracks;
      sender.replaceTrack(this.#tracks[kind] ?? null).catch(() => {}); // It was closed meanwhile.
    }
  }

  #changed(): void {
    const { connectionState } = this.#peer;
    if (connectionState === "connected") this.#tuneSenders();
    if (connectionState === "connected" || connectionState === "failed") {
      this.#options.onLine(connectionState);
    } else if (connectionState === "disconnected") this.#options.onLine("broken");
  }

  /** Gives sound priority over the picture. The picture's frame rate and size degrade equally. */
  #tuneSenders(): void {
    for (const { sender, receiver } of this.#peer.getTransceivers()) {
      const parameters = sender.getParameters();
      const isVideo = receiver.track.kind === "video";
      const shape: RTCRtpEncodingParameters = isVideo
        ? { maxBitrate: MAX_VIDEO_BITRATE, priority: "low" }
        : { priority: "high", networkPriority: "high" };
      parameters.degradationPreference = "balanced";
      for (const encoding of parameters.encodings ?? []) Object.assign(encoding, shape);
      sender.setParameters(parameters).catch(() => {}); // The browser's defaults apply then.
    }
  }

  async #measureQuality(): Promise<void> {
    if (this.#peer.connectionState !== "connected") return;
    let [lost, received, delay] = [0, 0, 0];
    (await this.#peer.getStats()).forEach((report) => {
      if (report.type === "inbound-rtp") {
        lost += report.packetsLost;
        received += report.packetsReceived;
      }
      if (report.type === "candidate-pair") {
        delay = Math.max(delay, report.currentRoundTripTime ?? 0);
      }
    });
    const share = (lost - this.#lost.lost) / Math.max(1, received - this.#lost.received);
    this.#lost = { lost, received };
    this.#options.onQuality(qualityOf(share, delay));
  }
}

/** Rates a share of lost packets and a round-trip time in seconds. The thresholds come from no standard. */
export function qualityOf(lost: number, delay: number): Quality {
  if (lost > 0.1 || delay > 0.8) return 1;
  return lost > 0.02 || delay > 0.3 ? 2 : 3;
}

function configurationOf({ servers, policy }: Route): RTCConfiguration {
  return {
    iceServers: policy === "all"
      ? servers.flatMap(stunServers)
      : servers.map((server) => ({ ...server, urls: [...server.urls] })),
    iceTransportPolicy: policy,
    bundlePolicy: "max-bundle",
  };
}

/**
 * A relay by UDP is also a STUN server (RFC 8489), even while it is full. It needs a URL as such: given only as a relay,
 * Firefox learns its own address solely from an allocation.
 */
function stunServers({ urls }: CallServer): RTCIceServer[] {
  return urls.filter((url) => /^turn:(?!.*=tcp)/.test(url))
    .map((url) => ({ urls: url.replace(/^turn([^?]+).*/, "stun$1") }));
}
