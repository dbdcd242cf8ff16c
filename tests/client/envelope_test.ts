import assert from "node:assert/strict";
import { decodeEnvelope, encodeEnvelope, MAX_MESSAGE_LENGTH } from "../../client/envelope.ts";
import { SEALED_SIZES } from "../../client/padding.ts";

Deno.test("Envelope has this layout, byte by byte", () => {
  assert.deepEqual(encodeEnvelope({ kind: "text", text: "hé" }), {
    kind: 1,
    content: Uint8Array.of(1, 0x68, 0xC3, 0xA9),
  });
  assert.deepEqual(encodeEnvelope({ kind: "typing" }), { kind: 2, content: Uint8Array.of(2) });
});

Deno.test("Envelope survives the way there, whatever is written", () => {
  for (const text of ["hello", "\u202Ereversed", '"quoted" <b>', "👩‍👩‍👧 🙂", "ا\nب"]) {
    assert.deepEqual(decodeEnvelope(encodeEnvelope({ kind: "text", text })), {
      kind: "text",
      text,
    });
  }
  assert.deepEqual(decodeEnvelope(encodeEnvelope({ kind: "typing" })), { kind: "typing" });
});

Deno.test("Envelope is refused when it is none", () => {
  const letters: [kind: number, ...content: number[]][] = [
    [1],
    [1, 1],
    [1, 2, 65],
    [2, 1, 65],
    [3, 1, 65],
    [1, 1, 0xFF],
    [1, 1, 0xED, 0xA0, 0x80],
  ];
  for (const [kind, ...content] of letters) {
    assert.equal(decodeEnvelope({ kind, content: Uint8Array.from(content) }), undefined);
  }
});

Deno.test("Envelope cuts what is longer than this page would send", () => {
  const text = "a".repeat(MAX_MESSAGE_LENGTH + 1);
  const envelope = decodeEnvelope(encodeEnvelope({ kind: "text", text }));
  assert.deepEqual(envelope, { kind: "text", text: text.slice(1) });
});

Deno.test("Envelope of the longest message fits into the largest sealed frame", () => {
  const { content } = encodeEnvelope({ kind: "text", text: "€".repeat(MAX_MESSAGE_LENGTH) });
  assert.ok(content.length < SEALED_SIZES.at(-1)! - 24);
});
