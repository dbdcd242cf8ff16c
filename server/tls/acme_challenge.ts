/**
 * Answers ACME HTTP-01 challenges (RFC 8555 section 8.3): to check who controls a name, a certificate authority
 * requests a file over plain HTTP that only the operator can have put there. `certbot certonly --webroot` writes and
 * deletes it. This program only reads it. The last segment of the path is untrusted and becomes a file name. So it may
 * contain only the characters of a token: no dot, no slash, no percent-encoding.
 */

import { join } from "node:path";

/** The directory of the challenges, in the webroot and in the URL. */
const CHALLENGES = "/.well-known/acme-challenge/";

/** A token is base64url (RFC 8555 section 8.3). */
const TOKEN = /^[\w-]{1,128}$/;

/** The content of a challenge file: the token, a dot, and the thumbprint of the account key. */
const CONTENT = /^[\w-]{1,128}\.[\w-]{1,128}\s*$/;

/** How much of a file is read, in bytes: more than a valid one contains. */
const MAX_BYTES = 512;

/** The content of the requested challenge file, or `undefined` if there is no valid one. */
export function acmeChallenge(webroot: string, target: string): string | undefined {
  if (!target.startsWith(CHALLENGES)) return undefined;
  const token = target.slice(CHALLENGES.length);
  if (!TOKEN.test(token)) return undefined;
  const content = readStart(join(webroot, CHALLENGES, token));
  return content !== undefined && CONTENT.test(content) ? content : undefined;
}

/** The first `MAX_BYTES` of a file, as text. */
function readStart(path: string): string | undefined {
  try {
    using file = Deno.openSync(path);
    const bytes = new Uint8Array(MAX_BYTES);
    return new TextDecoder().decode(bytes.subarray(0, file.readSync(bytes) ?? 0));
  } catch {
    return undefined; // It does not exist or is not a file.
  }
}
