/**
 * The parts of the documents that are generated from the code: tables, and the fingerprint of the home page. Each is
 * Markdown, not yet formatted.
 */

import { pages } from "../../client/page.gen.ts";
import { environmentName, OPTIONS } from "../../server/config/options.ts";
import { DENO_DEPLOY } from "../../server/config/deno_deploy.ts";
import { fingerprint } from "../../server/http/message.ts";
import { LIMITS } from "../../server/limits/rate_limits.ts";
import { METRICS, SEARCH_DURATION } from "../../server/metrics/catalogue.ts";
import { PROMISES, proofsOf } from "../../server/privacy/promises.ts";
import { homePage } from "../../server/site/home_page.ts";
import { PARTS } from "../folders.ts";

/** The options of the program, with their environment variables and defaults. */
export function optionsTable(): string {
  const names = Object.keys(OPTIONS) as (keyof typeof OPTIONS)[];
  const rows = names.map((name) => {
    const { purpose, defaultText } = OPTIONS[name];
    return [`\`--${name}\``, `\`${environmentName(name)}\``, purpose, `\`${defaultText}\``];
  });
  return table(["option", "environment variable", "description", "default"], rows);
}

/** The options that have a fixed value on Deno Deploy. */
export function denoDeployTable(): string {
  const rows = Object.entries(DENO_DEPLOY.fixedOptions).map(([name, { value, reason }]) => {
    return [`\`--${name}\``, `\`${value || "none"}\``, reason];
  });
  return table(["option", "on Deno Deploy", "reason"], rows);
}

/** Every rate limit. */
export function limitsTable(): string {
  const rows = Object.values(LIMITS).map(({ of, counts, burst, perMinute, otherwise }) => {
    return [of, counts, `${burst}`, `${perMinute}`, otherwise];
  });
  return table(["limit per", "what is counted", "burst", "per minute", "when exceeded"], rows);
}

/** Every metric, the histogram last. */
export function metricsTable(): string {
  const { name, label, help } = SEARCH_DURATION;
  const all = [...METRICS, { name, label, help, kind: "histogram" }];
  const rows = all.map(({ name, label, kind, help }) => {
    const labelled = label === undefined ? "" : `{${label}}`;
    return [`\`${name}${labelled}\``, kind, help];
  });
  return table(["metric", "kind", "description"], rows);
}

/** Every promise, with the code that keeps it and the tests that prove it. */
export function promisesTable(): string {
  const rows = PROMISES.map((promised) => {
    const { id, promise, keptBy } = promised;
    return [id, promise, listed(keptBy), proofsOf(promised).join("; ")];
  });
  return table(["", "promise", "kept by", "proven by tests named"], rows);
}

/** The parts of the program, and what each may import. */
export function partsTable(): string {
  const rows = PARTS.map(({ path, purpose, mayImport }) => {
    const imports = listed(mayImport.map((name) => name.replace(/^(server|client)\//, "")));
    return [`\`${path}\``, purpose, imports || "nothing"];
  });
  return table(["part", "purpose", "may import"], rows);
}

/** The SHA-256 of the home page in the default language. */
export function pageFingerprint(): string {
  return `\`${fingerprint(homePage(pages.home, pages.languages[0]!))}\``;
}

function listed(paths: readonly string[]): string {
  return paths.map((path) => `\`${path}\``).join(", ");
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}
