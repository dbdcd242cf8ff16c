/**
 * What the platform decides, where this program runs on one and not on its operator's machine.
 *
 * Deno Deploy runs it in instances that come and go, behind a front door of its own. Some options have one value there
 * that works or that keeps the promises; these stand in a table, so that nothing has to be set to begin, `--help` and
 * docs/deno-deploy.md say what holds, and whoever asks for something else is told why that can't be, at the start and not by a
 * promise that breaks later. All that is left to be known elsewhere is said by these options: a folder that is empty is
 * none.
 */

/** A value that an option has on a platform. */
export interface Decision {
  /** As one would give it; "" for none. */
  readonly value: string;
  /** Why nothing else goes, as the rest of a sentence. */
  readonly because: string;
}

/** Where the program runs. */
export interface Platform {
  readonly name: string;
  /** By the name of the option. */
  readonly decisions: Readonly<Record<string, Decision>>;
}

/** The environment variable that Deno Deploy sets, whatever its value. */
export const DENO_DEPLOY_VARIABLE = "DENO_DEPLOY";

/** See https://docs.deno.com/deploy/reference/ for the runtime that is decided for here. */
export const DENO_DEPLOY: Platform = {
  name: "Deno Deploy",
  decisions: {
    "tls-cert": { value: "", because: "the platform terminates TLS" },
    "tls-key": { value: "", because: "the platform terminates TLS" },
    "http-redirect-port": { value: "0", because: "the platform redirects HTTP to HTTPS" },
    "acme-dir": { value: "", because: "the platform manages the certificate" },
    "data-dir": { value: "", because: "files do not persist there; the statistics are in Deno KV" },
    "log-dir": { value: "", because: "files do not persist there" },
    "access-log": {
      value: "off",
      because: "a stopped instance can neither delete its lines in time nor print them",
    },
    "trust-proxy": {
      value: "0",
      because: "the platform provides the client address; a header can be forged",
    },
    "listener": { value: "deno", because: "only Deno.serve is reachable from outside" },
  },
};

/** The platform that an environment speaks of; `undefined` on a machine like any other. */
export function platformOf(
  environment: (name: string) => string | undefined,
): Platform | undefined {
  return environment(DENO_DEPLOY_VARIABLE) === undefined ? undefined : DENO_DEPLOY;
}
