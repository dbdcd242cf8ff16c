/**
 * The options that a hosting platform fixes.
 *
 * Deno Deploy starts and stops instances of the program behind its proxy. There, only one value of some options works
 * or keeps the privacy promises. The table below contains these values, so an operator need not set them. `--help` and
 * docs/deno-deploy.md show them. Any other value is rejected at startup with the reason, instead of breaking a promise
 * later. The rest of the program sees only the resulting options: an empty directory means that there is no directory.
 */

/** The value that a platform fixes for an option. */
export interface FixedValue {
  /** The value, as on the command line. "" means none. */
  readonly value: string;
  /** The reason, as the rest of a sentence. */
  readonly reason: string;
}

/** A hosting platform. */
export interface Platform {
  readonly name: string;
  /** The fixed values, by the name of the option. */
  readonly fixedOptions: Readonly<Record<string, FixedValue>>;
}

/** The environment variable that Deno Deploy sets. Its value doesn't matter. */
export const DENO_DEPLOY_VARIABLE = "DENO_DEPLOY";

/** See https://docs.deno.com/deploy/reference/ for the runtime that requires these values. */
export const DENO_DEPLOY: Platform = {
  name: "Deno Deploy",
  fixedOptions: {
    "tls-cert": { value: "", reason: "the platform terminates TLS" },
    "tls-key": { value: "", reason: "the platform terminates TLS" },
    "http-redirect-port": { value: "0", reason: "the platform redirects HTTP to HTTPS" },
    "acme-dir": { value: "", reason: "the platform manages the certificate" },
    "data-dir": { value: "", reason: "files do not persist there; the statistics are in Deno KV" },
    "log-dir": { value: "", reason: "files do not persist there" },
    "announcement-file": { value: "", reason: "files can't be changed there" },
    "rules-file": { value: "", reason: "files can't be changed there" },
    "deny-file": { value: "", reason: "files can't be changed there" },
    "access-log": {
      value: "off",
      reason: "a stopped instance can neither delete its lines in time nor print them",
    },
    "trust-proxy": {
      value: "0",
      reason: "the platform provides the client address; a header can be forged",
    },
    "relay": { value: "off", reason: "the platform forwards only HTTP" },
    "relay-port": { value: "0", reason: "the platform forwards only HTTP" },
    "listener": { value: "deno", reason: "only Deno.serve is reachable from outside" },
  },
};

/** The platform that the environment indicates, or `undefined` on an ordinary host. */
export function platformOf(
  environment: (name: string) => string | undefined,
): Platform | undefined {
  return environment(DENO_DEPLOY_VARIABLE) === undefined ? undefined : DENO_DEPLOY;
}
