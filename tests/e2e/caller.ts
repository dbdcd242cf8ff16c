/** A visitor in a call: what they see and hear, what their devices do, and what their page has sent to the partner. */

import type { Visitor } from "./visitor.ts";
import { waitUntil } from "../support/wait_until.ts";

/**
 * Runs in a page: records every peer connection, captured track, candidate and refusal. The camera is small and slow,
 * because encoding and decoding take most of a renderer's processor time.
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
    const camera = video && { ...Object(video), width: 160, height: 120, frameRate: 8 };
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

/** Runs in a page: records everything that it receives from the server, and what of it was encrypted. */
export const RECEIVED = `{
  globalThis.received = [];
  const record = (data) =>
    received.push(typeof data === "string" ? data : new TextDecoder("latin1").decode(data));
  globalThis.WebSocket = class extends WebSocket {
    constructor(...args) {
      super(...args);
      this.addEventListener("message", ({ data }) => record(data));
    }
  };
  const { decrypt } = SubtleCrypto.prototype;
  SubtleCrypto.prototype.decrypt = async function (...args) {
    const data = await decrypt.apply(this, args);
    record(data);
    return data;
  };
}`;

/** Runs in a page: it finds only relays of this transport, as if the network blocked the other. */
export const only = (transport: "udp" | "tcp"): string =>
  `globalThis.RTCPeerConnection = class extends RTCPeerConnection {
    constructor({ iceServers, ...rest }) {
      const servers = iceServers.map(({ urls, ...credentials }) => ({
        ...credentials,
        urls: urls.filter((url) => url.endsWith("transport=${transport}")),
      }));
      super({ ...rest, iceServers: servers });
    }
  };`;

/** The time limit for a change in a call, in seconds, and the interval between two checks, in milliseconds. */
const PATIENCE = 60;
const INTERVAL = 100; // Each check takes processor time from the call.

/** What the browser reports about one end of a connection (https://www.w3.org/TR/webrtc-stats/#icecandidate-dict*). */
interface CandidateReport {
  readonly candidateType: string;
  /** Only of a local end at a relay. */
  readonly relayProtocol?: string;
}

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

  /** The candidate types of both ends of the connection in use, the local one first. */
  async route(): Promise<string[]> {
    return (await this.#ends()).map(({ candidateType }) => candidateType);
  }

  /** How this side reaches the relay of the connection in use: by udp, tcp or tls. */
  async transport(): Promise<string | undefined> {
    return (await this.#ends())[0]!.relayProtocol;
  }

  /** The address of every candidate of both sides, as far as the browser reveals it to the page. */
  async addresses(): Promise<string[]> {
    return await this.visitor.evaluate(`(async () => {
      const stats = await Promise.all(peers.map((peer) => peer.getStats()));
      return stats.flatMap((one) => [...one.values()])
        .filter(({ type, address }) => /^(local|remote)-candidate$/.test(type) && address)
        .map(({ address }) => address);
    })()`);
  }

  /**
   * Both ends of the connection in use, the local one first. Media may arrive before the other side has nominated a pair
   * (RFC 8445 section 8.1.1), and another pair may be nominated later, so this waits until there is one.
   */
  async #ends(): Promise<CandidateReport[]> {
    let ends: CandidateReport[] = [];
    const isKnown = async (): Promise<boolean> => (ends = await this.#nominated()).length > 0;
    await waitUntil(isKnown, PATIENCE, INTERVAL);
    return ends;
  }

  async #nominated(): Promise<CandidateReport[]> {
    return await this.visitor.evaluate(`(async () => {
      const stats = await peers.at(-1).getStats();
      const pair = [...stats.values()].find(({ type, nominated, state }) =>
        type === "candidate-pair" && nominated && state === "succeeded");
      const ends = [stats.get(pair?.localCandidateId), stats.get(pair?.remoteCandidateId)];
      return ends.every((end) => end) ? ends : [];
    })()`);
  }

  /**
   * The number of frames of the partner's video that were drawn, at a visible size. Headless Firefox draws nothing, so
   * its decoded frames count.
   */
  async #frames(): Promise<number> {
    return await this.visitor.evaluate(`(async () => {
      const video = document.getElementById("stranger");
      if (!(video?.videoWidth > 0)) return 0;
      if (!navigator.userAgent.includes("Firefox")) {
        return video.getVideoPlaybackQuality().totalVideoFrames;
      }
      const stats = [...(await peers.at(-1).getStats()).values()];
      return stats.find(({ type, kind }) => type === "inbound-rtp" && kind === "video")
        ?.framesDecoded ?? 0;
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
