/**
 * Resolves the host name of Redis with a time limit. A resolver that never answers keeps a thread of the system busy,
 * and reconnecting would occupy one after the other until none is left for files. So there is at most one lookup for
 * each name: every connection that needs it joins it, and fails alone when its time is up.
 */

import { lookup, type LookupAddress } from "node:dns";
import { isIP, type LookupFunction } from "node:net";
import { deadline } from "../base/timeout.ts";

/** Returns all addresses of a name. */
export type Resolve = (host: string) => Promise<LookupAddress[]>;

/** The lookups of one Redis client. */
export class RedisLookup {
  readonly #timeout: number;
  readonly #resolve: Resolve;
  readonly #pending = new Map<string, Promise<LookupAddress[]>>();

  /** `timeout` is in milliseconds. */
  constructor(timeout: number, resolve: Resolve = resolveBySystem) {
    this.#timeout = timeout;
    this.#resolve = resolve;
  }

  /** The `lookup` option of a socket. */
  readonly lookup: LookupFunction = (host, { all = false, family }, callback) => {
    deadline(this.#timeout, this.#join(host)).then((found) => {
      const fitting = found.filter((address) => isWanted(address, family));
      const [first] = fitting;
      if (first === undefined) return callback(notFound(host), "");
      return all ? callback(null, fitting) : callback(null, first.address, first.family);
    }, (error) => callback(error, ""));
  };

  #join(host: string): Promise<LookupAddress[]> {
    const pending = this.#pending.get(host);
    if (pending !== undefined) return pending;
    const lookup = this.#resolve(host).finally(() => this.#pending.delete(host));
    lookup.catch(() => {}); // Everyone that joined it may have gone.
    this.#pending.set(host, lookup);
    return lookup;
  }
}

function isWanted({ family }: LookupAddress, wanted: number | string | undefined): boolean {
  return [undefined, 0, family, `IPv${family}`].includes(wanted);
}

function notFound(host: string): Error {
  return Object.assign(new Error(`no address of ${isIP(host) === 0 ? "the name" : "it"}`), {
    code: "ENOTFOUND",
  });
}

function resolveBySystem(host: string): Promise<LookupAddress[]> {
  return new Promise((resolve, reject) =>
    lookup(host, { all: true }, (error, found) => error === null ? resolve(found) : reject(error))
  );
}
