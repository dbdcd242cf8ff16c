/**
 * The certificate that the program serves TLS with, and its private key: two files in PEM, as certbot and others write
 * them, which are renewed while the program runs.
 *
 *     files ──read──> sound? ──yes──> in use          looked at again every RENEWAL_CHECK: no signal has to be sent,
 *                       └───no──> said once, and       and connections that are open go on
 *                                 the one before stays
 *
 * A pair is taken up only if all of it can be read, certificate and key belong together, and the runtime can serve it:
 * a server that has once been given anything else accepts nobody any more. So it doesn't matter in which order the
 * files are written, nor whether one is looked at when half of it is there.
 */

import { createPrivateKey, type KeyObject, X509Certificate } from "node:crypto";
import { checkServerIdentity, createSecureContext } from "node:tls";
import { type Clock, DAY, SECOND } from "../base/clock.ts";
import type { Log } from "../base/log.ts";

/** How often the files are looked at, in milliseconds. */
export const RENEWAL_CHECK = 20 * SECOND;

/** How long before its end a certificate is warned of, in milliseconds: by then it should long have been renewed. */
export const EXPIRY_WARNING = 14 * DAY;

/** A certificate, with those that lead to its issuer, and its private key; in PEM. */
export interface KeyPair {
  readonly cert: string;
  readonly key: string;
}

/** Where they are, and what is needed to keep an eye on them. */
export interface CertificateOptions {
  readonly certFile: string;
  readonly keyFile: string;
  readonly clock: Clock;
  readonly log: Log;
}

/** Where a certificate and its key are. */
export type Files = Pick<CertificateOptions, "certFile" | "keyFile">;

/** A pair that can be served, or a sentence that says why it can't. */
export type Examined =
  | { kind: "valid"; pair: KeyPair; leaf: X509Certificate }
  | { kind: "invalid"; problem: string };

/** The certificate in use. */
export class Certificate {
  readonly #options: CertificateOptions;
  #used: Examined & { kind: "valid" };
  /** What was last said of files that can't be used. */
  #problem = "";
  /** When it was last warned of, by the monotonic clock. */
  #warned = -Infinity;

  private constructor(options: CertificateOptions, used: Examined & { kind: "valid" }) {
    this.#options = options;
    this.#used = used;
    this.#warn();
  }

  /** Reads it; throws an `Error` for the operator to read when it can't be used. */
  static async open(options: CertificateOptions): Promise<Certificate> {
    const found = await examine(options);
    if (found.kind === "invalid") throw new Error(found.problem);
    return new Certificate(options, found);
  }

  get pair(): KeyPair {
    return this.#used.pair;
  }

  /** When it ends, in milliseconds since 1970. */
  get expiresAt(): number {
    return Date.parse(this.#used.leaf.validTo);
  }

  /** Looks at the files again; the answer is whether there is another pair to use from now on. */
  async reload(): Promise<boolean> {
    const found = await examine(this.#options, this.#used);
    const isNew = found.kind === "valid" && found !== this.#used;
    if (found.kind === "invalid") this.#refuse(found.problem);
    else this.#take(found, isNew);
    this.#warn();
    return isNew;
  }

  /** Whether it is for this host: a name, or an address without brackets (RFC 9525 section 6). */
  coversHost(host: string): boolean {
    const { subjectAltName: subjectaltname = "" } = this.#used.leaf;
    const peer = { subject: {}, subjectaltname } as Parameters<typeof checkServerIdentity>[1];
    return checkServerIdentity(host, peer) === undefined;
  }

  #take(found: Examined & { kind: "valid" }, isNew: boolean): void {
    this.#problem = "";
    if (!isNew) return;
    this.#used = found;
    this.#warned = -Infinity;
    this.#options.log.info("Renewed certificate in use.", { until: found.leaf.validTo });
  }

  #refuse(flaw: string): void {
    if (flaw === this.#problem) return;
    this.#problem = flaw;
    const { log } = this.#options;
    log.error("Cannot load the renewed certificate: still using the previous one.", {
      because: flaw,
    });
  }

  /** Says once a day that browsers refuse it, or soon will. */
  #warn(): void {
    const { clock, log } = this.#options;
    const { leaf } = this.#used;
    const warning = warningOf(leaf, clock.date());
    if (warning === undefined || clock.now() - this.#warned < DAY) return;
    this.#warned = clock.now();
    log.warn(warning, { from: leaf.validFrom, until: leaf.validTo });
  }
}

function warningOf({ validFrom, validTo }: X509Certificate, now: Date): string | undefined {
  const left = Date.parse(validTo) - now.getTime();
  if (left <= 0) return "The certificate has expired: browsers reject it.";
  if (now.getTime() < Date.parse(validFrom)) {
    return "The certificate is not valid yet: browsers reject it.";
  }
  return left < EXPIRY_WARNING ? "The certificate expires soon: check its renewal." : undefined;
}

/** Reads the files, and tries whether they can be served; what is `used` already is the answer if they hold that. */
export async function examine(
  { certFile, keyFile }: Files,
  used?: Examined & { kind: "valid" },
): Promise<Examined> {
  try {
    const cert = await read(certFile, "certificate");
    const key = await read(keyFile, "key");
    if (used !== undefined && isSame(used.pair, { cert, key })) return used;
    return examinePair({ cert, key }, { certFile, keyFile });
  } catch (error) {
    return { kind: "invalid", problem: (error as Error).message };
  }
}

async function read(file: string, what: string): Promise<string> {
  return await Deno.readTextFile(file).catch((error) => {
    throw new Error(`Cannot use the ${what} ${file}: ${error.code ?? error.name}.`);
  });
}

/** What is wrong with a pair, if anything: the first that is found. */
function examinePair(pair: KeyPair, { certFile, keyFile }: Files): Examined {
  const flawed = (what: string, why: string): Examined => {
    return { kind: "invalid", problem: `Cannot use the ${what}: ${why}.` };
  };
  const leaf = leafOf(pair.cert);
  const key = keyOf(pair.key);
  if (leaf === undefined) return flawed(`certificate ${certFile}`, "it is incomplete or not PEM");
  if (key === undefined) {
    return flawed(`key ${keyFile}`, "it is incomplete, not PEM, or has a passphrase");
  }
  if (!leaf.checkPrivateKey(key)) {
    return flawed(`key ${keyFile}`, `it does not match the certificate ${certFile}`);
  }
  return canBeServed(pair)
    ? { kind: "valid", pair, leaf }
    : flawed(`certificate ${certFile}`, "its key type is not supported");
}

/** The first certificate of a chain; `undefined` when not all of the chain can be read. */
function leafOf(cert: string): X509Certificate | undefined {
  const blocks = cert.split(/(?=-----BEGIN )/).filter((block) => block.startsWith("-----BEGIN "));
  const chain = blocks.map((block) => attempt(() => new X509Certificate(block)));
  return chain.includes(undefined) ? undefined : chain[0];
}

function keyOf(key: string): KeyObject | undefined {
  return attempt(() => createPrivateKey(key));
}

/** Has the runtime try it: for a server it would only say so to whoever connects. */
function canBeServed({ cert, key }: KeyPair): boolean {
  const isServed = attempt(() => {
    createSecureContext({ cert, key });
    Deno.createHttpClient({ cert, key }).close();
    return true;
  });
  return isServed === true;
}

function attempt<T>(action: () => T): T | undefined {
  try {
    return action();
  } catch {
    return undefined;
  }
}

function isSame(one: KeyPair, other: KeyPair): boolean {
  return one.cert === other.cert && one.key === other.key;
}
