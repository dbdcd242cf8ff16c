/** The memory of a page in Chromium, as far as its scripts and its document can reach it. */

import type { Visitor } from "./visitor.ts";

/** How many strings in a page's memory contain `text`. Whatever is garbage is collected first. */
export async function countInPage({ page, context }: Visitor, text: string): Promise<number> {
  const session = await context.newCDPSession(page);
  const chunks: string[] = [];
  session.on("HeapProfiler.addHeapSnapshotChunk", ({ chunk }) => chunks.push(chunk));
  await session.send("HeapProfiler.enable");
  await session.send("HeapProfiler.collectGarbage");
  await session.send("HeapProfiler.takeHeapSnapshot", { reportProgress: false });
  await session.detach();
  const { strings }: { strings: readonly string[] } = JSON.parse(chunks.join(""));
  return strings.filter((one) => one.includes(text)).length;
}
