/** Two visitors chat in two real browsers. */

import { deepEqual, equal, match, ok } from "node:assert/strict";
import { inEveryEngine } from "./site_fixture.ts";
import { type AnyVisitor, STRANGER_LEFT, TYPING } from "./visitor.ts";

const { everywhere, test, decided } = await inEveryEngine();

everywhere(
  "Page shows every message once on both sides when two people talk",
  async (openFixture) => {
    await using fixture = await openFixture();
    const [ann, bob] = await fixture.pair();
    await ann.say("hello");
    await bob.hears("hello");
    await bob.say("hi there");
    await ann.hears("hi there");
    await ann.say("hello");
    await bob.bubbles.nth(2).waitFor();
    await ann.hasMessages("hello", "hi there", "hello");
    await bob.hasMessages("hello", "hi there", "hello");
    equal(await ann.log.locator(".message.outgoing").count(), 2);
    equal(await bob.log.locator(".message.outgoing").count(), 1);
  },
);

everywhere("Message box sends on Enter and breaks the line on Shift+Enter", async (openFixture) => {
  await using fixture = await openFixture();
  const [ann, bob] = await fixture.pair();
  const { height } = await boxOf(ann);
  await ann.types("one");
  await ann.message.press("Shift+Enter");
  await ann.types("two");
  await ann.message.press("Shift+Enter");
  await ann.types("three");
  equal(await ann.message.inputValue(), "one\ntwo\nthree");
  ok((await boxOf(ann)).height > height, "the box grows with its text");
  await ann.message.press("Enter");
  await bob.hears("two");
  await bob.hasMessages("one\ntwo\nthree");
  match(await bob.bubbles.first().innerText(), /^one\ntwo\nthree$/);
  equal(await ann.message.inputValue(), "");
  equal((await boxOf(ann)).height, height);
});

everywhere(
  "Message box has the focus when a chat begins and after each message",
  async (openFixture) => {
    await using fixture = await openFixture();
    const [ann, bob] = await fixture.pair();
    await ann.isAt(ann.message);
    await ann.page.keyboard.type("with Enter");
    await ann.key("Enter");
    await ann.isAt(ann.message);
    await ann.page.keyboard.type("with a click");
    await ann.press("Send");
    await ann.isAt(ann.message);
    await bob.hears("with a click");
    await bob.isAt(bob.message);
  },
);

decided("Message box sends nothing when it holds only blank space", async (openFixture) => {
  await using fixture = await openFixture();
  const [ann, bob] = await fixture.pair();
  ok(await ann.button("Send").isDisabled());
  await ann.say("   \n ");
  await ann.say("something");
  await bob.hears("something");
  await bob.hasMessages("something");
});

decided("Message box counts what is left when a message gets long", async (openFixture) => {
  await using fixture = await openFixture();
  const [ann] = await fixture.pair();
  await ann.message.fill("x".repeat(1_799));
  equal(await ann.page.getByText(/\d+ left/).count(), 0);
  await ann.message.fill("x".repeat(1_900));
  await ann.sees("100 left");
});

decided(
  "Message box tells a screen reader what is left in steps, not at every key",
  async (openFixture) => {
    await using fixture = await openFixture();
    const [ann] = await fixture.pair();
    const told: string[] = [];
    for (const length of [1_700, 1_800, 1_801, 1_899, 1_900, 1_950, 1_980, 1_999, 2_000]) {
      await ann.message.fill("x".repeat(length));
      told.push(await ann.page.locator(".composer [role=status]").innerText());
    }
    const steps = [200, 200, 200, 100, 100, 20, 20, 0].map((left) => `${left} left`);
    deepEqual(told, ["", ...steps]);
  },
);

decided(
  "Message box keeps a pasted text that is too long, says by how much, and does not send it",
  async (openFixture) => {
    await using fixture = await openFixture();
    const [ann, bob] = await fixture.pair();
    await ann.message.focus();
    await ann.page.keyboard.insertText("x".repeat(2_034)); // As a paste does.
    await ann.sees("-34 left");
    ok(await ann.button("Send").isDisabled());
    await ann.key("Enter");
    equal((await ann.message.inputValue()).length, 2_034);
    for (let left = 34; left > 0; left--) await ann.key("Backspace");
    await ann.sees("0 left");
    await ann.key("Enter");
    await bob.hears("xxx");
    equal((await bob.messages())[0]?.length, 2_000);
  },
);

test("Typing mark appears on a keystroke and disappears on the message", async (openFixture) => {
  await using fixture = await openFixture();
  const [ann, bob] = await fixture.pair({ frozen: true });
  await bob.types("h");
  await ann.sees(TYPING);
  await bob.types("i");
  await bob.message.press("Enter");
  await ann.hears("hi");
  equal(await ann.page.getByText(TYPING).count(), 0);
  await bob.types("a");
  await ann.sees(TYPING);
});

decided(
  "Typing mark clears after three seconds and when the stranger leaves",
  async (openFixture) => {
    await using fixture = await openFixture();
    const [ann, bob] = await fixture.pair({ frozen: true }, { frozen: true });
    await bob.types("h");
    await ann.sees(TYPING);
    await ann.passes(2_999);
    await ann.sees(TYPING);
    await ann.passes(1);
    await ann.loses(TYPING);
    await bob.passes(2_000);
    await bob.types("m");
    await ann.sees(TYPING);
    await bob.leave();
    await ann.reads(STRANGER_LEFT);
    equal(await ann.page.getByText(TYPING).count(), 0);
  },
);

everywhere(
  "Text is shown as text when a message contains HTML, scripts or quote characters",
  async (openFixture) => {
    await using fixture = await openFixture();
    const [ann, bob] = await fixture.pair();
    const texts = [
      `<img src=x onerror="globalThis.harmed = true"><b>bold</b>`,
      `<script>globalThis.harmed = true</script>`,
      `"double" 'single' \`back\` \\ \\" &amp; &lt; \${1 + 1} {{1 + 1}} %00`,
      `</p></div><style>body { display: none }</style>`,
      `{"type":"partner-left"}`,
      `__proto__ constructor null undefined NaN`,
    ];
    for (const text of texts) {
      await ann.say(text);
      await bob.bubbles.nth(texts.indexOf(text)).waitFor();
    }
    await bob.hasMessages(...texts);
    await ann.hasMessages(...texts);
    for (const visitor of [ann, bob]) {
      equal(await visitor.log.locator("img, script, style, b").count(), 0);
      equal(await visitor.evaluate("globalThis.harmed"), undefined);
    }
    await bob.say("still here");
    await ann.hears("still here");
  },
);

decided(
  "Text is text when a message holds bidi overrides or control characters",
  async (openFixture) => {
    await using fixture = await openFixture();
    const [ann, bob] = await fixture.pair();
    await ann.say("photo \u202Egpj.exe\u202C \u2066x\u2069 \u0007bell \u001B[31mred");
    await bob.hears("photo");
    await bob.hasMessages("photo gpj.exe x bell [31mred");
    await ann.hasMessages("photo gpj.exe x bell [31mred");
    await bob.say("שלום, مرحبا, 👩‍👩‍👧 e\u0301");
    await ann.hears("שלום");
    equal((await ann.messages())[1], "שלום, مرحبا, 👩‍👩‍👧 e\u0301");
  },
);

test("Links are made only of http and https, and reveal nothing", async (openFixture) => {
  await using fixture = await openFixture();
  const [ann, bob] = await fixture.pair();
  const text = "see https://example.org/a?b=c&d#e, http://example.com. javascript:alert(1) " +
    "data:text/html,x ftp://example.net file:///etc/passwd mailto:a@example.org";
  await ann.say(text);
  await bob.hears("see");
  const links = bob.log.locator("summary");
  deepEqual(await links.allTextContents(), [
    "https://example.org/a?b=c&d#e",
    "http://example.com",
  ]);
  for (const link of await links.all()) await link.click();
  for (const link of await bob.log.getByRole("link").all()) {
    const rel = (await link.getAttribute("rel") ?? "").split(" ");
    ok(rel.includes("noopener") && rel.includes("noreferrer"), rel.join(" "));
    equal(await link.getAttribute("target"), "_blank");
    match(await link.getAttribute("href") ?? "", /^https?:/);
  }
});

test("Log keeps the newest message in view when it is longer than the screen", async (openFixture) => {
  await using fixture = await openFixture();
  const [ann, bob] = await fixture.pair({ viewport: { width: 320, height: 568 } });
  for (let line = 1; line <= 30; line++) await bob.say(`line ${line}`);
  await ann.hears("line 30");
  const log = await ann.page.getByRole("region", { name: "Conversation" }).boundingBox();
  const newest = await ann.bubbles.last().boundingBox();
  const oldest = await ann.bubbles.first().boundingBox();
  ok(log !== null && newest !== null && oldest !== null);
  ok(newest.y >= log.y && newest.y + newest.height <= log.y + log.height, "the newest is in view");
  ok(oldest.y < log.y, "the oldest has scrolled out");
});

/** The size of the message box. */
async function boxOf({ message }: AnyVisitor): Promise<{ width: number; height: number }> {
  const box = await message.boundingBox();
  if (box === null) throw new Error("Cannot measure the message box: it is not shown");
  return box;
}
