import assert from "node:assert/strict";
import { MAX_CANDIDATE_LENGTH, readSetup, stripAddresses } from "../../../client/media/setup.ts";

const RELAYED = "candidate:3 1 udp 41885439 203.0.113.1 50000 typ relay";
const HOST = "candidate:1 1 udp 2122260223 192.0.2.7 54321 typ host";

/** Reads a step that is sent as JSON. */
function read(step: unknown): unknown {
  return readSetup(JSON.stringify(step));
}

Deno.test("Setup is read when it is an offer, an answer or a candidate", () => {
  for (const type of ["offer", "answer"]) {
    assert.deepEqual(read({ description: { type, sdp: "v=0\r\n" } }), {
      description: { type, sdp: "v=0\r\n" },
    });
  }
  const candidate = {
    candidate: RELAYED,
    sdpMid: "0",
    sdpMLineIndex: 0xFFFF,
    usernameFragment: "abcd",
  };
  assert.deepEqual(read({ candidate }), { candidate });
  const none = { sdpMid: null, sdpMLineIndex: null, usernameFragment: null };
  assert.deepEqual(read({ candidate: { candidate: "" } }), {
    candidate: { candidate: "", ...none },
  });
});

Deno.test("Setup keeps only the fields that this page knows", () => {
  assert.deepEqual(read({ description: { type: "offer", sdp: "", more: 1 }, more: 1 }), {
    description: { type: "offer", sdp: "" },
  });
  const json = `{"candidate":{"candidate":"","__proto__":{"sdpMid":"1"},"constructor":"x"}}`;
  assert.deepEqual(Object.keys(Object(readSetup(json)).candidate), [
    ...["candidate", "sdpMid", "sdpMLineIndex", "usernameFragment"],
  ]);
  assert.equal(Object(readSetup(json)).candidate.sdpMid, null);
});

Deno.test("Setup that is no JSON or no object is refused", () => {
  for (const json of ["", "{", "nonsense", "null", "7", '"offer"', "true", "[]", "[[]]", "{}"]) {
    assert.equal(readSetup(json), undefined, json);
  }
  assert.equal(readSetup("[".repeat(14_000)), undefined);
  assert.equal(readSetup('{"__proto__":{"description":{"type":"offer","sdp":""}}}'), undefined);
});

Deno.test("Setup with a description that makes no sense is refused", () => {
  const offer = { type: "offer", sdp: "v=0" };
  for (
    const description of [
      ...[null, 7, "offer", [], {}, [offer], { description: offer }],
      ...[{ type: "offer" }, { sdp: "v=0" }, { type: "offer", sdp: ["v=0"] }],
      ...[{ type: "offer", sdp: null }, { type: ["offer"], sdp: "v=0" }],
      ...["rollback", "pranswer", "Offer", "toString", ""].map((type) => ({ type, sdp: "v=0" })),
    ]
  ) {
    assert.equal(read({ description }), undefined, JSON.stringify(description));
  }
});

Deno.test("Setup with a candidate that makes no sense is refused", () => {
  const long = "x".repeat(MAX_CANDIDATE_LENGTH + 1);
  for (
    const candidate of [
      ...[null, 7, RELAYED, [], {}, { candidate: null }, { candidate: { candidate: RELAYED } }],
      ...[long, `${RELAYED}\r\na=${HOST}`, `${RELAYED}\n`].map((text) => ({ candidate: text })),
      ...[7, {}, [], long].map((sdpMid) => ({ candidate: RELAYED, sdpMid })),
      ...[7, {}, [], long].map((usernameFragment) => ({ candidate: RELAYED, usernameFragment })),
      ...["0", -1, 0.5, 0x10000, {}].map((index) => ({ candidate: RELAYED, sdpMLineIndex: index })),
    ]
  ) {
    assert.equal(read({ candidate }), undefined, JSON.stringify(candidate));
  }
  assert.ok(read({ candidate: { candidate: long.slice(1) } }));
});

Deno.test("Setup of a relayed call shows no host that is disguised as a relay", () => {
  for (const candidate of [`${HOST} typ relay`, `${HOST}\ttyp relay`, ` typ relay`]) {
    assert.equal(stripAddresses({ candidate: { candidate } }), undefined, candidate);
  }
});

Deno.test("Setup of a relayed call shows no host, however its lines are spelt", () => {
  for (const end of ["\r\n", "\n", "\r", "\n\r"]) {
    for (const line of [`a=${HOST}`, `A=${HOST}`, `a=${HOST.toUpperCase()}`, `a= ${HOST}`]) {
      const sdp = ["v=0", line, `a=${RELAYED}`, "a=mid:0", ""].join(end);
      assert.deepEqual(stripAddresses({ description: { type: "offer", sdp } }), {
        description: { type: "offer", sdp: `v=0\r\na=${RELAYED}\r\na=mid:0\r\n` },
      });
    }
  }
});
