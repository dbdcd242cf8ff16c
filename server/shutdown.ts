/**
 * The end of the program, in order. A machine that is alone can only say good-bye; one of several sends its chats on to
 * the others, whose people see each other gone for a moment and then go on.
 *
 *   signal ─┬─ alone ────> everybody is told ──(DRAIN_TIME for a last word)──> sent away ──> sockets closed ─┐
 *           │                                                                                                ├─> written
 *           └─ others ───> sent on, sockets closed ──(so long to turn up there)──> who did not is gone ──────┘
 *
 * A session that has been sent on waits here as one whose connection has dropped: its page shows its token to another
 * machine, which fetches it (`cluster/chats.ts`).
 */

import { SECOND } from "./base/clock.ts";
import { delay, withTimeout } from "./base/timeout.ts";

/** How long chats may go on once a machine that is alone is about to stop, in milliseconds. */
export const DRAIN_TIME = 2 * SECOND;

/** How long pages have to turn up at another machine, in milliseconds. */
export const HAND_OFF_TIME = 8 * SECOND;

/** The same where the platform does not give that long. */
export const SHORT_HAND_OFF_TIME = 2 * SECOND;

/**
 * How long a machine is there for the others once the last chat has gone to them, in milliseconds: what they still say
 * here follows, and who has a partner on the move hears from the new place before this machine is gone.
 */
const LINGER = SECOND / 2;

/**
 * How long the last log lines may take, and then the process itself, in milliseconds: a log without a reader, or a
 * socket that can't be closed, would keep the process running.
 */
export const EXIT_TIME = SECOND / 4;

/** What comes to its end. */
export interface ShutdownOptions {
  readonly chat: {
    readonly canHandOff: boolean;
    handOff(): Promise<void>;
    drain(): void;
    dismiss(): void;
    close(): Promise<void>;
  };
  /** Stops accepting, and resolves when no socket is left. */
  readonly close: () => Promise<unknown>;
  /** In milliseconds. */
  readonly handOffTime: number;
}

/** Ends in order. */
export async function shutDown(ending: ShutdownOptions): Promise<void> {
  if (ending.chat.canHandOff) await handOff(ending);
  else await drain(ending);
  await ending.chat.close();
}

async function handOff({ chat, close, handOffTime }: ShutdownOptions): Promise<void> {
  const moved = chat.handOff().then(() => delay(LINGER));
  await Promise.all([close(), withTimeout(handOffTime, moved)]);
  chat.dismiss();
}

async function drain({ chat, close }: ShutdownOptions): Promise<void> {
  chat.drain();
  await delay(DRAIN_TIME);
  chat.dismiss();
  await close();
}
