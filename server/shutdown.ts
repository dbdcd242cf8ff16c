/**
 * Shuts the program down in order. A single node can only notify its visitors. A node of a cluster hands its chats off
 * to the other nodes. The partners appear disconnected to each other for a moment, and then the chats continue.
 *
 *   signal ─┬─ no other node ──> notify sessions ──(DRAIN_TIME)──> end them ──> close sockets ───────────┐
 *           │                                                                                            ├─> flush
 *           └─ other nodes ────> hand off chats ──(up to HAND_OFF_TIME)──> end the rest ──> cut sockets ──┘
 *
 * A node that hands chats off accepts no connections. A session that is handed off stays here like one whose connection has dropped. Its page presents its token to another
 * node, which fetches the session (`cluster/remote_chats.ts`).
 */

import { SECOND } from "./base/clock.ts";
import { delay, withTimeout } from "./base/timeout.ts";

/** How long chats may continue on a single node that is shutting down, in milliseconds. */
export const DRAIN_TIME = 2 * SECOND;

/** How long pages have to reconnect to another node, in milliseconds. */
export const HAND_OFF_TIME = 8 * SECOND;

/** The same on a platform that allows less time for shutdown. */
export const SHORT_HAND_OFF_TIME = 2 * SECOND;

/**
 * How long the node stays in the cluster after its last chat has moved, in milliseconds. Messages that still arrive
 * here are forwarded, and partners of moved sessions hear from the new node before this one exits.
 */
const LINGER = SECOND / 2;

/**
 * How long writing the last log lines may take, and then the exit of the process, in milliseconds. A log without a
 * reader, or a socket that can't be closed, would otherwise keep the process running.
 */
export const EXIT_TIME = SECOND / 4;

/** The parts that are shut down. */
export interface ShutdownOptions {
  readonly chat: {
    readonly canHandOff: boolean;
    handOff(): Promise<void>;
    drain(): void;
    dismiss(): Promise<void>;
    close(): Promise<void>;
  };
  /** Closes the listeners (`Listener.close`). Resolves when no socket is left. */
  readonly close: (over?: Promise<void>) => Promise<unknown>;
  /** {@linkcode HAND_OFF_TIME} or {@linkcode SHORT_HAND_OFF_TIME}, in milliseconds. */
  readonly handOffTime: number;
}

/** Ends all sessions, closes all sockets, and then writes what is still unwritten. */
export async function shutDown(options: ShutdownOptions): Promise<void> {
  if (options.chat.canHandOff) await handOff(options);
  else await drain(options);
  await options.chat.close();
}

async function handOff({ chat, close, handOffTime }: ShutdownOptions): Promise<void> {
  const moved = withTimeout(handOffTime, chat.handOff().then(() => delay(LINGER)));
  const dismissed = moved.then(() => chat.dismiss());
  await Promise.all([close(dismissed), dismissed]);
}

async function drain({ chat, close }: ShutdownOptions): Promise<void> {
  chat.drain();
  await delay(DRAIN_TIME);
  await chat.dismiss();
  await close();
}
