import assert from "node:assert/strict";
import { cleanText, segments } from "../../../client/state/message_text.ts";

Deno.test("Message text loses control characters and bidi overrides, and nothing else", () => {
  assert.equal(cleanText("  hi\u0000 th\u001Bere\u007F \n"), "hi there");
  assert.equal(cleanText("\u202Egpj.exe\u2066"), "gpj.exe");
  assert.equal(cleanText("a\r\nb\rc\u2028d\te"), "a\nb\nc\nd\te");
  const kept = "<b>\"quoted\" & 'single'</b> 👩‍👩‍👧 שלום \u200Fعربى می\u200Cخواهم";
  assert.equal(cleanText(kept), kept);
});

Deno.test("Message text makes only http and https clickable, without trailing punctuation", () => {
  assert.deepEqual(segments("see https://a.example/b?c=d#e, or (http://x.example/y)."), [
    { text: "see " },
    { text: "https://a.example/b?c=d#e", href: "https://a.example/b?c=d#e" },
    { text: ", or (" },
    { text: "http://x.example/y", href: "http://x.example/y" },
    { text: ")." },
  ]);
});

Deno.test("Message text leaves everything else unchanged", () => {
  const texts = [
    "javascript:alert(1)",
    "data:text/html,<script>",
    "www.example.org",
    "https://",
    "http://[bad",
    "xhttps://a.example",
    '<a href="x">',
    "",
  ];
  for (const text of texts) {
    assert.ok(segments(text).every(({ href }) => href === undefined), text);
    assert.equal(segments(text).map((segment) => segment.text).join(""), text);
  }
});
