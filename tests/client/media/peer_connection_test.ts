import assert from "node:assert/strict";
import { qualityOf, stripAddresses } from "../../../client/media/peer_connection.ts";

const HOST = "candidate:1 1 udp 2122260223 192.0.2.7 54321 typ host generation 0";
const REFLEXIVE =
  "candidate:2 1 udp 1686052607 198.51.100.9 54321 typ srflx raddr 192.0.2.7 rport 54321";
const RELAYED =
  "candidate:3 1 udp 41885439 203.0.113.1 50000 typ relay raddr 198.51.100.9 rport 54321";
const BLANKED = "candidate:3 1 udp 41885439 203.0.113.1 50000 typ relay raddr 0.0.0.0 rport 0";

Deno.test("Video sends only relay candidates of a relayed call, without the address they were requested from", () => {
  for (const candidate of [HOST, REFLEXIVE, "nonsense", "candidate:1 typ host typ relayed"]) {
    assert.equal(stripAddresses({ candidate: { candidate } }), undefined, candidate);
  }
  assert.deepEqual(stripAddresses({ candidate: { candidate: RELAYED, sdpMid: "0" } }), {
    candidate: { candidate: BLANKED, sdpMid: "0" },
  });
  assert.deepEqual(stripAddresses({ candidate: { candidate: "" } }), {
    candidate: { candidate: "" },
  });
  assert.equal(stripAddresses({ candidate: {} }), undefined);
  assert.equal(stripAddresses({}), undefined);
});

Deno.test("Video sends no address in a description of a relayed call", () => {
  const lines = ["v=0", `a=${HOST}`, `a=${REFLEXIVE}`, `a=${RELAYED}`, "a=mid:0", ""];
  const shown = stripAddresses({ description: { type: "offer", sdp: lines.join("\r\n") } });
  assert.deepEqual(shown, {
    description: { type: "offer", sdp: ["v=0", `a=${BLANKED}`, "a=mid:0", ""].join("\r\n") },
  });
});

Deno.test("Video rates a connection good, fair or poor by packet loss and round-trip time", () => {
  assert.deepEqual([qualityOf(0, 0.05), qualityOf(0.02, 0.3)], [3, 3]);
  assert.deepEqual([qualityOf(0.03, 0), qualityOf(0, 0.5)], [2, 2]);
  assert.deepEqual([qualityOf(0.2, 0), qualityOf(0, 1)], [1, 1]);
});
