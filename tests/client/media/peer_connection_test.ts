import assert from "node:assert/strict";
import {
  MAX_VIDEO_BITRATE,
  PeerConnection,
  qualityOf,
  type Tracks,
} from "../../../client/media/peer_connection.ts";
import { MAX_SETUP_BYTES } from "../../../client/crypto/envelope.ts";
import type { CallPolicy, CallServer, Role } from "../../../protocol.ts";
import { readSetup, stripAddresses } from "../../../client/media/setup.ts";

const HOST = "candidate:1 1 udp 2122260223 192.0.2.7 54321 typ host generation 0";
const REFLEXIVE =
  "candidate:2 1 udp 1686052607 198.51.100.9 54321 typ srflx raddr 192.0.2.7 rport 54321";
const RELAYED =
  "candidate:3 1 udp 41885439 203.0.113.1 50000 typ relay raddr 198.51.100.9 rport 54321";
const BLANKED = "candidate:3 1 udp 41885439 203.0.113.1 50000 typ relay raddr 0.0.0.0 rport 0";

class FakeStream {
  addTrack(): void {}
}

/** One way of a fake connection. */
class FakeTransceiver {
  direction = "recvonly";
  track: unknown = null;
  parameters = { encodings: [{}] };
  readonly receiver: { track: { kind: string } };
  readonly sender = {
    replaceTrack: (track: unknown): Promise<void> => {
      this.track = track;
      return Promise.resolve();
    },
    getParameters: (): { encodings: object[] } => ({ encodings: [{}] }),
    setParameters: (parameters: { encodings: object[] }): Promise<void> => {
      this.parameters = parameters;
      return Promise.resolve();
    },
  };

  constructor(kind: string) {
    this.receiver = { track: { kind } };
  }
}

/** The browser's connection, as far as it is used. It takes any description, and notes what it is given. */
class FakePeer {
  readonly log: string[] = [];
  readonly transceivers: FakeTransceiver[] = [];
  signalingState = "stable";
  connectionState = "new";
  localDescription: unknown = null;
  remoteDescription: unknown = null;
  sdp = "v=0\r\n";
  reports: readonly object[] | undefined = [];
  onnegotiationneeded = (): void => {};
  onicecandidate: ((event: unknown) => void) | null = null;
  ontrack: ((event: unknown) => void) | null = null;
  onconnectionstatechange: (() => void) | null = null;

  addTransceiver(kind: string): void {
    this.transceivers.push(new FakeTransceiver(kind));
  }
  getTransceivers(): FakeTransceiver[] {
    return this.transceivers;
  }
  setLocalDescription(): Promise<void> {
    const type = this.signalingState === "have-remote-offer" ? "answer" : "offer";
    this.signalingState = type === "offer" ? "have-local-offer" : "stable";
    this.localDescription = { toJSON: () => ({ type, sdp: this.sdp }) };
    return Promise.resolve();
  }
  setRemoteDescription(description: { type: string; sdp: string }): Promise<void> {
    if (description.sdp === "bad") return Promise.reject(new TypeError("Cannot parse"));
    this.log.push(description.type);
    this.signalingState = description.type === "offer" ? "have-remote-offer" : "stable";
    this.remoteDescription = description;
    return Promise.resolve();
  }
  addIceCandidate({ candidate }: { candidate: string }): Promise<void> {
    this.log.push(candidate);
    return Promise.resolve();
  }
  setConfiguration({ iceTransportPolicy }: { iceTransportPolicy: string }): void {
    this.log.push(`configured for ${iceTransportPolicy}`);
  }
  restartIce(): void {
    this.log.push("restart");
  }
  getStats(): Promise<readonly object[]> {
    return this.reports ? Promise.resolve(this.reports) : Promise.reject(new Error("closed"));
  }
  close(): void {
    this.log.push("closed");
  }
}

/** A connection of the page over a fake one of the browser, and everything that it reports. */
class World {
  readonly peer = new FakePeer();
  readonly sent: string[] = [];
  readonly lines: string[] = [];
  readonly frozen: boolean[] = [];
  readonly qualities: number[] = [];
  readonly connection: PeerConnection;
  measure: (() => void) | undefined;
  /** Ends the time in which a callee waits for the caller to restart. */
  waited: (() => void) | undefined;
  configuration: RTCConfiguration = {};

  constructor(role: Role, policy: CallPolicy = "all", servers: readonly CallServer[] = []) {
    Object.assign(globalThis, { MediaStream: FakeStream }); // Deno has none.
    this.connection = new PeerConnection({
      role,
      route: { servers, policy },
      connect: (configuration) => {
        this.configuration = configuration;
        return this.peer as unknown as RTCPeerConnection;
      },
      every: (_, task) => {
        const timer = this.measure === undefined ? "measure" : "waited";
        this[timer] = task;
        return () => this[timer] = undefined;
      },
      onSetup: (text) => this.sent.push(text),
      onStream: () => {},
      onFrozen: (frozen) => this.frozen.push(frozen),
      onLine: (line) => this.lines.push(line),
      onQuality: (quality) => this.qualities.push(quality),
    });
  }

  /** The partner sends steps. */
  async receive(...steps: unknown[]): Promise<void> {
    for (const step of steps) {
      this.connection.receive(typeof step === "string" ? step : JSON.stringify(step));
    }
    await settle();
  }

  async offer(): Promise<void> {
    this.peer.onnegotiationneeded();
    await settle();
  }

  state(state: string): void {
    this.peer.connectionState = state;
    this.peer.onconnectionstatechange?.();
  }

  /** The browser has found a candidate, or no more. */
  find(candidate: string | null): void {
    const found = candidate === null ? null : {
      candidate,
      toJSON: () => ({ candidate, sdpMid: "0" }),
    };
    this.peer.onicecandidate?.({ candidate: found });
  }

  async measured(...reports: object[]): Promise<number[]> {
    this.peer.reports = reports;
    this.measure?.();
    await settle();
    return this.qualities.splice(0);
  }
}

async function settle(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve));
}

const offer = { description: { type: "offer", sdp: "theirs" } };
const answer = { description: { type: "answer", sdp: "theirs" } };
const candidate = (text: string) => ({ candidate: { candidate: text, sdpMid: "0" } });

Deno.test("Video sends only relay candidates of a relayed call, without the address they were requested from", () => {
  for (const candidate of [HOST, REFLEXIVE, "nonsense", "candidate:1 typ host typ relayed"]) {
    assert.equal(stripAddresses({ candidate: { candidate } }), undefined, candidate);
  }
  assert.deepEqual(stripAddresses({ candidate: { candidate: RELAYED, sdpMid: "0" } }), {
    candidate: { candidate: BLANKED, sdpMid: "0" },
  });
  assert.deepEqual(stripAddresses({ candidate: { candidate: "" } }), {
    candidate: { candidate: "" },
  });
  assert.equal(readSetup('{"candidate":{}}'), undefined);
  assert.equal(readSetup("{}"), undefined);
});

Deno.test("Video sends no address in a description of a relayed call", () => {
  const lines = ["v=0", `a=${HOST}`, `a=${REFLEXIVE}`, `a=${RELAYED}`, "a=mid:0", ""];
  const shown = stripAddresses({ description: { type: "offer", sdp: lines.join("\r\n") } });
  assert.deepEqual(shown, {
    description: { type: "offer", sdp: ["v=0", `a=${BLANKED}`, "a=mid:0", ""].join("\r\n") },
  });
});

Deno.test("Video rates a connection good, fair or poor by packet loss and round-trip time", () => {
  assert.deepEqual([qualityOf(0, 0.05), qualityOf(0.02, 0.3)], [3, 3]);
  assert.deepEqual([qualityOf(0.03, 0), qualityOf(0, 0.5)], [2, 2]);
  assert.deepEqual([qualityOf(0.2, 0), qualityOf(0, 1)], [1, 1]);
});

Deno.test("Video is offered by the caller, and answered by the callee in both directions", async () => {
  const [caller, callee] = [new World("caller"), new World("callee")];
  await caller.offer();
  await callee.offer();
  assert.deepEqual(caller.sent, ['{"description":{"type":"offer","sdp":"v=0\\r\\n"}}']);
  assert.deepEqual(callee.sent, [], "the callee waits for the caller");
  callee.peer.addTransceiver("video");
  await callee.receive(...caller.sent);
  assert.deepEqual(callee.sent, ['{"description":{"type":"answer","sdp":"v=0\\r\\n"}}']);
  assert.equal(callee.peer.transceivers[0]!.direction, "sendrecv");
  await caller.receive(...callee.sent);
  assert.equal(caller.peer.signalingState, "stable");
});

Deno.test("Video gives way to a colliding offer only as the callee", async () => {
  const [caller, callee] = [new World("caller"), new World("callee")];
  await callee.receive(offer);
  for (const world of [caller, callee]) {
    await world.offer();
    await world.receive(offer, candidate("theirs"));
  }
  assert.deepEqual(caller.peer.log, []);
  assert.deepEqual(callee.peer.log, ["offer", "offer", "theirs"]);
  await caller.receive(answer, candidate("later"));
  assert.deepEqual(caller.peer.log, ["answer", "later"]);
});

Deno.test("Video ignores steps that are malformed or that the browser refuses, and takes those after them", async () => {
  const world = new World("caller");
  const refused = { description: { type: "answer", sdp: "bad" } };
  await world.receive("", "nonsense", "null", [], { description: { type: "rollback", sdp: "" } });
  await world.receive({ candidate: { candidate: 7 } }, refused, answer, candidate("good"));
  assert.deepEqual(world.peer.log, ["answer", "good"]);
});

Deno.test("Video takes no more than 100 candidates from a partner", async () => {
  const world = new World("caller");
  await world.receive(...Array.from({ length: 120 }, (_, n) => candidate(`${n}`)));
  assert.deepEqual([world.peer.log.length, world.peer.log.at(-1)], [100, "99"]);
});

Deno.test("Video takes and shows no candidates of a relayed call but relays", async () => {
  const world = new World("caller", "relay");
  await world.receive(candidate(HOST), candidate(RELAYED), candidate(`${HOST} typ relay`));
  assert.deepEqual(world.peer.log, [BLANKED]);
  for (const found of [HOST, RELAYED, "", null]) world.find(found);
  assert.deepEqual(world.sent.map((text) => JSON.parse(text).candidate), [
    { candidate: BLANKED, sdpMid: "0" },
    { candidate: "", sdpMid: "0" },
  ]);
});

Deno.test("Video says that it has no relay when everything is gathered and no candidate was found", () => {
  const steps: readonly [string[], string[]][] = [
    [[], ["no-relay"]],
    [[""], ["no-relay"]],
    [[RELAYED], []],
    [[RELAYED, ""], []],
  ];
  for (const [found, lines] of steps) {
    const world = new World("caller", "relay");
    for (const candidate of [...found, null]) world.find(candidate);
    assert.deepEqual(world.lines, lines);
  }
  const direct = new World("caller", "all");
  direct.find(null);
  assert.deepEqual(direct.lines, []);
});

Deno.test("Video uses relays with their credentials in a relayed call, and as STUN servers without any in a direct one", () => {
  const credentials = { username: "1:a", credential: "b" };
  const urls = [
    "turn:chat.example:8000?transport=udp",
    "turn:chat.example:8000?transport=tcp",
    "turn:[2001:db8::7]",
    "turns:chat.example:443?transport=tcp",
  ];
  const servers = [{ urls, ...credentials }];
  assert.deepEqual(new World("caller", "relay", servers).configuration, {
    iceServers: [{ urls, ...credentials }],
    iceTransportPolicy: "relay",
    bundlePolicy: "max-bundle",
  });
  assert.deepEqual(new World("caller", "all", servers).configuration, {
    iceServers: [{ urls: "stun:chat.example:8000" }, { urls: "stun:[2001:db8::7]" }],
    iceTransportPolicy: "all",
    bundlePolicy: "max-bundle",
  });
  assert.deepEqual(new World("caller").configuration.iceServers, []);
});

Deno.test("Video sends no step that has too many bytes", async () => {
  const world = new World("caller");
  world.peer.sdp = "é".repeat(MAX_SETUP_BYTES / 2);
  await world.offer();
  assert.deepEqual(world.sent, []);
  world.peer.sdp = "é".repeat(MAX_SETUP_BYTES / 2 - 50);
  await world.offer();
  assert.equal(world.sent.length, 1);
});

Deno.test("Video puts each track where its kind is sent, and takes it out again", async () => {
  const world = new World("caller");
  const [audio, video] = [{ kind: "audio" }, { kind: "video" }];
  const sent = (tracks: object): unknown[] => {
    world.connection.setTracks(tracks as Tracks);
    return world.peer.transceivers.map(({ track }) => track);
  };
  assert.deepEqual(sent({ audio, video }), [audio, video]);
  assert.deepEqual(sent({ audio, video: undefined }), [audio, null]);
  await world.receive(offer);
  assert.deepEqual(sent({ audio, video: undefined }), [audio, null]);
});

Deno.test("Video says what becomes of its connection, and limits the picture once it is there", () => {
  const world = new World("caller");
  for (const state of ["connecting", "connected", "disconnected", "failed", "closed"]) {
    world.state(state);
  }
  assert.deepEqual(world.lines, ["connected", "broken", "failed"]);
  assert.deepEqual(world.peer.transceivers.map(({ parameters }) => parameters.encodings), [
    [{ priority: "high", networkPriority: "high" }],
    [{ maxBitrate: MAX_VIDEO_BITRATE, priority: "low" }],
  ]);
});

Deno.test("Video measures what was lost since the last time, and survives a connection that can't say", async () => {
  const world = new World("caller");
  const inbound = (packetsLost: number, packetsReceived: number) => ({
    type: "inbound-rtp",
    ...{ packetsLost, packetsReceived },
  });
  assert.deepEqual(await world.measured(inbound(0, 100)), [], "it isn't connected yet");
  world.state("connected");
  assert.deepEqual(await world.measured(inbound(20, 100)), [1]);
  assert.deepEqual(await world.measured(inbound(20, 200)), [3]);
  const pair = { type: "candidate-pair", currentRoundTripTime: 0.5 };
  assert.deepEqual(await world.measured(inbound(20, 300), { type: "candidate-pair" }, pair), [2]);
  world.peer.reports = undefined;
  world.measure?.();
  await settle();
  assert.deepEqual(world.qualities, []);
});

Deno.test("Video restarts with new credentials, and reports nothing once it is closed", () => {
  const world = new World("caller", "relay");
  world.connection.refresh({ servers: [], policy: "relay" });
  world.connection.close();
  world.state("failed");
  world.find("");
  assert.deepEqual(world.peer.log, ["configured for relay", "restart", "closed"]);
  assert.deepEqual([world.lines, world.sent, world.measure], [[], [], undefined]);
});

Deno.test("Callee restarts when the caller has not for a while, so that their offers don't collide", async () => {
  const world = new World("callee", "relay");
  const restarts = (): number => world.peer.log.filter((one) => one === "restart").length;
  world.connection.refresh({ servers: [], policy: "relay" });
  world.connection.restart();
  assert.deepEqual([world.peer.log, restarts()], [["configured for relay"], 0]);
  await world.receive(offer);
  assert.deepEqual([world.waited, restarts()], [undefined, 0], "the caller has");
  world.connection.restart();
  world.waited?.();
  assert.deepEqual([world.waited, restarts()], [undefined, 1]);
  world.connection.restart();
  world.connection.close();
  assert.equal(world.waited, undefined);
});

Deno.test("PeerConnection reports a picture that stops arriving, and one that arrives again, but no sound", () => {
  const world = new World("caller");
  const [audio, video] = ["audio", "video"].map((kind) => ({
    kind,
    muted: true,
    onmute: (): void => {},
    onunmute: (): void => {},
  }));
  for (const track of [audio!, video!]) {
    world.peer.ontrack?.({ track });
    track.onmute();
    track.muted = false;
    track.onunmute();
  }
  assert.deepEqual(world.frozen, [true, false]);
});
