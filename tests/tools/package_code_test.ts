/** The build leaves things out of packages. What remains computes the same, as the known answers of ML-KEM-768 show. */

import assert from "node:assert/strict";
import { bundleScript, endBundling } from "../../tools/bundle.ts";
import { trimmed, UNUSED } from "../../tools/package_code.ts";
import { SHORT_NAMES, SHORT_STRINGS } from "../../tools/short_names.ts";
import vectors from "../client/crypto/ml_kem_768_vectors.json" with { type: "json" };
import { TempFolder } from "../support/files.ts";

/** The library as the page has it: trimmed, minified and with short names. Only these names are left as they are. */
const ENTRY = `
import { ml_kem768 } from "@noble/post-quantum/ml-kem.js";
const kem = {
  generate: (seed) => {
    const { publicKey, secretKey } = ml_kem768.keygen(seed);
    return [publicKey, secretKey];
  },
  encapsulate: (ek, m) => {
    const { cipherText, sharedSecret } = ml_kem768.encapsulate(ek, m);
    return [cipherText, sharedSecret];
  },
  decapsulate: (ciphertext, dk) => ml_kem768.decapsulate(ciphertext, dk),
};
globalThis.trimmedKem = kem;
`;

/** The functions of the entry. */
interface TrimmedKem {
  generate(seed?: Uint8Array): [ek: Uint8Array, dk: Uint8Array];
  encapsulate(ek: Uint8Array, m?: Uint8Array): [ciphertext: Uint8Array, secret: Uint8Array];
  decapsulate(ciphertext: Uint8Array, dk: Uint8Array): Uint8Array;
}

async function trimmedScript(): Promise<string> {
  await using folder = new TempFolder();
  const entry = new URL(`file://${folder.path}/entry.ts`);
  await Deno.writeTextFile(entry, ENTRY);
  const short = { names: SHORT_NAMES, strings: SHORT_STRINGS };
  const script = await bundleScript(entry, { development: false, ...short });
  await endBundling();
  return script;
}

async function trimmedKem(): Promise<TrimmedKem> {
  const scope: { trimmedKem?: TrimmedKem } = {};
  new Function("globalThis", await trimmedScript())(Object.assign(scope, { crypto }));
  assert.ok(scope.trimmedKem);
  return scope.trimmedKem;
}

function hex(digits: string): Uint8Array {
  return Uint8Array.fromHex(digits);
}

async function sha256(bytes: Uint8Array): Promise<string> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", Uint8Array.from(bytes))).toHex();
}

Deno.test("ML-KEM-768 as the page has it gives the known answers", async () => {
  const kem = await trimmedKem();
  for (const { tcId, seed, ekSha256, dkSha256 } of vectors.keygen) {
    const [ek, dk] = kem.generate(hex(seed));
    assert.deepEqual([await sha256(ek), await sha256(dk)], [ekSha256, dkSha256], `${tcId}`);
  }
  for (const { tcId, ek, m, ciphertextSha256, secret, result } of vectors.encapsulate) {
    if (result === "invalid") assert.throws(() => kem.encapsulate(hex(ek)), `${tcId}`);
    else {
      const [ciphertext, shared] = kem.encapsulate(hex(ek), hex(m!));
      assert.deepEqual([await sha256(ciphertext), shared.toHex()], [ciphertextSha256, secret]);
    }
  }
  const cases = [
    ...vectors.decapsulate.map(({ seed, ...rest }) => ({
      ...rest,
      dk: () => kem.generate(hex(seed))[1],
    })),
    ...vectors.decapsulateExpanded.map(({ dk, ...rest }) => ({ ...rest, dk: () => hex(dk) })),
  ];
  for (const { tcId, dk, ciphertext, secret, result } of cases) {
    const open = (): string => kem.decapsulate(hex(ciphertext), dk()).toHex();
    if (result === "valid") assert.equal(open(), secret, `${tcId}`);
    else assert.throws(open, `${tcId}`);
  }
});

Deno.test("ML-KEM-768 as the page has it is random", async () => {
  const kem = await trimmedKem();
  const seen = new Set<string>();
  for (let time = 0; time < 2; time++) {
    const [ek, dk] = kem.generate();
    for (let again = 0; again < 2; again++) {
      const [ciphertext, secret] = kem.encapsulate(ek);
      assert.deepEqual(kem.decapsulate(ciphertext, dk), secret);
      for (const bytes of [ek, dk, ciphertext, secret]) seen.add(bytes.toHex());
    }
  }
  assert.equal(seen.size, 2 * 2 + 4 * 2, "two pairs of keys, and four encapsulations");
});

Deno.test("Trimming removes messages and names of checks, and keeps the checks", () => {
  assert.equal(
    trimmed('if (x) throw new RangeError("expected " + x, { cause: y });'),
    "if (x) throw new RangeError();",
  );
  assert.equal(
    trimmed('abytes(key, 32, "key"); other(key, "key");'),
    'abytes(key, 32); other(key, "key");',
  );
  assert.equal(trimmed("throw new Error();throw other;"), "throw new Error();throw other;");
});

Deno.test("Trimming removes unused methods and properties, and no others", () => {
  assert.equal(
    trimmed("const a = { used: 1, info: 2, also: 3 };"),
    "const a = { used: 1,  also: 3 };",
  );
  assert.equal(trimmed("const a = { info };"), "const a = {  };");
  assert.equal(trimmed("class A { clone() {} used() {} }"), "class A {  used() {} }");
});

Deno.test("Trimming leaves nothing out that the library uses", async () => {
  const script = await trimmedScript();
  for (const name of UNUSED) assert.doesNotMatch(script, new RegExp(`\\.${name}\\(`), name);
});
