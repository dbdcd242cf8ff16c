/** Whether a certificate and its key can be served, and for how long. */

import type { X509Certificate } from "node:crypto";
import { examine, EXPIRY_WARNING } from "../tls/certificate.ts";
import { DAY } from "../base/clock.ts";
import { type Finding, ok, problem } from "./finding.ts";

/** The permission bits of all users of a system, in the mode of a file. */
const EVERYBODY = 0o007;

const SUBJECT = "certificate";

/** Checks a certificate with its chain, and its private key, two PEM files, as the server does. */
export async function checkCertificate(
  certFile: string,
  keyFile: string,
  now: Date,
): Promise<Finding[]> {
  const found = await examine({ certFile, keyFile });
  if (found.kind === "invalid") {
    return [problem(SUBJECT, `the server would refuse it: "${found.problem}"`)];
  }
  return [judge(found.leaf, now), ...await privacy(keyFile)];
}

function judge(leaf: X509Certificate, now: Date): Finding {
  const [from, until] = [new Date(leaf.validFrom), new Date(leaf.validTo)];
  const names = namesOf(leaf);
  if (names === "") {
    return problem(SUBJECT, "it names no host: get one for the name of your server");
  }
  if (now < from) {
    return problem(SUBJECT, `it is not valid before ${dayOf(from)}: check the clock, or wait`);
  }
  const left = until.getTime() - now.getTime();
  const days = Math.floor(left / DAY);
  if (left < 0) return problem(SUBJECT, `it expired on ${dayOf(until)}: renew it`);
  if (left < EXPIRY_WARNING) {
    return problem(
      SUBJECT,
      `it expires on ${dayOf(until)}, in ${days} days: check why it has not been renewed`,
    );
  }
  return ok(SUBJECT, `valid for ${names} until ${dayOf(until)} (${days} days)`);
}

/** Only the server, or its group, may read the key. */
async function privacy(keyFile: string): Promise<Finding[]> {
  const { mode } = await Deno.stat(keyFile);
  if (((mode ?? 0) & EVERYBODY) === 0) return [];
  return [problem("certificate key", `every user of this machine can read ${keyFile}: chmod 640`)];
}

function namesOf({ subjectAltName }: X509Certificate): string {
  return (subjectAltName ?? "").split(", ").map((name) => name.replace(/^(DNS|IP Address):/, ""))
    .join(", ");
}

function dayOf(date: Date): string {
  return date.toISOString().slice(0, 10);
}
