import assert from "node:assert/strict";
import { decodeEnvelope, encodeEnvelope, MAX_MESSAGE_LENGTH } from "../../client/envelope.ts";
import { MAX_FRAME_BYTES } from "../../protocol.ts";

Deno.test("Envelope has this layout, byte by byte", () => {
  assert.deepEqual(
    encodeEnvelope({ kind: "text", text: "hé" }),
    Uint8Array.of(1, 1, 0x68, 0xC3, 0xA9),
  );
  assert.deepEqual(encodeEnvelope({ kind: "typing" }), Uint8Array.of(2, 2));
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
  const frames = [[], [1], [1, 1], [1, 2, 65], [2, 1, 65], [3, 1, 65], [1, 1, 0xFF], [
    1,
    1,
    0xED,
    0xA0,
    0x80,
  ]];
  for (const frame of frames) assert.equal(decodeEnvelope(Uint8Array.from(frame)), undefined);
});

Deno.test("Envelope cuts what is longer than this page would send", () => {
  const text = "a".repeat(MAX_MESSAGE_LENGTH + 1);
  const envelope = decodeEnvelope(encodeEnvelope({ kind: "text", text }));
  assert.deepEqual(envelope, { kind: "text", text: text.slice(1) });
});

Deno.test("Envelope of the longest message fits into a frame", () => {
  const longest = encodeEnvelope({ kind: "text", text: "€".repeat(MAX_MESSAGE_LENGTH) });
  assert.ok(longest.length <= MAX_FRAME_BYTES);
});
