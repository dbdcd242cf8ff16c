/** Whether the system allows enough file descriptors for the maximum number of connections. */

import { affordableConnections } from "../base/file_descriptors.ts";
import { type Finding, ok, problem } from "./finding.ts";

/** Tests it briefly, with `beside` other sockets. */
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
