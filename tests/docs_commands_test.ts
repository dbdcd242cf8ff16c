/** Every shell block of the documents is run as written, or listed here with the reason why it can't be. */

import assert from "node:assert/strict";
import { type Block, blocksIn, ScratchRoot } from "./support/document_commands.ts";
import { BINARY } from "./support/program.ts";
import { succeeds } from "./support/installed.ts";

const root = new URL("../", import.meta.url);

/** The blocks that aren't run: their document, how they begin, and why. */
const NOT_RUN: readonly (readonly [document: string, beginning: string, reason: string])[] = [
  ["README.md", "npx -y deno@2.9.6 task start", "task test runs this test; signals_test.ts starts"],
  ["README.md", "npx -y deno@2.9.6 task compile", "downloads a runtime; compile_test.ts runs it"],
  ["README.md", "docker build", "needs Docker, and images from the internet"],
  ["CONTRIBUTING.md", "npx -y deno@2.9.6 task dev", "runs until it is stopped; ok runs this test"],
  ["CONTRIBUTING.md", "deno task build", "runs tests, and needs an installed Deno"],
  ["docs/containers.md", "docker build", "needs Docker, and images from the internet"],
  ["docs/install.md", "gh attestation", "needs GitHub and a published release"],
  ["docs/install.md", "npx -y deno@2.9.6 task compile", "downloads a runtime; see compile_test.ts"],
  ["docs/reverse-proxy.md", "anonymous-chat doctor", "needs a proxy; doctor_test.ts has several"],
  ["docs/testing.md", "npx -y deno@2.9.6 task test", "runs this test"],
  [
    "docs/tls.md",
    "mkdir -p /var/lib",
    "an excerpt: … stands for the options of the block above it",
  ],
  ["docs/translating.md", "deno test", "runs tests, and needs an installed Deno"],
];

async function documents(): Promise<string[]> {
  const pages = await Array.fromAsync(Deno.readDir(new URL("docs/", root)), ({ name }) => name);
  const others = ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "SECURITY.md"];
  return [
    ...others,
    ...pages.filter((name) => name.endsWith(".md")).sort().map((one) => `docs/${one}`),
  ];
}

async function allBlocks(): Promise<Block[]> {
  const names = await documents();
  const texts = names.map(async (name) =>
    blocksIn(name, await Deno.readTextFile(new URL(name, root)))
  );
  return (await Promise.all(texts)).flat();
}

function isRun({ document, text }: Block): boolean {
  return !NOT_RUN.some(([name, beginning]) => name === document && text.startsWith(beginning));
}

/** What each document's commands must print, apart from succeeding. */
const PRINTED: Readonly<Record<string, readonly RegExp[]>> = {
  "docs/install.md": [
    /: OK\n/,
    /^ok {2}options: valid and consistent$/m,
    /^ok {2}certificate: |^!! {2}certificate: it expires/m,
    /^ok {2}--env-file: \S+ sets 8 options$/m,
    /^"build":"1234567"$/m,
  ],
};

const blocks = await allBlocks();

Deno.test("Every shell block that isn't run exists in its document", () => {
  for (const [document, beginning] of NOT_RUN) {
    const found = blocks.filter((one) =>
      one.document === document && one.text.startsWith(beginning)
    );
    assert.equal(found.length, 1, `${document}: ${beginning}`);
  }
});

Deno.test("Every fenced block of commands is marked as a shell block", async () => {
  for (const document of await documents()) {
    const text = await Deno.readTextFile(new URL(document, root));
    for (const [, language, body] of text.matchAll(/^ *```(\w*)\n([^]*?)^ *```$/gm)) {
      if (language === "sh") continue;
      const command = /^\s*(npx|deno|docker|anonymous-chat|systemctl|apt-get|curl|sudo) .*$/m;
      assert.equal(command.exec(body ?? "")?.[0], undefined, document);
    }
  }
});

/** Whether the commands can run here: most documents say that root runs them. */
const isPossible = BINARY === undefined && Deno.uid() === 0 &&
  await succeeds("sqlite3", ["-version"]) !== undefined &&
  await succeeds("openssl", ["version"]) !== undefined &&
  await succeeds("redis-server", ["--version"]) !== undefined;
if (!isPossible) {
  // deno-lint-ignore no-console -- the one line that says what is missing
  console.log(
    "Root, openssl, sqlite3 and redis-server are not all here: the commands of the documents are not run.",
  );
}

for (const document of new Set(blocks.filter(isRun).map((one) => one.document))) {
  Deno.test({
    name: `The commands of ${document} run as they are written`,
    ignore: !isPossible,
    fn: async () => {
      await using scratch = new ScratchRoot();
      await scratch.prepare();
      const here = blocks.filter((one) => one.document === document && isRun(one));
      const { code, output } = await scratch.run(here);
      assert.equal(code, 0, output);
      for (const line of PRINTED[document] ?? []) assert.match(output, line);
    },
  });
}
