import assert from "node:assert/strict";
import { readCommandLine } from "../../../server/config/command_line.ts";
import { type StartupLine, startupMessage } from "../../../server/commands/startup_message.ts";

/** The startup messages of a server with these options, on port 8000. */
function said(args: string[], isHosted = false): StartupLine[] {
  const command = readCommandLine(args, () => undefined);
  assert.ok(command.kind === "serve");
  return startupMessage(command.config, { port: 8000, isHosted });
}

/** The same messages, without their levels. */
function texts(args: string[], isHosted = false): string[] {
  return said(args, isHosted).map(({ text }) => text);
}

const TLS = ["--tls-cert=cert.pem", "--tls-key=key.pem"];
const CONTACT = "--contact-email=operator@chat.example";

Deno.test("Start-up message tells a new operator in three lines where to look, what to do, and what a public server needs", () => {
  assert.deepEqual(texts([]), [
    "Listening on http://localhost:8000/",
    "Open it in two windows to chat with yourself.",
    "A public server also needs HTTPS and --contact-email: see docs/install.md, and run the doctor command.",
  ]);
});

Deno.test("Start-up message of a public server says only where it listens", () => {
  assert.deepEqual(texts([...TLS, CONTACT]), ["Listening on https://localhost:8000/"]);
  assert.deepEqual(texts(["--trust-proxy=1", CONTACT]), ["Listening on http://localhost:8000/"]);
  assert.deepEqual(texts([CONTACT], true), ["Listening on http://localhost:8000/"]);
});

Deno.test("Start-up message of a public server without a contact address warns", () => {
  const [, missing, ...more] = said(TLS);
  assert.deepEqual([missing?.level, more], ["warn", []]);
  assert.match(missing!.text, /needs --contact-email: see docs\/install\.md/);
  assert.match(texts([], true)[1]!, /needs --contact-email: see docs\/deno-deploy\.md\.$/);
  assert.deepEqual(said([]).map(({ level }) => level), ["info", "info", "info"]);
});
