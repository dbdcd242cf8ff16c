/**
 * A server with thousands of pages is restarted on the same port: how long it takes until they are served again. The
 * server is the program itself, and the pages use the page's own connection with its delays (`returning_page.ts`).
 *
 *   stop    SIGTERM, as a service manager sends it. The server tells its pages, and their chats end.
 *   crash   SIGKILL. The pages notice that their connections end, and present their tokens, which the new process does
 *           not know.
 *
 * In both cases the chats are lost, because a single node has no other to hand them off to. Pages that were in a chat
 * search again, and so do those that were not.
 *
 * Proof of work is off. A real page would compute for a second before it searches, on its own processor. Here one
 * processor would compute for all of them.
 */

import { delay } from "../../server/base/timeout.ts";
import { freePort } from "../support/free_port.ts";
import { TempFolder } from "../support/files.ts";
import { PrintingProcess } from "../support/printing_process.ts";
import { Program } from "../support/program.ts";
import { waitUntil } from "../support/wait_until.ts";
import { pinnedTo } from "./cpu_pinning.ts";
import type { Figures } from "./medians.ts";
import type { ReturnReport } from "./returning_crowd.ts";

/** Connections that the server accepts besides the pages. */
const SPARE = 200;

/** The time limit for all of it, in seconds. */
const TIME = 600;

/** Interval between requests for the lag of the event loop, in milliseconds. The server remembers it for longer. */
const LAG_INTERVAL = 5_000;

const LAG_METRIC = /^anonymous_chat_event_loop_lag_seconds (\S+)$/m;

/** How the server ends. */
export const ENDINGS = { stop: "SIGTERM", crash: "SIGKILL" } as const;
export type EndingName = keyof typeof ENDINGS;

/** Times are in seconds. `down` is from the signal until the new process listens, `lag` that of its event loop. */
export interface RestartFigures extends Figures, ReturnReport {
  readonly down: number;
  readonly lag: number;
}

/** Measures one restart with `pages` pages. */
export async function measureRestart(ending: EndingName, pages: number): Promise<RestartFigures> {
  await using folder = new TempFolder();
  const start = await starter(folder.path, pages + SPARE);
  const before = await start();
  await using crowd = new PrintingProcess(await crowdCommand(before.port, pages));
  await waitUntil(() => crowd.printed.startsWith("open"), TIME);
  const began = performance.now();
  await before.stop(ENDINGS[ending]);
  await using after = await start();
  const down = (performance.now() - began) / 1000;
  let lag = 0;
  while (reportIn(crowd) === undefined) {
    lag = Math.max(lag, await lagOf(after));
    await delay(Math.min(LAG_INTERVAL, pages));
  }
  return { ...reportIn(crowd)!, down, lag: Math.max(lag, await lagOf(after)) };
}

/** Starts the program, each time on the same port and with the same folder. */
async function starter(folder: string, maxConnections: number): Promise<() => Promise<Program>> {
  const args = [
    `--port=${freePort()}`,
    `--max-connections=${maxConnections}`,
    "--trust-proxy=1",
    "--proof-of-work=off",
  ];
  const under = await pinnedTo("server");
  return () => Program.startWith({ args, under, folder });
}

async function crowdCommand(port: number, pages: number): Promise<string[]> {
  const script = new URL("returning_pages.ts", import.meta.url).pathname;
  const deno = [Deno.execPath(), "run", "--no-prompt", "--no-check", "--allow-all", script];
  return [...await pinnedTo("generator"), ...deno, `${port}`, `${pages}`];
}

/** The second line that the pages print. */
function reportIn({ printed }: PrintingProcess): ReturnReport | undefined {
  const [, report, ...rest] = printed.split("\n");
  return rest.length > 0 ? JSON.parse(report!) : undefined;
}

/** The recent maximum lag of the event loop, in seconds. */
async function lagOf(server: Program): Promise<number> {
  const response = await fetch(`${server.http}/metrics`);
  return Number(LAG_METRIC.exec(await response.text())?.[1]);
}
