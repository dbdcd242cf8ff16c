/** The parts of the benchmark. Each measures one thing, and has its tables in one place of one document. */

import type { KeyFiles } from "./competitor.ts";
import type { Installation } from "./competitor_install.ts";
import type { Findings } from "./findings.ts";
import type { Profile } from "./profile.ts";

/** What every part gets. */
export interface Bench {
  readonly profile: Profile;
  /** The command line, which may restrict a part further. */
  readonly args: readonly string[];
  readonly installation: Installation;
  /** The certificate of every server. */
  readonly keys: KeyFiles;
  /** Receives the progress. */
  readonly note: (line: string) => void;
}

/** The result of a part. */
export interface PartResult {
  /** Markdown. */
  readonly tables: string;
  /** What the goals and the summary need. */
  readonly findings?: Findings;
}

export interface Part {
  /** The switch that selects it, without the hyphens, and the name in the marker of its tables. */
  readonly name: string;
  readonly document: string;
  /** Which other programs are part of the figures. */
  readonly programs: "competitors" | "none";
  /** Which program had which core, if not one each for the server and the load generator. */
  readonly placement?: string;
  measure(bench: Bench): Promise<PartResult>;
}
