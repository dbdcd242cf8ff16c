import assert from "node:assert/strict";
import { readConfig } from "../server/config.ts";
import { startupMessage } from "../server/startup_message.ts";

/** What a server with these options says, on port 8000. */
function said(args: string[], isHosted = false): string[] {
  const command = readConfig(args, () => undefined);
  assert.ok(command.kind === "serve");
  return startupMessage(command.config, { port: 8000, isHosted });
}

const TLS = ["--tls-cert=cert.pem", "--tls-key=key.pem"];
const CONTACT = "--contact-email=operator@chat.example";

Deno.test("Start-up tells a newcomer in three lines where to look, what to do, and what the public needs", () => {
  const [address, trial, missing, ...more] = said([]);
  assert.equal(address, "Listening on http://localhost:8000/");
  assert.match(trial!, /two windows/);
  assert.match(missing!, /HTTPS and --contact-email.* docs\/operating\.md.* doctor /);
  assert.deepEqual(more, []);
});

Deno.test("Start-up of a public server says only where it listens", () => {
  const address = "Listening on http://localhost:8000/";
  assert.deepEqual(said([...TLS, CONTACT]), [address.replace("http:", "https:")]);
  assert.deepEqual(said(["--trust-proxy=1", CONTACT]), [address]);
  assert.deepEqual(said([CONTACT], true), [address]);
});

Deno.test("Start-up names exactly what is missing", () => {
  const [, contact, ...noMore] = said(TLS);
  assert.match(contact!, /needs --contact-email: see/);
  assert.doesNotMatch(contact!, /HTTPS/);
  assert.deepEqual(noMore, []);
  assert.match(said([CONTACT]).at(-1)!, /needs HTTPS: see/);
});
