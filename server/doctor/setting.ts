/** What can be seen of the options alone: settings that work against each other, or that are missing. */

import { isLoopback, parseAddress } from "../admission/address.ts";
import type { Config } from "../config/config.ts";
import { type Finding, ok, problem, skipped } from "./finding.ts";

/** Looks at who runs the server, as visitors are told. */
export function checkContact({ operator, "contact-email": email }: Config): Finding {
  const of = "contact";
  if (email === "") {
    return problem(of, "visitors have nobody to write to: give --contact-email, and --operator");
  }
  return operator === ""
    ? problem(of, "visitors are not told who runs this server: give --operator")
    : ok(of, "visitors are told who runs this server, and where to write to");
}

/** Looks at whose address is believed. */
export function checkProxy({ host, "trust-proxy": hops }: Config): Finding {
  const of = "--trust-proxy";
  const isHidden = isOwn(host);
  if (hops === 0 && isHidden) {
    return problem(
      of,
      `only this machine reaches ${host}, so visitors come through a proxy and would share its address: ` +
        "say --trust-proxy=1",
    );
  }
  if (hops === 0) return ok(of, "visitors come directly, with no proxy of yours in between");
  const proxies = hops === 1 ? "one proxy" : `${hops} proxies`;
  return ok(
    of,
    isHidden
      ? `visitors come through ${proxies}`
      : `visitors come through ${proxies}; let nobody reach ${host} past that, for they could forge addresses`,
  );
}

/** Looks at which listener faces the network. */
export function checkListener({ listener }: Config): Finding {
  const of = "--listener";
  return listener === "node" ? ok(of, "node, which is hardened") : problem(
    of,
    "deno has no timeouts and no limit on messages: outside Deno Deploy leave it out",
  );
}

/** Looks at who may read the metrics. */
export function checkMetrics({ "metrics-token": token }: Config): Finding {
  const of = "metrics";
  return token === ""
    ? skipped(of, "only this machine itself can read /metrics: for others give --metrics-token")
    : ok(of, "/metrics is for whoever shows the token");
}

function isOwn(host: string): boolean {
  const address = parseAddress(host);
  return host === "localhost" || address !== undefined && isLoopback(address);
}
