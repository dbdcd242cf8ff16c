/** The findings of Debian's sslscan about a server, read from its XML output. */

import { isInstalled } from "./installed.ts";

/** What a server accepts, and its weaknesses. */
export interface Scan {
  /** The protocol versions that it accepts, such as `TLSv1.3`. */
  readonly protocols: string[];
  /** The cipher suites that it accepts, each with its rated strength. */
  readonly suites: string[];
  /** Known weaknesses, by name. */
  readonly findings: string[];
}

/** Whether sslscan is installed. In CI, a missing one is a failure. */
export function isSslscanThere(): Promise<boolean> {
  return isInstalled({ name: "sslscan", skipped: "the test of what TLS offers is skipped" });
}

/** Scans a port of the loopback address. */
export async function sslscan(port: number): Promise<Scan> {
  const args = ["--xml=-", "--no-colour", "--no-groups", `127.0.0.1:${port}`];
  const { stdout } = await new Deno.Command("sslscan", { args, stderr: "null" }).output();
  const xml = new TextDecoder().decode(stdout);
  const all = (tag: string): Record<string, string>[] =>
    [...xml.matchAll(new RegExp(`<${tag} ([^>]*)/?>`, "g"))].map(([, text = ""]) =>
      attributes(text)
    );
  const versions = all("protocol").filter(({ enabled }) => enabled === "1");
  return {
    protocols: versions.map(({ type, version }) =>
      `${type?.toUpperCase().replace("TLS", "TLSv")}${version}`
    ).toSorted(),
    suites: all("cipher").map(({ cipher, strength }) => `${cipher} ${strength}`),
    findings: [
      ...all("heartbleed").filter(({ vulnerable }) => vulnerable === "1").map(() => "Heartbleed"),
      ...all("renegotiation").filter(({ supported, secure }) => supported === "1" && secure !== "1")
        .map(() => "insecure renegotiation"),
      ...all("compression").filter(({ supported }) => supported === "1").map(() => "compression"),
    ],
  };
}

function attributes(text: string): Record<string, string> {
  return Object.fromEntries(
    [...text.matchAll(/(\w+)="([^"]*)"/g)].map(([, name, value]) => [name, value]),
  );
}
