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

import { SECOND } from "../../server/base/clock.ts";
import { freePort } from "../support/free_port.ts";
import { TempFolder } from "../support/files.ts";
import { PrintingProcess } from "../support/printing_process.ts";
import { Program } from "../support/program.ts";
import { waitUntil } from "../support/wait_until.ts";
import { pinnedTo } from "./cpu_pinning.ts";
import { table } from "./markdown_table.ts";
import { type Figures, medians } from "./medians.ts";
import type { Bench, Part, PartResult } from "./part.ts";
import type { ReturnReport } from "./returning_crowd.ts";

/** Connections that the server accepts besides the pages. */
const SPARE = 200;

/** The time limits for opening all pages and for their return, in seconds. */
const TIME = 300;

/** Interval between requests for the lag of the event loop, in milliseconds. The server remembers it for longer. */
const LAG_INTERVAL = SECOND;

const LAG_METRIC = /^anonymous_chat_event_loop_lag_seconds (\S+)$/m;

/** How the server ends. */
export const ENDINGS = { stop: "SIGTERM", crash: "SIGKILL" } as const;
export type EndingName = keyof typeof ENDINGS;

const VERBS: Readonly<Record<EndingName, string>> = { stop: "stopped", crash: "killed" };

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
  const hasReturned = async (): Promise<boolean> => {
    lag = Math.max(lag, await lagOf(after));
    return reportIn(crowd) !== undefined;
  };
  await waitUntil(hasReturned, TIME, LAG_INTERVAL);
  return { ...reportIn(crowd)!, down, lag };
}

export const RESTART: Part = {
  name: "restart",
  document: "docs/benchmarks.md",
  programs: "none",
  async measure(bench: Bench): Promise<PartResult> {
    const stop = await measureRepeatedly("stop", bench);
    const crash = await measureRepeatedly("crash", bench);
    return { tables: restartTable(bench.profile.pages, { stop, crash }) };
  },
};

async function measureRepeatedly(
  ending: EndingName,
  { profile, note }: Bench,
): Promise<RestartFigures> {
  const restarts: RestartFigures[] = [];
  while (restarts.length < profile.restarts) {
    const figures = await measureRestart(ending, profile.pages);
    note(`restart after a ${ending}: ${JSON.stringify(figures)}`);
    restarts.push(figures);
  }
  return medians(restarts);
}

/** One row for each ending. */
export function restartTable(
  pages: number,
  figures: Readonly<Record<EndingName, RestartFigures>>,
): string {
  const head = [
    ...["the server is", "down, s", "half served, s", "99% served, s", "all served, s"],
    ...["attempts per page", "refusals", "worst lag, ms", "pages' CPU, s"],
  ];
  const rows = Object.entries(ENDINGS).map(([ending, signal]) => {
    const one = figures[ending as EndingName];
    const seconds = [one.down, one.half, one.most, one.all].map((time) => time.toFixed(1));
    const counts = [one.attempts.toFixed(2), one.refusals.toFixed(0), (one.lag * 1000).toFixed(0)];
    return [
      `${VERBS[ending as EndingName]} (${signal})`,
      ...seconds,
      ...counts,
      one.cpu.toFixed(1),
    ];
  });
  return `${
    pages.toLocaleString("en")
  } pages, half of them in chats, lose their server and return to the one that ` +
    "starts on the same port. Then all of them search. A page is served when it is in a chat. The times " +
    "count from the first connection that was lost. The lag is that of the new server's event loop, as " +
    `its metrics report it:\n\n${table(head, rows)}`;
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
