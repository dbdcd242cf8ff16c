/** Checks of the options alone: settings that are missing or conflict with each other. */

import { isLoopback, parseAddress } from "../admission/address.ts";
import type { Config } from "../config/options.ts";
import { type Finding, ok, problem, skipped } from "./finding.ts";

/** Checks the operator and the contact address that visitors see. */
export function checkContact({ operator, "contact-email": email }: Config): Finding {
  const of = "contact";
  if (email === "") {
    return problem(of, "visitors have no address to write to: set --contact-email and --operator");
  }
  return operator === ""
    ? problem(of, "visitors can't see who runs this server: set --operator")
    : ok(of, "visitors can see who runs this server and where to write to");
}

/** Checks which proxies are trusted. */
export function checkProxy({ host, "trust-proxy": hops }: Config): Finding {
  const of = "--trust-proxy";
  const isHidden = isOwn(host);
  if (hops === 0 && isHidden) {
    return problem(
      of,
      `only this machine can reach ${host}, so visitors come through a proxy and would share its address: ` +
        "set --trust-proxy=1",
    );
  }
  if (hops === 0) return ok(of, "visitors connect directly, without a proxy");
  const proxies = hops === 1 ? "one proxy" : `${hops} proxies`;
  return ok(
    of,
    isHidden
      ? `visitors connect through ${proxies}`
      : `visitors connect through ${proxies}; block direct access to ${host}, or clients can spoof their address`,
  );
}

/** Checks which listener faces the network. */
export function checkListener({ listener }: Config): Finding {
  const of = "--listener";
  return listener === "node"
    ? ok(of, "node, which is hardened")
    : problem(of, "deno has no timeouts and no limit on messages: use node, except on Deno Deploy");
}

/** Checks who may read the metrics. */
export function checkMetrics({ "metrics-token": token }: Config): Finding {
  const of = "metrics";
  return token === ""
    ? skipped(of, "only localhost can read /metrics: set --metrics-token to allow other machines")
    : ok(of, "/metrics requires the token");
}

function isOwn(host: string): boolean {
  const address = parseAddress(host);
  return host === "localhost" || address !== undefined && isLoopback(address);
}
