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

/** A stream whose writes fail with each of these errors, one after the other, and then succeed. */
function failing(
  ...errors: Error[]
): { printed: string; write(bytes: Uint8Array): Promise<number> } {
  return {
    printed: "",
    write(bytes): Promise<number> {
      const error = errors.shift();
      if (error !== undefined) return Promise.reject(error);
      this.printed += new TextDecoder().decode(bytes);
      return Promise.resolve(bytes.length);
    },
  };
}

Deno.test("Printing to a full pipe in non-blocking mode waits until the pipe has room", async () => {
  const stream = failing(new Deno.errors.WouldBlock(), new Deno.errors.WouldBlock());
  assert.deepEqual(await print(stream, "text\n"), { kind: "printed" });
  assert.equal(stream.printed, "text\n");
});

Deno.test("Printing returns whether the reader has exited or the text can't be written, and never throws", async () => {
  const full = Object.assign(new Error("No space left on device"), { code: "ENOSPC" });
  assert.deepEqual(await print(failing(new Deno.errors.BrokenPipe()), "x"), { kind: "unread" });
  assert.deepEqual(await print(failing(full), "x"), { kind: "failed", code: "ENOSPC" });
  const stuck = { write: (): Promise<number> => Promise.resolve(0) };
  assert.deepEqual(await print(stuck, "x"), { kind: "failed", code: "WriteZero" });
});
