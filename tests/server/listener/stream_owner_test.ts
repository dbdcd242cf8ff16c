import assert from "node:assert/strict";
import { once } from "node:events";
import { PassThrough } from "node:stream";
import { disown, own, type StreamOwner } from "../../../server/listener/stream_owner.ts";

/** An owner that notes what happens. */
function owner(name: string, events: string[]): StreamOwner {
  return {
    data: (chunk) => void events.push(`${name}: ${chunk}`),
    drained: () => void events.push(`${name} drained`),
    gone: () => void events.push(`${name} gone`),
  };
}

Deno.test("Stream reports to its current owner, and survives an error", async () => {
  const [stream, events] = [new PassThrough(), [] as string[]];
  own(stream, owner("first", events));
  stream.write("a");
  await new Promise(setImmediate);
  own(stream, owner("second", events));
  stream.write("b");
  await new Promise(setImmediate);
  stream.destroy(new Error("reset"));
  await new Promise(setImmediate);
  assert.deepEqual(events, ["first: a", "second: b", "second gone"]);
});

Deno.test("Streams share their listeners, and owners add none", () => {
  const [one, other] = [new PassThrough(), new PassThrough()];
  const before = one.eventNames().map((name) => one.listenerCount(name));
  for (const stream of [one, other]) own(stream, owner("first", []));
  const count = one.eventNames().map((name) => one.listenerCount(name));
  own(one, owner("second", []));
  assert.deepEqual(one.eventNames().map((name) => one.listenerCount(name)), count);
  assert.equal(one.listeners("data")[0], other.listeners("data")[0]);
  disown(one);
  assert.deepEqual(one.eventNames().map((name) => one.listenerCount(name)), before);
});

Deno.test("Stream without an owner reports to nobody", async () => {
  const [stream, events] = [new PassThrough(), [] as string[]];
  own(stream, owner("first", events));
  disown(stream);
  const data = once(stream, "data");
  stream.resume();
  stream.write("a");
  assert.equal(`${(await data)[0]}`, "a");
  assert.deepEqual(events, []);
});
