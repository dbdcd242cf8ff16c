import assert from "node:assert/strict";
import { HeardTexts, MAX_HEARD } from "../../../client/crypto/heard_texts.ts";

const TEXT = "heyimsoboredadmeonsnapana";

Deno.test("Heard texts recognize only what the previous stranger has sent", async () => {
  const heard = new HeardTexts();
  heard.begin();
  assert.equal(await heard.hear(TEXT), false);
  assert.equal(await heard.hear(TEXT), false, "the same stranger may repeat it");
  heard.begin();
  assert.equal(await heard.hear(`${TEXT}x`), false);
  assert.equal(await heard.hear(TEXT), true);
  heard.begin();
  assert.equal(await heard.hear(TEXT), true);
  heard.begin();
  heard.begin();
  assert.equal(await heard.hear(TEXT), false, "the stranger in between did not send it");
});

Deno.test("Heard texts belong to the chat in which they arrived, also if the next one begins meanwhile", async () => {
  const heard = new HeardTexts();
  heard.begin();
  const hearing = heard.hear(TEXT);
  heard.begin();
  assert.equal(await hearing, false);
  assert.equal(await heard.hear(TEXT), true);
});

Deno.test("Heard texts of a stranger are limited in number", async () => {
  const heard = new HeardTexts();
  heard.begin();
  for (let n = 0; n <= MAX_HEARD; n++) await heard.hear(`${TEXT}${n}`);
  heard.begin();
  assert.equal(await heard.hear(`${TEXT}${MAX_HEARD - 1}`), true);
  assert.equal(await heard.hear(`${TEXT}${MAX_HEARD}`), false);
});

Deno.test("Heard texts are hashed with a key that can't be exported, and that no other page has", async () => {
  const { generateKey, sign } = crypto.subtle;
  const keys: CryptoKey[] = [];
  const hashes: string[] = [];
  crypto.subtle.generateKey = async (...args: unknown[]) => {
    const key = await Reflect.apply(generateKey, crypto.subtle, args);
    keys.push(key);
    return key;
  };
  crypto.subtle.sign = async (...args: Parameters<typeof sign>) => {
    const hash = await Reflect.apply(sign, crypto.subtle, args);
    hashes.push(new Uint8Array(hash).toHex());
    return hash;
  };
  try {
    for (const heard of [new HeardTexts(), new HeardTexts()]) {
      heard.begin();
      for (const text of [TEXT, TEXT]) await heard.hear(text);
    }
  } finally {
    Object.assign(crypto.subtle, { generateKey, sign });
  }
  assert.deepEqual(keys.map(({ extractable, algorithm }) => [extractable, algorithm.name]), [
    [false, "HMAC"],
    [false, "HMAC"],
  ]);
  const [one, again, other, otherAgain] = hashes;
  assert.deepEqual([one, other], [again, otherAgain]);
  assert.notEqual(one, other);
});
