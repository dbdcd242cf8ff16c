/** Somebody in a call: what they see and hear, what their devices do, and what their page has told the stranger. */

import type { Visitor } from "./visitor.ts";
import { until } from "../support/until.ts";

/** Runs in a page: keeps every peer connection, every track that was captured, every candidate and every refusal. */
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
  MediaDevices.prototype.getUserMedia = async function (...args) {
    const stream = await getUserMedia.apply(this, args);
    tracks.push(...stream.getTracks());
    return stream;
  };
}`;

/** Runs in a page: keeps what is sealed, before it is. */
export const SEALED = `{
  globalThis.sealed = [];
  const { encrypt } = SubtleCrypto.prototype;
  SubtleCrypto.prototype.encrypt = function (how, key, data) {
    sealed.push(new TextDecoder().decode(data));
    return encrypt.call(this, how, key, data);
  };
}`;

/** A visitor with a camera. */
export class Caller {
  readonly visitor: Visitor;

  constructor(visitor: Visitor) {
    this.visitor = visitor;
  }

  /** Waits until the stranger's picture moves, and their microphone is heard. */
  async seesAndHears(): Promise<void> {
    await this.seesMovement();
    await until(async () => await this.#loudness() > 0);
  }

  async seesMovement(): Promise<void> {
    const before = await this.#frames();
    await until(async () => await this.#frames() > before + 2);
  }

  /** How many peer connections there have been. */
  async peers(): Promise<number> {
    return await this.visitor.evaluate("peers.length");
  }

  /** Which tracks of this page's devices are live. */
  async liveTracks(): Promise<string[]> {
    return await this.visitor.evaluate(
      `tracks.filter((track) => track.readyState === "live").map(({ kind }) => kind).toSorted()`,
    );
  }

  async candidates(): Promise<string[]> {
    return await this.visitor.evaluate("candidates");
  }

  /** The types of the two ends that are in use, this one's first. */
  async route(): Promise<string[]> {
    return await this.visitor.evaluate(`(async () => {
      const stats = [...(await peers.at(-1).getStats()).values()];
      const pair = stats.find(({ type, nominated, state }) =>
        type === "candidate-pair" && nominated && state === "succeeded");
      const end = (id) => stats.find((report) => report.id === id)?.candidateType;
      return [end(pair.localCandidateId), end(pair.remoteCandidateId)];
    })()`);
  }

  /** How many pictures of the stranger's have been drawn, at a size that can be seen. */
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
