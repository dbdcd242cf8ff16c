/** Whether a certificate and its key can be served, and for how long. */

import { createPrivateKey, type KeyObject, X509Certificate } from "node:crypto";
import { DAY } from "../clock.ts";
import { codeOf, type Finding, ok, wrong } from "./finding.ts";

/** How many days before its end a certificate should long have been renewed. */
export const DAYS_LEFT = 14;

/** What everybody on a machine may do with a file, among the bits of its mode. */
const EVERYBODY = 0o007;

const OF = "certificate";

/** Looks at a certificate (a chain begins with it) and its private key, two files in PEM. */
export async function checkCertificate(
  certFile: string,
  keyFile: string,
  now: Date,
): Promise<Finding[]> {
  const [cert, key] = await Promise.all([read(certFile, leafOf), read(keyFile, createPrivateKey)]);
  const problems = [cert, key].filter((one) => typeof one === "string");
  if (typeof cert === "string" || typeof key === "string") {
    return problems.map((problem) => wrong(OF, problem));
  }
  return [judge(cert, key, now), ...await privacy(keyFile)];
}

function judge(cert: X509Certificate, key: KeyObject, now: Date): Finding {
  const [from, until] = [new Date(cert.validFrom), new Date(cert.validTo)];
  if (!cert.checkPrivateKey(key)) {
    return wrong(OF, "the key belongs to another certificate: give both of one pair");
  }
  const names = namesOf(cert);
  if (names === "") {
    return wrong(OF, "it is for no host name: have one made for that of your server");
  }
  if (now < from) {
    return wrong(OF, `it is valid from ${dayOf(from)} only: look at the clock, or wait`);
  }
  const left = Math.floor((until.getTime() - now.getTime()) / DAY);
  if (left < 0) return wrong(OF, `it has expired on ${dayOf(until)}: renew it`);
  if (left < DAYS_LEFT) {
    return wrong(OF, `it expires on ${dayOf(until)}, in ${left} days: see why it was not renewed`);
  }
  return ok(OF, `for ${names}, until ${dayOf(until)} (${left} days)`);
}

/** The key is for the server alone, or for a group of its own. */
async function privacy(keyFile: string): Promise<Finding[]> {
  const { mode } = await Deno.stat(keyFile);
  if (((mode ?? 0) & EVERYBODY) === 0) return [];
  return [wrong("certificate's key", `everybody on this machine can read ${keyFile}: chmod 640`)];
}

/** What a file holds, or in words what is wrong with it; what it says is not repeated. */
async function read<T>(file: string, parse: (text: string) => T): Promise<T | string> {
  try {
    const text = await Deno.readTextFile(file);
    try {
      return parse(text);
    } catch {
      return `${file} is not what it should be, in PEM and without a passphrase`;
    }
  } catch (error) {
    return `cannot read ${file} (${codeOf(error)}): let the server's user read it`;
  }
}

function leafOf(text: string): X509Certificate {
  return new X509Certificate(text);
}

function namesOf({ subjectAltName }: X509Certificate): string {
  return (subjectAltName ?? "").split(", ").map((name) => name.replace(/^(DNS|IP Address):/, ""))
    .join(", ");
}

function dayOf(date: Date): string {
  return date.toISOString().slice(0, 10);
}
