/** A visitor in a call: what they see and hear, what their devices do, and what their page has sent to the partner. */

import type { Visitor } from "./visitor.ts";
import { waitUntil } from "../support/wait_until.ts";

/**
 * Runs in a page: records every peer connection, captured track, candidate and refusal. The camera is small, because
 * encoding and decoding take most of a renderer's processor time.
 */
export const PEERS = `{
  globalThis.peers = [];
  globalThis.tracks = [];
  globalThis.candidates = [];
  globalThis.refusals = [];
  globalThis.RTCPeerConnection = class extends RTCPeerConnection {
    constructor(...args) {
      super(...args);
      peers.push(this);
      this.addEventListener("icecandidate", ({ candidate }) => {
        if (candidate) candidates.push(candidate.candidate);
      });
      this.addEventListener("icecandidateerror", ({ errorCode }) => refusals.push(errorCode));
    }
  };
  const { getUserMedia } = MediaDevices.prototype;
  MediaDevices.prototype.getUserMedia = async function ({ audio = false, video = false } = {}) {
    const camera = video && { ...Object(video), width: 160, height: 120 };
    const stream = await getUserMedia.call(this, { audio, video: camera });
    tracks.push(...stream.getTracks());
    return stream;
  };
}`;

/** Runs in a page: records data before it is encrypted. */
export const SEALED = `{
  globalThis.sealed = [];
  const { encrypt } = SubtleCrypto.prototype;
  SubtleCrypto.prototype.encrypt = function (how, key, data) {
    sealed.push(new TextDecoder().decode(data));
    return encrypt.call(this, how, key, data);
  };
}`;

/** Runs in a page: its browser finds no relay, as if a firewall rejected everything but STUN. */
export const NO_RELAY = `{
  globalThis.RTCPeerConnection = class extends RTCPeerConnection {
    constructor({ iceServers, ...rest }) {
      super({ ...rest, iceServers: iceServers.filter(({ credential }) => !credential) });
    }
  };
}`;

/** The time limit for a change in a call, in seconds, and the interval between two checks, in milliseconds. */
const PATIENCE = 60;
const INTERVAL = 100; // Each check takes processor time from the call.

/** A visitor with camera and microphone. */
export class Caller {
  readonly visitor: Visitor;

  constructor(visitor: Visitor) {
    this.visitor = visitor;
  }

  /** Waits until the partner's picture moves and their microphone is heard. */
  async seesAndHears(): Promise<void> {
    await this.seesMovement();
    await waitUntil(async () => await this.#loudness() > 0, PATIENCE, INTERVAL);
  }

  async seesMovement(): Promise<void> {
    const before = await this.#frames();
    await waitUntil(async () => await this.#frames() > before + 2, PATIENCE, INTERVAL);
  }

  /** The number of peer connections so far. */
  async peers(): Promise<number> {
    return await this.visitor.evaluate("peers.length");
  }

  /** The kinds of this page's live tracks. */
  async liveTracks(): Promise<string[]> {
    return await this.visitor.evaluate(
      `tracks.filter((track) => track.readyState === "live").map(({ kind }) => kind).toSorted()`,
    );
  }

  async candidates(): Promise<string[]> {
    return await this.visitor.evaluate("candidates");
  }

  /** The error codes of relays. */
  async refusals(): Promise<number[]> {
    return await this.visitor.evaluate("refusals");
  }

  /**
   * The candidate types of both ends of the connection in use, the local one first. Media may arrive before the other
   * side has nominated a pair (RFC 8445 section 8.1.1), so this waits for that.
   */
  async route(): Promise<string[]> {
    let route: string[] = [];
    const isKnown = async (): Promise<boolean> => (route = await this.#nominated()).length > 0;
    await waitUntil(isKnown, PATIENCE, INTERVAL);
    return route;
  }

  async #nominated(): Promise<string[]> {
    return await this.visitor.evaluate(`(async () => {
      const stats = [...(await peers.at(-1).getStats()).values()];
      const pair = stats.find(({ type, nominated, state }) =>
        type === "candidate-pair" && nominated && state === "succeeded");
      const end = (id) => stats.find((report) => report.id === id)?.candidateType;
      return pair ? [end(pair.localCandidateId), end(pair.remoteCandidateId)] : [];
    })()`);
  }

  /** The number of frames of the partner's video that were drawn, at a visible size. */
  async #frames(): Promise<number> {
    return await this.visitor.evaluate(`(() => {
      const video = document.getElementById("stranger");
      return video?.videoWidth > 0 ? video.getVideoPlaybackQuality().totalVideoFrames : 0;
    })()`);
  }

  async #loudness(): Promise<number> {
    return await this.visitor.evaluate(`(async () => {
      const stats = [...(await peers.at(-1).getStats()).values()];
      return stats.find(({ type, kind }) => type === "inbound-rtp" && kind === "audio")
        ?.totalAudioEnergy ?? 0;
    })()`);
  }
}
