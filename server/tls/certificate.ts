/**
 * The TLS certificate of the server and its private key: two PEM files, as written by certbot and other tools. They are
 * renewed while the program runs.
 *
 *     files ──read──> valid? ──yes──> used for new connections
 *                       └─────no────> logged once; the previous pair remains in use
 *
 * The files are checked again every RENEWAL_CHECK, so a renewal needs no signal. Open connections are not affected.
 *
 * A pair is used only if both files are complete, the key matches the certificate, and the runtime can serve the pair.
 * A server that was given an invalid pair once would accept no more connections. Because of this check, the files may
 * be written in any order, and reading a half-written file does no harm.
 */

import { createPrivateKey, type KeyObject, X509Certificate } from "node:crypto";
import { checkServerIdentity, createSecureContext } from "node:tls";
import { type Clock, DAY, SECOND } from "../base/clock.ts";
import type { Log } from "../base/log.ts";
import { readTextFile } from "../base/text_file.ts";

/** Interval between checks of the files, in milliseconds. */
export const RENEWAL_CHECK = 20 * SECOND;

/** How long before its expiry a warning is logged, in milliseconds. A working renewal happens well before that. */
export const EXPIRY_WARNING = 14 * DAY;

/** A certificate with its chain, and its private key, in PEM. */
export interface KeyPair {
  readonly cert: string;
  readonly key: string;
}

export interface CertificateOptions {
  readonly certFile: string;
  readonly keyFile: string;
  readonly clock: Clock;
  readonly log: Log;
}

/** The paths of a certificate and its key. */
export type Files = Pick<CertificateOptions, "certFile" | "keyFile">;

/** A pair that can be served, or a sentence for the operator that explains why not. */
export type Examined =
  | { kind: "valid"; pair: KeyPair; leaf: X509Certificate }
  | { kind: "invalid"; problem: string };

/** The certificate in use. */
export class Certificate {
  readonly #options: CertificateOptions;
  #used: Examined & { kind: "valid" };
  /** The problem that was last logged, so that it isn't logged at every check. */
  #problem = "";
  /** When the last warning was logged, by the monotonic clock. */
  #warned = -Infinity;
  /** The check that runs, or has run last, and the one that waits for it. */
  #current: Promise<boolean> = Promise.resolve(false);
  #next: Promise<boolean> | undefined;

  private constructor(options: CertificateOptions, used: Examined & { kind: "valid" }) {
    this.#options = options;
    this.#used = used;
    this.#warn();
  }

  /** Reads the files. If they can't be used, throws an `Error` with a message for the operator. */
  static async open(options: CertificateOptions): Promise<Certificate> {
    const found = await examine(options);
    if (found.kind === "invalid") throw new Error(found.problem);
    return new Certificate(options, found);
  }

  get pair(): KeyPair {
    return this.#used.pair;
  }

  /** When the certificate expires, in milliseconds since 1970. */
  get expiresAt(): number {
    return Date.parse(this.#used.leaf.validTo);
  }

  /** Whether the files can't be used, or browsers reject the certificate in use. */
  get isFailing(): boolean {
    return this.#problem !== "" || isRejected(this.#used.leaf, this.#options.clock.date());
  }

  /**
   * Reads the files again. Resolves with whether a new pair is in use. One check runs at a time and one waits, so that an
   * older check can't undo a newer one, and a file system that hangs doesn't let them pile up.
   */
  async reload(): Promise<boolean> {
    this.#next ??= this.#current.then(() => {
      this.#next = undefined;
      return this.#current = this.#reload();
    });
    return await this.#next;
  }

  async #reload(): Promise<boolean> {
    const found = await examine(this.#options, this.#used);
    const isNew = found.kind === "valid" && found !== this.#used;
    if (found.kind === "invalid") this.#logProblem(found.problem);
    else this.#use(found, isNew);
    this.#warn();
    return isNew;
  }

  /** Whether the certificate is valid for a host: a name, or an address without brackets (RFC 9525 section 6). */
  coversHost(host: string): boolean {
    const { subjectAltName: subjectaltname = "" } = this.#used.leaf;
    const peer = { subject: {}, subjectaltname } as Parameters<typeof checkServerIdentity>[1];
    return checkServerIdentity(host, peer) === undefined;
  }

  #use(found: Examined & { kind: "valid" }, isNew: boolean): void {
    const { log } = this.#options;
    const wasFailing = this.#problem !== "";
    this.#problem = "";
    if (wasFailing && !isNew) log.info("The certificate files are valid again.");
    if (!isNew) return;
    this.#used = found;
    this.#warned = -Infinity;
    log.info("Renewed certificate in use.", { until: found.leaf.validTo });
  }

  #logProblem(problem: string): void {
    if (problem === this.#problem) return;
    this.#problem = problem;
    const { log } = this.#options;
    log.error("Cannot load the renewed certificate: still using the previous one.", {
      because: problem,
    });
  }

  /** Warns once a day if browsers reject the certificate, or soon will. */
  #warn(): void {
    const { clock, log } = this.#options;
    const { leaf } = this.#used;
    const warning = warningOf(leaf, clock.date());
    if (warning === undefined || clock.now() - this.#warned < DAY) return;
    this.#warned = clock.now();
    log.warn(warning, { from: leaf.validFrom, until: leaf.validTo });
  }
}

function isRejected({ validFrom, validTo }: X509Certificate, now: Date): boolean {
  return now.getTime() < Date.parse(validFrom) || now.getTime() >= Date.parse(validTo);
}

function warningOf({ validFrom, validTo }: X509Certificate, now: Date): string | undefined {
  const left = Date.parse(validTo) - now.getTime();
  if (left <= 0) return "The certificate has expired: browsers reject it.";
  if (now.getTime() < Date.parse(validFrom)) {
    return "The certificate is not valid yet: browsers reject it.";
  }
  return left < EXPIRY_WARNING ? "The certificate expires soon: check its renewal." : undefined;
}

/** Reads the files and checks whether they can be served. Returns `used` itself if they have not changed. */
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

/** Maximum size of a certificate with its chain, or of a key, in bytes. */
const MAX_PEM_BYTES = 1024 * 1024;

async function read(file: string, what: string): Promise<string> {
  const found = await readTextFile(file, MAX_PEM_BYTES);
  if (found.kind === "read") return found.text;
  throw new Error(`Cannot use the ${what} ${file}: ${found.reason}.`);
}

/** Checks a pair, and reports the first problem. */
function examinePair(pair: KeyPair, { certFile, keyFile }: Files): Examined {
  const invalid = (what: string, why: string): Examined => {
    return { kind: "invalid", problem: `Cannot use the ${what}: ${why}.` };
  };
  const leaf = leafOf(pair.cert);
  const key = keyOf(pair.key);
  if (leaf === undefined) return invalid(`certificate ${certFile}`, "it is incomplete or not PEM");
  if (key === undefined) {
    return invalid(`key ${keyFile}`, "it is incomplete, not PEM, or has a passphrase");
  }
  if (!leaf.checkPrivateKey(key)) {
    return invalid(`key ${keyFile}`, `it does not match the certificate ${certFile}`);
  }
  return canBeServed(pair)
    ? { kind: "valid", pair, leaf }
    : invalid(`certificate ${certFile}`, "its key type is not supported");
}

/** The first certificate of a chain, or `undefined` if any certificate of the chain can't be parsed. */
function leafOf(cert: string): X509Certificate | undefined {
  const blocks = cert.split(/(?=-----BEGIN )/).filter((block) => block.startsWith("-----BEGIN "));
  const chain = blocks.map((block) => attempt(() => new X509Certificate(block)));
  return chain.includes(undefined) ? undefined : chain[0];
}

function keyOf(key: string): KeyObject | undefined {
  return attempt(() => createPrivateKey(key));
}

/** Lets the runtime load the pair. A server would report an unsupported pair only when a client connects. */
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
