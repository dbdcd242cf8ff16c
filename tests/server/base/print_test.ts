import assert from "node:assert/strict";
import { print } from "../../../server/base/print.ts";

Deno.test("Text that a stream takes only in parts is printed whole", async () => {
  const taken: number[] = [];
  const write = (bytes: Uint8Array): Promise<number> => {
    const part = bytes.subarray(0, 3);
    taken.push(...part);
    return Promise.resolve(part.length);
  };
  await print({ write }, "eleven tens\n");
  assert.equal(new TextDecoder().decode(Uint8Array.from(taken)), "eleven tens\n");
});
