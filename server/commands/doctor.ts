/**
 * The command `doctor`: checks this machine against the options, and exits with 1 if it finds a problem. The checks are
 * imported only when they run: a server doesn't need them, and the runtime of Deno Deploy lacks modules that they use.
 */

import type { Command } from "../config/command_line.ts";
import type { Finding } from "../doctor/finding.ts";
import { output } from "./console.ts";
import type { System } from "./system.ts";

/** Prints each finding as soon as it is known, and a summary. */
export async function runDoctor(
  { config, file }: Command & { kind: "doctor" },
  system: System,
): Promise<never> {
  const { examine, formatFinding, summaryOf } = await import("../doctor/doctor.ts");
  const isColoured = Deno.stdout.isTerminal() && !Deno.noColor;
  const findings: Finding[] = [];
  const options = { config, file, clock: system.clock };
  for await (const finding of examine(options)) {
    findings.push(finding);
    await output(formatFinding(finding, isColoured)); // The exit code counts even if nobody reads this.
  }
  await output(summaryOf(findings));
  Deno.exit(findings.some(({ kind }) => kind === "problem") ? 1 : 0);
}
