/** The README's summary, read from the tables of docs/benchmarks.md, so that the two can't disagree. */

import { partIn } from "../../tools/docs/documents.ts";
import { NAMES } from "./competitor.ts";
import { table } from "./markdown_table.ts";

/** The servers in the summary. */
const SERVERS: readonly string[] = [NAMES.node, NAMES.socketIo, NAMES.ws];

const HEAD = [
  "server",
  "chat, messages/s",
  "bursts, messages/s",
  "median, ms",
  "kB per connection",
];

/** The columns of the tables of `--relay` and `--memory` that the summary shows. */
const COLUMNS = { relay: [1, 4, 7], memory: [1] } as const;

/** The summary of a page with both tables. A server that was not measured has empty cells. */
export function summaryOf(page: string): string {
  const rows = SERVERS.map((server) => [
    server,
    ...cellsOf(page, "relay", server),
    ...cellsOf(page, "memory", server),
  ]);
  return table(HEAD, rows);
}

function cellsOf(page: string, part: keyof typeof COLUMNS, server: string): string[] {
  const rows = partIn(page, `measured: ${part}`).split("\n").filter((line) => line.startsWith("|"))
    .map((line) => line.split("|").slice(1, -1).map((cell) => cell.trim()));
  const row = rows.find(([name]) => name === server) ?? [];
  return COLUMNS[part].map((column) =>
    Number.parseFloat(row[column] ?? "") > 0 ? row[column]! : ""
  );
}
