/** One or two sides of a call, without a browser and without a server. */

import {
  type Call,
  type CallEffect,
  type CallEvent,
  type CallNotice,
  type CallWord,
  NO_CALL,
  reduceCall,
} from "../../client/state/call.ts";
import type { CallPolicy, Route } from "../../protocol.ts";

const SERVERS = [{ urls: ["turn:relay.example"], username: "1:a", credential: "b" }];
export const BY_RELAY: Route = { servers: SERVERS, policy: "relay" };
/** The route of a server without a relay. */
export const DIRECT: Route = { servers: [], policy: "all" };

/** An event, or the type of one that has nothing else. */
export type SideEvent = CallEvent | Exclude<CallEvent["type"], "route" | "heard" | "line">;

/** One side of a call, and the effects it has caused. */
export class Side {
  call: Call = NO_CALL;
  effects: readonly CallEffect[] = [];
  notices: CallNotice[] = [];
  now = 1_000_000;
  /** Whether the visitor's preferences allow direct calls. */
  direct = true;

  on(event: SideEvent): this {
    const whole: CallEvent = typeof event === "string" ? { type: event } : event;
    const { call, effects, notice } = reduceCall(this.call, whole, this.now, this.direct);
    [this.call, this.effects] = [call, effects];
    if (notice !== undefined) this.notices.push(notice);
    return this;
  }

  route(route: Route): this {
    return this.on({ type: "route", route });
  }

  hears(says: CallWord): this {
    return this.on({ type: "heard", says });
  }

  line(line: "connected" | "broken" | "failed" | "no-relay"): this {
    return this.on({ type: "line", line });
  }

  /** The policy of the call's route, and whether it is the fallback. */
  get way(): string | undefined {
    if (!("route" in this.call)) return undefined;
    const { policy, isFallback } = this.call.route;
    return isFallback ? "fallback" : policy;
  }

  /** The effects of the last event, abbreviated. */
  get did(): string[] {
    return this.effects.map((effect) => {
      if (effect.type === "tell") return `tell ${effect.message.type}`;
      if (effect.type !== "say") return effect.type;
      return effect.envelope.kind === "call" ? effect.envelope.says : effect.envelope.kind;
    });
  }
}

/** Which of the two sides. */
export type Which = 0 | 1;

/** Words after which a test fails, because the two sides answer each other without end. */
const MAX_WORDS = 1_000;

/** Two sides and the messages between them. The server answers immediately. */
export class SidePair {
  readonly sides = [new Side(), new Side()] as const;
  readonly wires: CallWord[][] = [[], []];
  starts = [0, 0];
  readonly #route: Route;

  constructor(policy: CallPolicy) {
    this.#route = policy === "relay" ? BY_RELAY : DIRECT;
  }

  act(who: Which, event: SideEvent): void {
    const side = this.sides[who];
    side.on(event);
    for (const effect of side.effects) {
      if (effect.type === "tell") this.act(who, { type: "route", route: this.#route });
      if (effect.type === "say" && effect.envelope.kind === "call") {
        this.wires[who]?.push(effect.envelope.says);
      }
      if (effect.type === "start-call") this.starts[who]!++;
    }
  }

  deliver(from: Which): void {
    const says = this.wires[from]?.shift();
    if (says !== undefined) this.act(from === 0 ? 1 : 0, { type: "heard", says });
  }

  /** Delivers everything on the way to both sides. */
  settle(): void {
    for (let words = 0; this.wires.some((wire) => wire.length > 0); words++) {
      if (words > MAX_WORDS) throw new Error("The sides answer each other without end.");
      for (const who of [0, 1] as const) this.deliver(who);
    }
  }

  /** A connection drops, everything on the way is lost, and the connection is restored. */
  drop(): void {
    for (const wire of this.wires) wire.length = 0;
    for (const who of [0, 1] as const) this.act(who, "resynced");
  }

  /** The kind and the route of each side's call. */
  get states(): string[] {
    return this.sides.map(({ call, way }) => way === undefined ? call.kind : `${call.kind} ${way}`);
  }
}
