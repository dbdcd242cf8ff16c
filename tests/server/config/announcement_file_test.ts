import assert from "node:assert/strict";
import { join } from "node:path";
import {
  MAX_ANNOUNCEMENT_FILE_BYTES,
  parseAnnouncement,
} from "../../../server/config/announcement_file.ts";
import { readCommandLine } from "../../../server/config/command_line.ts";
import { checkOperatorFiles } from "../../../server/doctor/operator_files.ts";
import { TempFolder } from "../../support/files.ts";
import { TestServer } from "../../support/server.ts";

Deno.test("Announcement file has what the option allows, in one line or several", () => {
  const valid = {
    "": "",
    "\n": "",
    " We move\r\non\tSunday. \n": "We move on Sunday.",
    "ü 😀": "ü 😀",
  };
  for (const [text, value] of Object.entries(valid)) {
    assert.deepEqual(parseAnnouncement(text), { kind: "valid", value });
  }
  for (const text of ["x".repeat(501), "a\u0000b", "a\u001b[31mb"]) {
    assert.deepEqual(parseAnnouncement(text), {
      kind: "invalid",
      reason: "it is not a line of at most 500 characters",
    });
  }
  assert.ok("\u{1F600}".repeat(250).length <= 500 && MAX_ANNOUNCEMENT_FILE_BYTES >= 4 * 500);
});

Deno.test("Announcement that changes is shown from the next request on, and a broken one leaves the previous", async () => {
  await using folder = new TempFolder();
  const file = join(folder.path, "announcement");
  await Deno.writeTextFile(file, "First");
  await using server = await TestServer.start({ args: [`--announcement-file=${file}`] });
  const shown = async (): Promise<string | undefined> =>
    /class="announcements"[^>]*><p>([^<]*)/.exec(await (await server.fetch("/")).text())?.[1];
  const change = async (content: string | Uint8Array): Promise<string | undefined> => {
    await Deno.writeFile(
      file,
      typeof content === "string" ? new TextEncoder().encode(content) : content,
    );
    await server.chat.reload();
    return await shown();
  };
  assert.equal(await shown(), "First");
  assert.equal(await change("Second & last"), "Second &amp; last");
  for (
    const broken of [
      "x".repeat(501),
      Uint8Array.of(0x61, 0xff),
      "x".repeat(MAX_ANNOUNCEMENT_FILE_BYTES + 1),
    ]
  ) {
    assert.equal(await change(broken), "Second &amp; last");
    assert.deepEqual(server.chat.health, { status: "degraded", failing: ["announcement"] });
  }
  await Deno.remove(file);
  await server.chat.reload();
  assert.equal(await shown(), "Second &amp; last");
  assert.equal(await change(""), undefined);
  assert.deepEqual(server.chat.health, { status: "ok", failing: [] });
});

Deno.test("Announcement is given either as an option or as a file", () => {
  const command = readCommandLine(["--announcement=a", "--announcement-file=b"], () => undefined);
  assert.ok(command.kind === "invalid");
  assert.match(command.errors.join(), /use either --announcement or --announcement-file/);
});

Deno.test("Doctor reads the operator's files as the server does", async () => {
  await using folder = new TempFolder();
  const deny = join(folder.path, "deny");
  await Deno.writeTextFile(deny, "203.0.113.7\nsecret\n");
  const args = [`--deny-file=${deny}`, `--announcement-file=${folder.path}`];
  const command = readCommandLine(["doctor", ...args], () => undefined);
  assert.ok(command.kind === "doctor");
  const findings = await checkOperatorFiles(command.config);
  assert.deepEqual(findings.map(({ kind }) => kind), ["problem", "problem"]);
  assert.match(findings[0]!.message, /line 2 doesn't begin with/);
  assert.match(findings[1]!.message, /it is not a file$/);
  assert.doesNotMatch(JSON.stringify(findings), /secret|203\.0/);
  await Deno.writeTextFile(deny, "203.0.113.7\n");
  assert.equal((await checkOperatorFiles(command.config))[0]!.kind, "ok");
});
