/**
 * How a certificate authority is shown that a name is ours (ACME, RFC 8555 section 8.3): it asks over plain HTTP for a
 * file that only we could have put there. `certbot certonly --webroot` writes it and deletes it again; the program only
 * reads. The last part of a path comes from a stranger and becomes the name of a file, so it has the characters of a
 * token and no others: no dot, no slash, nothing encoded.
 */

import { join } from "node:path";

/** Where the files lie, in a webroot as in a URL. */
const CHALLENGES = "/.well-known/acme-challenge/";

/** A token is base64url (RFC 8555 section 8.3). */
const TOKEN = /^[\w-]{1,128}$/;

/** What is in such a file: the token, a dot, and the thumbprint of an account's key. */
const CONTENT = /^[\w-]{1,128}\.[\w-]{1,128}\s*$/;

/** More bytes than a file may have. */
const MAX_BYTES = 512;

/** The content of the file that is asked for; `undefined` where there is none. */
export function acmeChallenge(webroot: string, target: string): string | undefined {
  if (!target.startsWith(CHALLENGES)) return undefined;
  const token = target.slice(CHALLENGES.length);
  if (!TOKEN.test(token)) return undefined;
  const content = readStart(join(webroot, CHALLENGES, token));
  return content !== undefined && CONTENT.test(content) ? content : undefined;
}

/** The first bytes of a file, as text. */
function readStart(path: string): string | undefined {
  try {
    using file = Deno.openSync(path);
    const bytes = new Uint8Array(MAX_BYTES);
    return new TextDecoder().decode(bytes.subarray(0, file.readSync(bytes) ?? 0));
  } catch {
    return undefined; // It isn't there, or is no file.
  }
}
