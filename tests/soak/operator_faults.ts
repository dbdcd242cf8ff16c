/** What an operator does to a running program, with and without mistakes. */

import assert from "node:assert/strict";
import { CloseCode } from "../../protocol.ts";
import { BareClient } from "../support/bare_client.ts";
import { waitUntil, within } from "../support/wait_until.ts";
import { type Fault, pause, type Scene } from "./fault.ts";

/** Within how many seconds a changed file is in force without a signal. */
const CHANGE_SECONDS = 20;

/** A range to deny. No other client has an address in it. */
const DENIED_RANGE = "198.51.100.0/24";
const DENIED_ADDRESS = "198.51.100.7";

export const OPERATOR_FAULTS: readonly Fault[] = [
  {
    name: "denied range",
    promise: "clients in the range are disconnected, and may connect when it is no longer denied",
    happen: denyRange,
  },
  {
    name: "broken deny file",
    promise: "the deny file is reported as failing, and the previous one stays in force",
    happen: breakDenyFile,
  },
  {
    name: "announcement",
    promise: "the home page shows the announcement, and a broken one is reported",
    happen: announce,
  },
  {
    name: "SIGHUP",
    promise: "nothing changes",
    happen: hangUpRepeatedly,
  },
  {
    name: "broken certificate",
    promise: "the certificate is reported as failing, and the previous one stays in use",
    isPossible: ({ tls }) => tls,
    happen: breakCertificate,
  },
];

/** Makes the program read a changed file, by a signal or by waiting. */
function apply({ target, random }: Scene): void {
  if (random() < 0.5) target.hangUp();
}

async function denyRange(scene: Scene): Promise<void> {
  const { target } = scene;
  const from = { headers: { "x-forwarded-for": DENIED_ADDRESS } };
  const client = await within(BareClient.enter(target.socketUrl, from), CHANGE_SECONDS);
  target.replace("deny", `# A test.\n${DENIED_RANGE}\n`);
  try {
    apply(scene);
    assert.equal((await within(client.closed, CHANGE_SECONDS)).code, CloseCode.blocked);
    await assert.rejects(BareClient.enter(target.socketUrl, from));
  } finally {
    target.replace("deny", "");
  }
  apply(scene);
  await waitUntil(async () => {
    const again = BareClient.enter(target.socketUrl, from);
    return await again.then((client) => (client.leave(), true), () => false);
  }, CHANGE_SECONDS);
}

async function breakDenyFile(scene: Scene): Promise<void> {
  const { target } = scene;
  target.replace("deny", `${DENIED_RANGE}\nnobody\n`);
  try {
    apply(scene);
    await target.reports("degraded deny file", CHANGE_SECONDS);
    const from = { headers: { "x-forwarded-for": DENIED_ADDRESS } };
    const client = await BareClient.enter(target.socketUrl, from);
    client.leave();
    await client.closed;
  } finally {
    target.replace("deny", "");
  }
  apply(scene);
  await target.reports("ok", CHANGE_SECONDS);
}

async function announce(scene: Scene): Promise<void> {
  const { target, random } = scene;
  const text = `Maintenance ${Math.floor(random() * 2 ** 32)}`;
  target.replace("announcement", text);
  try {
    apply(scene);
    await waitUntil(async () => (await target.get("/")).includes(text), CHANGE_SECONDS);
    target.replace("announcement", "long ".repeat(2_000));
    target.hangUp();
    await target.reports("degraded announcement", CHANGE_SECONDS);
    assert.ok((await target.get("/")).includes(text));
  } finally {
    target.replace("announcement", "");
  }
  target.hangUp();
  await target.reports("ok", CHANGE_SECONDS);
}

async function hangUpRepeatedly(scene: Scene): Promise<void> {
  for (let n = 0; n < 5; n++) {
    scene.target.hangUp();
    await pause(scene, 0, 0.5);
  }
}

async function breakCertificate(scene: Scene): Promise<void> {
  const { target } = scene;
  const { certificate } = target;
  assert.ok(certificate !== undefined);
  const { cert } = certificate;
  certificate.write({ cert: cert.slice(0, cert.length / 2) });
  try {
    target.hangUp();
    await target.reports("degraded certificate", CHANGE_SECONDS);
  } finally {
    certificate.write({ cert });
  }
  target.hangUp();
  await target.reports("ok", CHANGE_SECONDS);
}
