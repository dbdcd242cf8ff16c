/** Checks of what the options say: settings that are missing or conflict with each other, and the certificate. */

import type { X509Certificate } from "node:crypto";
import { DAY, dayOf } from "../base/clock.ts";
import { type Runtime, runtimeProblem } from "../base/runtime.ts";
import type { Config } from "../config/options.ts";
import { examine, EXPIRY_WARNING } from "../tls/certificate.ts";
import { type Finding, ok, problem, skipped } from "./finding.ts";
import { isLoopbackHost } from "./machine.ts";

/** Checks the operator and the contact address that visitors see. */
export function checkContact({ operator, "contact-email": email }: Config): Finding {
  const subject = "contact";
  if (email === "") {
    return problem(
      subject,
      "visitors have no address to write to: set --contact-email and --operator",
    );
  }
  return operator === ""
    ? problem(subject, "visitors can't see who runs this server: set --operator")
    : ok(subject, "visitors can see who runs this server and where to write");
}

/** Checks which proxies are trusted. */
export function checkProxy({ host, "trust-proxy": hops }: Config): Finding {
  const subject = "--trust-proxy";
  const isLoopbackOnly = isLoopbackHost(host);
  if (hops === 0 && isLoopbackOnly) {
    return problem(
      subject,
      `only this machine can reach ${host}, so visitors come through a proxy and would share its address: ` +
        "set --trust-proxy=1",
    );
  }
  if (hops === 0) return ok(subject, "visitors connect directly, without a proxy");
  const proxies = hops === 1 ? "one proxy" : `${hops} proxies`;
  return ok(
    subject,
    isLoopbackOnly
      ? `visitors connect through ${proxies}`
      : `visitors connect through ${proxies}; block direct access to ${host}, or clients can spoof their address`,
  );
}

/** Checks which listener faces the network. */
export function checkListener({ listener }: Config): Finding {
  const subject = "--listener";
  return listener === "node" ? ok(subject, "node, which is hardened") : problem(
    subject,
    "deno has no timeouts and no limit on messages: use node, except on Deno Deploy",
  );
}

/** Checks whether the runtime can serve with the listener. */
export function checkRuntime({ listener }: Config, runtime: Runtime): Finding {
  const problemFound = runtimeProblem(listener, runtime);
  return problemFound === undefined
    ? ok("Deno", `version ${runtime.version}`)
    : problem("Deno", problemFound);
}

/** Checks who may read the metrics. */
export function checkMetrics({ "metrics-token": token }: Config): Finding {
  const subject = "metrics";
  return token === ""
    ? skipped(
      subject,
      "only localhost can read /metrics: set --metrics-token to allow other machines",
    )
    : ok(subject, "/metrics requires the token");
}

/** The permission bits of all users of a system, in the mode of a file. */
const EVERYONE_BITS = 0o007;

const CERTIFICATE = "certificate";

/** Checks a certificate with its chain, and its private key, two PEM files, as the server does. */
export async function checkCertificate(
  certFile: string,
  keyFile: string,
  now: Date,
): Promise<Finding[]> {
  const found = await examine({ certFile, keyFile });
  if (found.kind === "invalid") {
    return [problem(CERTIFICATE, `the server would refuse it: "${found.problem}"`)];
  }
  return [checkLeaf(found.leaf, now), ...await checkKeyPermissions(keyFile)];
}

function checkLeaf(leaf: X509Certificate, now: Date): Finding {
  const [from, until] = [new Date(leaf.validFrom), new Date(leaf.validTo)];
  const names = namesOf(leaf);
  if (names === "") {
    return problem(CERTIFICATE, "it names no host: get one for the name of your server");
  }
  if (now < from) {
    return problem(CERTIFICATE, `it is not valid before ${dayOf(from)}: check the clock, or wait`);
  }
  const left = until.getTime() - now.getTime();
  const days = Math.floor(left / DAY);
  if (left < 0) return problem(CERTIFICATE, `it expired on ${dayOf(until)}: renew it`);
  if (left < EXPIRY_WARNING) {
    return problem(
      CERTIFICATE,
      `it expires on ${dayOf(until)}, in ${days} days: check why it has not been renewed`,
    );
  }
  return ok(CERTIFICATE, `valid for ${names} until ${dayOf(until)} (${days} days)`);
}

/** Only the server, or its group, may read the key. */
async function checkKeyPermissions(keyFile: string): Promise<Finding[]> {
  const { mode } = await Deno.stat(keyFile);
  if (((mode ?? 0) & EVERYONE_BITS) === 0) return [];
  return [problem("certificate key", `every user of this machine can read ${keyFile}: chmod 640`)];
}

function namesOf({ subjectAltName }: X509Certificate): string {
  return (subjectAltName ?? "").split(", ").map((name) => name.replace(/^(DNS|IP Address):/, ""))
    .join(", ");
}
