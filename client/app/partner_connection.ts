/**
 * What connects this page to the partner: the sealed channel of a chat and, during a call, the peer connection, which is
 * set up through the channel.
 */

import { comparable } from "../state/automation.ts";
import { decodeEnvelope, encodeEnvelope, type Envelope } from "../crypto/envelope.ts";
import type { Event } from "../state/state.ts";
import { HeardTexts } from "../crypto/heard_texts.ts";
import type { Media } from "../media/devices.ts";
import { PeerConnection } from "../media/peer_connection.ts";
import { PreparedOffers } from "../crypto/prepared_offers.ts";
import type { Role, Route } from "../../protocol.ts";
import { type ChannelEvents, SealedChannel } from "../crypto/sealed_channel.ts";

export interface PartnerConnectionOptions {
  /** Sends a frame to the server, which forwards it. */
  readonly onFrame: (frame: Uint8Array<ArrayBuffer>) => void;
  readonly dispatch: (event: Event) => void;
  /** Runs `task` every `ms` milliseconds, and returns a function that ends that. */
  readonly every: (ms: number, task: () => void) => () => void;
}

/** The connection to the present partner, if there is one. */
export class PartnerConnection {
  readonly #options: PartnerConnectionOptions;
  readonly #heard = new HeardTexts();
  readonly #offers = new PreparedOffers();
  #role: Role = "caller";
  #channel: SealedChannel | undefined;
  #call: PeerConnection | undefined;
  /** What waits for frames of this channel. */
  readonly #waiting = new Set<() => void>();

  constructor(options: PartnerConnectionOptions) {
    this.#options = options;
  }

  /** Prepares for the next chat: generates keys. */
  prepare(): void {
    this.#offers.prepare();
  }

  /** Opens a new channel, with new keys, for the chat that begins. */
  open(role: Role): void {
    const { onFrame, dispatch } = this.#options;
    this.#role = role;
    this.#heard.begin();
    const events: ChannelEvents = {
      onFrame,
      onSecured: (pictures, suite) => dispatch({ type: "secured", pictures, suite }),
      onTampered: () => dispatch({ type: "tampered" }),
      onFailed: () => dispatch({ type: "not-secured" }),
      onOpened: (kind, content) => {
        const envelope = decodeEnvelope({ kind, content });
        if (envelope === undefined) return;
        dispatch({ type: "partner", envelope });
        if (envelope.kind === "text") this.#compare(envelope.text, channel);
      },
    };
    const channel = this.#channel = new SealedChannel(events, this.#offers.take(role));
  }

  /** Finds out whether the previous partner has sent the same text. The chat may be over by then. */
  async #compare(text: string, channel: SealedChannel): Promise<void> {
    const letters = comparable(text);
    if (letters === undefined || !await this.#heard.hear(letters)) return;
    if (this.#channel === channel) this.#options.dispatch({ type: "repeated-text" });
  }

  /**
   * Closes the channel when the chat ends, which discards its keys, and prepares for the next chat. Nothing has to wait
   * for frames any longer.
   */
  close(): void {
    this.#channel?.close();
    if (this.#channel) this.prepare();
    this.#channel = undefined;
    for (const task of this.#waiting) this.#run(task);
  }

  receive(frame: Uint8Array<ArrayBuffer>): void {
    this.#channel?.receive(frame);
  }

  /** Runs `task` after the frames that arrived before it, because opening those is asynchronous. */
  inTurn(task: () => void): void {
    if (this.#channel === undefined) return task();
    this.#waiting.add(task);
    this.#channel.inTurn(() => this.#run(task));
  }

  /** Runs a task that has not run yet. */
  #run(task: () => void): void {
    if (this.#waiting.delete(task)) task();
  }

  resync(): void {
    this.#channel?.resync();
  }

  say(envelope: Envelope): void {
    const { kind, content } = encodeEnvelope(envelope);
    this.#channel?.send(kind, content);
  }

  /** Creates a peer connection, after closing the previous one. A policy may have disabled WebRTC. */
  startCall(route: Route, media: Media): void {
    this.endCall();
    try {
      this.#call = this.#connect(route);
    } catch {
      return this.#options.dispatch({ type: "call", event: { type: "unable" } });
    }
    this.setMedia(media);
  }

  #connect(route: Route): PeerConnection {
    const { dispatch, every } = this.#options;
    return new PeerConnection({
      ...{ role: this.#role, route },
      connect: (configuration) => new RTCPeerConnection(configuration),
      every,
      onSetup: (text) => this.say({ kind: "setup", text }),
      onStream: (stream) => dispatch({ type: "remote-media", change: { stream } }),
      onFrozen: (frozen) => dispatch({ type: "remote-media", change: { frozen } }),
      onLine: (line) => dispatch({ type: "call", event: { type: "line", line } }),
      onQuality: (quality) => dispatch({ type: "remote-media", change: { quality } }),
    });
  }

  /** Sends the captured tracks to the partner. */
  setMedia({ camera, microphone }: Media): void {
    this.#call?.setTracks({
      video: camera.kind === "on" ? camera.track : undefined,
      audio: microphone.kind === "on" ? microphone.track : undefined,
    });
  }

  /** Handles a step of set-up. */
  takeSetup(text: string): void {
    this.#call?.receive(text);
  }

  refreshCall(route: Route): void {
    this.#call?.refresh(route);
  }

  /** Finds another way to the partner, because the network has changed. */
  restartCall(): void {
    this.#call?.restart();
  }

  endCall(): void {
    this.#call?.close();
    this.#call = undefined;
  }
}
