import assert from "node:assert/strict";
import {
  decodeEnvelope,
  encodeEnvelope,
  MAX_MESSAGE_LENGTH,
  MAX_SETUP_BYTES,
} from "../../../client/crypto/envelope.ts";
import { SEALED_SIZES } from "../../../client/crypto/padding.ts";

Deno.test("Envelope has this layout, byte by byte", () => {
  assert.deepEqual(encodeEnvelope({ kind: "text", number: 258, text: "hé" }), {
    kind: 1,
    content: Uint8Array.of(1, 0, 0, 1, 2, 0x68, 0xC3, 0xA9),
  });
  assert.deepEqual(encodeEnvelope({ kind: "typing" }), { kind: 2, content: Uint8Array.of(2) });
  assert.deepEqual(encodeEnvelope({ kind: "received", number: 7 }), {
    kind: 2,
    content: Uint8Array.of(3, 0, 0, 0, 7),
  });
  assert.deepEqual(encodeEnvelope({ kind: "repeat", number: 2 ** 32 - 1 }), {
    kind: 2,
    content: Uint8Array.of(4, 255, 255, 255, 255),
  });
  assert.deepEqual(encodeEnvelope({ kind: "call", says: "unwilling" }), {
    kind: 2,
    content: Uint8Array.of(5, 0, 0, 0, 2),
  });
  assert.deepEqual(encodeEnvelope({ kind: "media", picture: false, sound: true }), {
    kind: 2,
    content: Uint8Array.of(6, 0, 0, 0, 2),
  });
  assert.deepEqual(encodeEnvelope({ kind: "setup", text: "{}" }), {
    kind: 2,
    content: Uint8Array.of(7, 0, 0, 0, 0, 0x7B, 0x7D),
  });
});

Deno.test("Envelope carries any content unchanged", () => {
  for (const text of ["hello", "\u202Ereversed", '"quoted" <b>', "👩‍👩‍👧 🙂", "ا\nب"]) {
    const envelope = { kind: "text", number: 3_000_000_000, text } as const;
    assert.deepEqual(decodeEnvelope(encodeEnvelope(envelope)), envelope);
  }
  for (
    const envelope of [
      { kind: "typing" },
      { kind: "received", number: 0 },
      { kind: "repeat", number: 9 },
      ...(["willing", "unwilling", "over", "unable", "no-relay", "direct"] as const).map((
        says,
      ) => ({ kind: "call", says } as const)),
      { kind: "media", picture: true, sound: false },
      { kind: "setup", text: "x".repeat(MAX_SETUP_BYTES) },
    ] as const
  ) {
    assert.deepEqual(decodeEnvelope(encodeEnvelope(envelope)), envelope);
  }
});

Deno.test("Envelope that is malformed is refused", () => {
  const letters: [kind: number, ...content: number[]][] = [
    [1],
    [1, 1],
    [1, 1, 0, 0, 0],
    [1, 1, 0, 0, 0, 1],
    [1, 2, 0, 0, 0, 1, 65],
    [1, 3, 0, 0, 0, 1],
    [2, 1, 0, 0, 0, 1, 65],
    [2, 3, 0, 0, 1],
    [2, 5, 0, 0, 0, 0],
    [2, 5, 0, 0, 0, 7],
    [2, 7, 0, 0, 0, 0],
    [2, 7, 0, 0, 0, 0, 0xFF],
    [2, 8, 0, 0, 0, 1],
    [1, 5, 0, 0, 0, 1],
    [3, 1, 0, 0, 0, 1, 65],
    [1, 1, 0, 0, 0, 1, 0xFF],
    [1, 1, 0, 0, 0, 1, 0xED, 0xA0, 0x80],
  ];
  for (const [kind, ...content] of letters) {
    assert.equal(decodeEnvelope({ kind, content: Uint8Array.from(content) }), undefined);
  }
});

Deno.test("Envelope is truncated where it is longer than this page would send", () => {
  const text = "a".repeat(MAX_MESSAGE_LENGTH + 1);
  const envelope = decodeEnvelope(encodeEnvelope({ kind: "text", number: 1, text }));
  assert.deepEqual(envelope, { kind: "text", number: 1, text: text.slice(1) });
});

Deno.test("Envelope of the longest message fits into the largest sealed frame", () => {
  const { content } = encodeEnvelope({
    kind: "text",
    number: 1,
    text: "€".repeat(MAX_MESSAGE_LENGTH),
  });
  assert.ok(content.length < SEALED_SIZES.at(-1)! - 24);
  const setup = encodeEnvelope({ kind: "setup", text: "x".repeat(MAX_SETUP_BYTES) });
  assert.ok(setup.content.length < SEALED_SIZES.at(-1)! - 24);
});

Deno.test("Envelope of a set-up is limited in bytes, so that any text of that length fits", () => {
  const setup = (text: string) => decodeEnvelope(encodeEnvelope({ kind: "setup", text }));
  const longest = "é".repeat(MAX_SETUP_BYTES / 2);
  assert.deepEqual(setup(longest), { kind: "setup", text: longest });
  assert.equal(setup(longest + "x"), undefined);
});
