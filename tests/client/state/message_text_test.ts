import assert from "node:assert/strict";
import { cleanText, segments } from "../../../client/state/message_text.ts";
import { Stopwatch } from "../../support/stopwatch.ts";

Deno.test("Message text loses control characters and bidi overrides, and nothing else", () => {
  assert.equal(cleanText("  hi\u0000 th\u001Bere\u007F \n"), "hi there");
  assert.equal(cleanText("\u202Egpj.exe\u2066"), "gpj.exe");
  assert.equal(cleanText("a\r\nb\rc\u2028d\te"), "a\nb\nc\nd\te");
  const kept = "<b>\"quoted\" & 'single'</b> 👩‍👩‍👧 שלום \u200Fعربى می\u200Cخواهم";
  assert.equal(cleanText(kept), kept);
});

Deno.test("Message text makes links only of http and https, without trailing punctuation", () => {
  assert.deepEqual(segments("see https://a.example/b?c=d#e, or (http://x.example/y)."), [
    { text: "see " },
    { text: "https://a.example/b?c=d#e", host: "a.example" },
    { text: ", or (" },
    { text: "http://x.example/y", host: "x.example" },
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
    "http://[::1]/",
    "http://2130706433/",
    "https://exam\u00ADple.com",
    "https://999.999.999.999/",
    "xhttps://a.example",
    '<a href="x">',
    "",
  ];
  for (const text of texts) {
    assert.ok(segments(text).every(({ host }) => host === undefined), text);
    assert.equal(segments(text).map((segment) => segment.text).join(""), text);
  }
});

Deno.test("Message text after a link never changes its host, in any script", () => {
  const followers = [
    ..."。，、；：！？）】」』》〉…～．｡､／",
    ..."؟،؛۔।॥๚๛»”’›—–·\u00AD\u200B\u200E\u200F\u2060\u3000👍",
    ...[
      "谢谢",
      "です",
      "입니다",
      "ครับ",
      "ฯ",
      "-",
      "--",
      "_",
      "\\@evil.example",
      ":谢谢",
      "./",
    ],
    ...["，me@evil.example", "。evil.example", "。/evil.example", "．evil.example"],
  ];
  for (const follower of followers) {
    for (
      const [link, host] of [["https://example.com", "example.com"], ["http://例え.jp:81", ""]]
    ) {
      const found = segments(`见${link}${follower}谢谢 https://next.example`);
      assert.equal(found[1]?.text, link, follower);
      assert.equal(found[1]?.host, host || "xn--r8jz45g.jp:81");
      assert.equal(found.at(-1)?.host, "next.example");
    }
  }
});

Deno.test("Message text names the host that a browser would contact", () => {
  const hosts = {
    "https://google.com@evil.example/": "evil.example",
    "https://google.com:443@a@evil.example:8080/": "evil.example:8080",
    "https://аpple.com/": "xn--pple-43d.com",
    "https://ｇoogle.com": "google.com",
    "https://xn--80ak6aa92e.com/?q": "xn--80ak6aa92e.com",
    "HTTPS://EXAMPLE.COM/A": "example.com",
    "https://müller.de/ä#ö": "xn--mller-kva.de",
    "https://пример.рф/путь": "xn--e1afmkfd.xn--p1ai",
    "http://192.168.0.1:8080/x": "192.168.0.1:8080",
    "http://0x7f.1/": "127.0.0.1",
  };
  for (const [link, host] of Object.entries(hosts)) {
    assert.deepEqual(segments(link), [{ text: link, host }]);
  }
});

Deno.test("Message text finds links where the browser has no URL.canParse", () => {
  const { canParse } = URL;
  Reflect.deleteProperty(URL, "canParse");
  try {
    assert.equal(segments("https://a.example/")[0]?.host, "a.example");
  } finally {
    URL.canParse = canParse;
  }
});

Deno.test("Message text of any kind is split into links in little time", () => {
  const texts = ["https://", "https://a", "a@", "a.", ".", "xn--", "谢", "/?"].flatMap((part) =>
    ["https://", "https://a.a", "https://a.a/", ""].map((start) => start + part.repeat(700))
  );
  const watch = new Stopwatch();
  for (const text of texts) segments(text);
  assert.ok(watch.ms < 1_000, `${watch.ms} ms`);
});
