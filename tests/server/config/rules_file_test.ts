import assert from "node:assert/strict";
import { join } from "node:path";
import { readCommandLine } from "../../../server/config/command_line.ts";
import {
  type HouseRules,
  MAX_RULES_FILE_BYTES,
  parseRules,
  RULES_FILE,
} from "../../../server/config/rules_file.ts";
import { examine, FILE_CHECK } from "../../../server/base/watched_file.ts";
import { checkOperatorFiles } from "../../../server/doctor/operator_files.ts";
import { FakeClock } from "../../support/fake_clock.ts";
import { TempFolder } from "../../support/files.ts";
import { TestServer } from "../../support/server.ts";
import { waitUntil } from "../../support/wait_until.ts";

const paragraph = (text: string): HouseRules[number] => ({ kind: "paragraph", text });
const list = (...items: string[]): HouseRules[number] => ({ kind: "list", items });

Deno.test("Rules file has paragraphs between blank lines, and items that begin with a hyphen", () => {
  const valid: readonly [text: string, rules: HouseRules][] = [
    ["Be kind.", [paragraph("Be kind.")]],
    ["\n\n Be\r\n\tkind. \r\n \r\nÜ 😀\n", [paragraph("Be kind."), paragraph("Ü 😀")]],
    ["- a\n-   b\n  and c\n", [list("a", "b and c")]],
    ["Rules:\n- a\n\n- b\n\nEnd", [paragraph("Rules:"), list("a"), list("b"), paragraph("End")]],
    ["-5 degrees\n-\n--", [paragraph("-5 degrees - --")]],
    ["<b>[x](javascript:y)</b>", [paragraph("<b>[x](javascript:y)</b>")]],
  ];
  for (const [text, value] of valid) {
    assert.deepEqual(parseRules(text), { kind: "valid", value }, JSON.stringify(text));
  }
});

Deno.test("Rules file without text, or with control characters, is refused without its content", () => {
  const refused = {
    "": "it contains no text",
    " \n\t\r\n": "it contains no text",
    "secret\nsecret\u001b[31m": "line 2 has a control character",
    "secret\u0000": "line 1 has a control character",
  };
  for (const [text, reason] of Object.entries(refused)) {
    assert.deepEqual(parseRules(text), { kind: "invalid", reason });
  }
});

Deno.test("Rules file has at most 64 KiB of UTF-8", async () => {
  await using folder = new TempFolder();
  const path = join(folder.path, "rules");
  const reasonFor = async (content: Uint8Array): Promise<string> => {
    await Deno.writeFile(path, content);
    const found = await examine({ ...RULES_FILE, path });
    return found.kind === "valid" ? "" : found.reason;
  };
  assert.equal(MAX_RULES_FILE_BYTES, 65_536);
  assert.equal(await reasonFor(new Uint8Array(65_536).fill(0x61)), "");
  assert.equal(
    await reasonFor(new Uint8Array(65_537).fill(0x61)),
    "it is larger than 65536 bytes",
  );
  assert.equal(await reasonFor(Uint8Array.of(0x61, 0xff)), "it is not UTF-8");
});

Deno.test("Rules that change are shown from the next request on, and a broken file leaves the previous", async () => {
  await using folder = new TempFolder();
  const file = join(folder.path, "rules");
  await Deno.writeTextFile(file, "First");
  await using server = await TestServer.start({ args: [`--rules-file=${file}`] });
  const shown = async (): Promise<string | undefined> =>
    /<section id="rules"[^>]*>(.*?)<\/section>/.exec(
      await (await server.fetch("/rules")).text(),
    )?.[1];
  const change = async (content: string): Promise<string | undefined> => {
    await Deno.writeTextFile(file, content);
    await server.chat.reload();
    return await shown();
  };
  assert.equal(await shown(), "<p>First</p>");
  assert.equal(await change("Second & last\n- a\n"), "<p>Second &amp; last</p><ul><li>a</li></ul>");
  for (const broken of ["", "a\u0000b", "x".repeat(MAX_RULES_FILE_BYTES + 1)]) {
    assert.equal(await change(broken), "<p>Second &amp; last</p><ul><li>a</li></ul>");
    assert.deepEqual(server.chat.health, { status: "degraded", failing: ["rules file"] });
  }
  await Deno.remove(file);
  await server.chat.reload();
  assert.equal(await shown(), "<p>Second &amp; last</p><ul><li>a</li></ul>");
  assert.equal(await change("Third"), "<p>Third</p>");
  assert.deepEqual(server.chat.health, { status: "ok", failing: [] });
});

Deno.test("Rules file is read again without a signal", async () => {
  await using folder = new TempFolder();
  const file = join(folder.path, "rules");
  await Deno.writeTextFile(file, "First");
  const clock = new FakeClock();
  await using server = await TestServer.start({ clock, args: [`--rules-file=${file}`] });
  await Deno.writeTextFile(file, "Second");
  await waitUntil(async () => {
    clock.advance(FILE_CHECK);
    return (await (await server.fetch("/rules")).text()).includes("<p>Second</p>");
  });
});

Deno.test("Doctor reads the rules file as the server does", async () => {
  await using folder = new TempFolder();
  const file = join(folder.path, "rules");
  const command = readCommandLine(["doctor", `--rules-file=${file}`], () => undefined);
  assert.ok(command.kind === "doctor");
  await Deno.writeTextFile(file, "secret\u0000");
  const [broken] = await checkOperatorFiles(command.config);
  assert.equal(broken!.kind, "problem");
  assert.match(broken!.message, /line 1 has a control character$/);
  assert.doesNotMatch(JSON.stringify(broken), /secret/);
  await Deno.writeTextFile(file, "Be kind.");
  assert.deepEqual((await checkOperatorFiles(command.config)).map(({ kind }) => kind), ["ok"]);
});
