/**
 * One call: a WebRTC peer connection whose every step of setting up travels sealed, so that the server reads neither
 * addresses nor the fingerprints of the media keys, which are therefore covered by the four pictures that two people
 * may compare (RFC 8827 section 5.7).
 *
 *   caller                                                      callee
 *     offer ──────────────────────────────────────────────────>   takes the offer's lines for its own tracks
 *           <──────────────────────────────────────────── answer
 *     candidates <────────────────────────────────> candidates
 *
 * After that either side may offer anew, when its network changes; if both do at once, the callee gives way (perfect
 * negotiation, W3C WebRTC section 10.7). Tracks are put in and taken out without an offer.
 *
 * By relay means: the browser is told to gather nothing else (`iceTransportPolicy`), and what it says all the same is
 * not passed on: candidates of other types are dropped, and the addresses that a relay was asked from are blanked. What
 * a stranger names is taken only if it is a relay, too, so that ours is not sent to knock at doors of their choice.
 */

import type { Role, Route } from "../../protocol.ts";
import { MAX_SETUP_LENGTH } from "../crypto/envelope.ts";

/** The most that a picture may take, in bits a second. */
export const MAX_VIDEO_BITRATE = 1_200_000;

/** How often the quality is looked at, in milliseconds. */
const QUALITY_INTERVAL = 2_000;

/** How many candidates are taken from a stranger. */
const MAX_CANDIDATES = 100;

/** How good a connection is: 1 is poor, 3 is good. */
export type Quality = 1 | 2 | 3;

/** What a call needs from the world, and whom it tells. */
export interface PeerConnectionOptions {
  readonly role: Role;
  readonly route: Route;
  readonly connect: (configuration: RTCConfiguration) => RTCPeerConnection;
  /** Runs `task` every `ms` milliseconds; returns how to end that. */
  readonly every: (ms: number, task: () => void) => () => void;
  /** Tells the stranger a step, as JSON. */
  readonly onSetup: (text: string) => void;
  readonly onStream: (stream: MediaStream) => void;
  readonly onLine: (line: "connected" | "broken" | "failed") => void;
  readonly onQuality: (quality: Quality) => void;
}

/** What is sent: at most one track of each kind. */
export interface Tracks {
  readonly audio: MediaStreamTrack | undefined;
  readonly video: MediaStreamTrack | undefined;
}

/** A step of setting up. */
interface Setup {
  readonly description?: RTCSessionDescriptionInit;
  readonly candidate?: RTCIceCandidateInit;
}

/** The caller's and the callee's side of one call. */
export class PeerConnection {
  readonly #options: PeerConnectionOptions;
  readonly #peer: RTCPeerConnection;
  readonly #stream = new MediaStream();
  readonly #stopWatching: () => void;
  #tracks: Tracks = { audio: undefined, video: undefined };
  /** What arrives is taken one by one. */
  #work = Promise.resolve();
  #isOffering = false;
  #ignoresOffer = false;
  #candidates = 0;
  #lost = { lost: 0, received: 0 };

  constructor(options: PeerConnectionOptions) {
    this.#options = options;
    const peer = this.#peer = options.connect(configurationOf(options.route));
    peer.onnegotiationneeded = () => this.#offer();
    peer.onicecandidate = ({ candidate }) =>
      candidate && this.#say({ candidate: candidate.toJSON() });
    peer.ontrack = ({ track }) => {
      this.#stream.addTrack(track);
      options.onStream(this.#stream);
    };
    peer.onconnectionstatechange = () => this.#changed();
    this.#stopWatching = options.every(QUALITY_INTERVAL, () => this.#measureQuality());
    if (options.role === "caller") {
      for (const kind of ["audio", "video"]) peer.addTransceiver(kind);
    }
  }

  /** Sends these tracks from now on. */
  setTracks(tracks: Tracks): void {
    if (tracks.audio === this.#tracks.audio && tracks.video === this.#tracks.video) return;
    this.#tracks = tracks;
    this.#setTracks();
  }

  /** Takes a step that the stranger has told. */
  receive(text: string): void {
    this.#work = this.#work.then(() => this.#take(text)).catch(() => {}); // Nonsense changes nothing.
  }

  /** Looks for a new way, with new credentials. */
  refresh(route: Route): void {
    this.#peer.setConfiguration(configurationOf(route));
    this.restart();
  }

  /** Looks for a new way, because the network has changed. */
  restart(): void {
    this.#peer.restartIce();
  }

  close(): void {
    this.#stopWatching();
    this.#peer.onconnectionstatechange = this.#peer.onicecandidate = this.#peer.ontrack = null;
    this.#peer.close();
  }

  #say(setup: Setup): void {
    const shown = this.#options.route.policy === "relay" ? stripAddresses(setup) : setup;
    const text = JSON.stringify(shown ?? "");
    if (shown !== undefined && text.length <= MAX_SETUP_LENGTH) this.#options.onSetup(text);
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
    if (localDescription !== null) this.#say({ description: localDescription.toJSON() });
  }

  async #take(text: string): Promise<void> {
    if (text.length > MAX_SETUP_LENGTH) return;
    const said: Setup = JSON.parse(text);
    const setup = this.#options.route.policy === "relay" ? stripAddresses(said) : said;
    if (setup?.description) await this.#takeDescription(setup.description);
    else if (setup?.candidate) await this.#takeCandidate(setup.candidate);
  }

  async #takeDescription(description: RTCSessionDescriptionInit): Promise<void> {
    const isOffer = description.type === "offer";
    const collides = isOffer && (this.#isOffering || this.#peer.signalingState !== "stable");
    this.#ignoresOffer = collides && this.#options.role === "caller";
    if (this.#ignoresOffer) return;
    await this.#peer.setRemoteDescription(description);
    if (!isOffer) return;
    for (const transceiver of this.#peer.getTransceivers()) transceiver.direction = "sendrecv";
    this.#setTracks();
    await this.#describe();
  }

  async #takeCandidate(candidate: RTCIceCandidateInit): Promise<void> {
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

  /** Sound comes before the picture, and the picture's motion and size give way alike. */
  #tuneSenders(): void {
    for (const { sender, receiver } of this.#peer.getTransceivers()) {
      const parameters = sender.getParameters();
      const isVideo = receiver.track.kind === "video";
      const shape: RTCRtpEncodingParameters = isVideo
        ? { maxBitrate: MAX_VIDEO_BITRATE, priority: "low" }
        : { priority: "high", networkPriority: "high" };
      parameters.degradationPreference = "balanced";
      for (const encoding of parameters.encodings ?? []) Object.assign(encoding, shape);
      sender.setParameters(parameters).catch(() => {}); // Then the browser's own way serves.
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

/** How a connection is that loses this share of what is sent and takes so many seconds there and back. */
export function qualityOf(lost: number, delay: number): Quality {
  if (lost > 0.1 || delay > 0.8) return 1;
  return lost > 0.02 || delay > 0.3 ? 2 : 3;
}

/** What may be shown of a step of a relayed call; `undefined` for nothing. */
export function stripAddresses({ description, candidate }: Setup): Setup | undefined {
  if (description !== undefined) {
    const lines = (description.sdp ?? "").split("\r\n");
    const shown = lines.filter((line) => !line.startsWith("a=candidate:") || isRelay(line));
    return { description: { type: description.type, sdp: shown.map(redact).join("\r\n") } };
  }
  if (candidate?.candidate === undefined || !isRelay(candidate.candidate)) return undefined;
  return { candidate: { ...candidate, candidate: redact(candidate.candidate) } };
}

function isRelay(candidate: string): boolean {
  return candidate === "" || / typ relay( |$)/.test(candidate); // An empty one ends the list (RFC 8838 section 8.2).
}

/** Takes out where a relay was asked from (RFC 8839 section 5.1). */
function redact(line: string): string {
  return line.replace(/ raddr \S+ rport \d+/, " raddr 0.0.0.0 rport 0");
}

function configurationOf({ servers, policy }: Route): RTCConfiguration {
  return {
    iceServers: servers.map(({ urls, ...credentials }) => ({ urls: [...urls], ...credentials })),
    iceTransportPolicy: policy,
    bundlePolicy: "max-bundle",
  };
}
