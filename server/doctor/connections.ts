/** Whether the system gives out as many file descriptors as there may be connections. */

import { affordableConnections } from "../base/file_descriptors.ts";
import { type Finding, ok, problem } from "./finding.ts";

/** Tries it, for a moment, with so many sockets `beside` them. */
export async function checkConnections(
  wanted: number,
  beside = 0,
  afford = affordableConnections,
): Promise<Finding> {
  const of = "--max-connections";
  const file = await Deno.makeTempFile({ prefix: "doctor-" });
  const affordable = afford(wanted, file, beside);
  await Deno.remove(file);
  return affordable >= wanted ? ok(of, `enough file descriptors for ${wanted}`) : problem(
    of,
    `enough file descriptors for ${affordable} only, not for ${wanted}: raise the limit ` +
      "(LimitNOFILE= in systemd, ulimit -n) or lower the option",
  );
}
