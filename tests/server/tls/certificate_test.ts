import assert from "node:assert/strict";
import { Certificate, EXPIRY_WARNING } from "../../../server/tls/certificate.ts";
import { DAY, HOUR, MINUTE } from "../../../server/base/clock.ts";
import type { Log } from "../../../server/base/log.ts";
import { selfSigned } from "../../support/certificate.ts";
import { CertificateFiles } from "../../support/certificate_files.ts";
import { FakeClock } from "../../support/fake_clock.ts";

/** A certificate in files, with the log lines about it. */
class World implements AsyncDisposable {
  readonly clock = new FakeClock();
  readonly files: CertificateFiles;
  readonly said: [message: string, properties: Record<string, string>][] = [];

  constructor(pair = selfSigned("chat.example")) {
    this.files = new CertificateFiles(pair);
  }

  open(): Promise<Certificate> {
    const note = (message: string, properties: Record<string, string>): void => {
      this.said.push([message, properties]);
    };
    const log = { info: note, warn: note, error: note } as unknown as Log;
    const { certFile, keyFile } = this.files;
    return Certificate.open({ certFile, keyFile, clock: this.clock, log });
  }

  get messages(): string[] {
    return this.said.map(([message]) => message);
  }

  /** A certificate that expires `ms` milliseconds from now on the test's clock. */
  endingIn(ms: number): { cert: string; key: string } {
    const now = this.clock.date().getTime();
    return selfSigned("chat.example", [now - 90 * DAY, now + ms]);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.files[Symbol.asyncDispose]();
  }
}

const BROKEN_KEY = "-----BEGIN PRIVATE KEY-----\nBROKEN\n-----END PRIVATE KEY-----\n";

Deno.test("Certificate reports which file can't be used, and why, and repeats none of its content", async () => {
  const good = selfSigned("chat.example");
  const half = good.cert.slice(0, 300);
  const flaws: [pair: { cert?: string; key?: string }, flaw: RegExp][] = [
    [{ cert: "" }, /the certificate .*fullchain\.pem: it is incomplete or not PEM\.$/],
    [{ cert: half }, /the certificate .*fullchain\.pem: it is incomplete or not PEM\.$/],
    [
      { cert: good.cert + half },
      /the certificate .*fullchain\.pem: it is incomplete or not PEM\.$/,
    ],
    [{ key: "" }, /the key .*privkey\.pem: it is incomplete, not PEM, or has a passphrase\.$/],
    [
      { key: BROKEN_KEY },
      /the key .*privkey\.pem: it is incomplete, not PEM, or has a passphrase\.$/,
    ],
    [
      selfSigned("chat.example", undefined, "secp256k1"),
      /the certificate .*fullchain\.pem: its key type is not supported\.$/,
    ],
    [
      { key: selfSigned("chat.example").key },
      /the key .*privkey\.pem: it does not match the certificate .*fullchain\.pem\.$/,
    ],
  ];
  for (const [part, flaw] of flaws) {
    await using world = new World({ ...good, ...part });
    await assert.rejects(world.open(), ({ message }: Error) => {
      assert.match(message, /^Cannot use /);
      assert.match(message, flaw);
      assert.doesNotMatch(message, /BROKEN|BEGIN/);
      return true;
    });
  }
  await using world = new World();
  await Deno.remove(world.files.keyFile);
  await assert.rejects(world.open(), /^Error: Cannot use the key .*privkey\.pem: ENOENT\.$/);
});

Deno.test("Certificate loads a renewed pair, in whichever order it was written", async () => {
  await using world = new World();
  const certificate = await world.open();
  const before = certificate.pair;
  assert.equal(await certificate.reload(), false);
  for (const order of [["cert", "key"], ["key", "cert"]] as const) {
    const next = selfSigned("chat.example");
    const [first, second] = order;
    const used = certificate.pair;
    world.files.write({ [first]: next[first] });
    assert.equal(await certificate.reload(), false);
    assert.deepEqual(certificate.pair, used);
    world.files.write({ [second]: next[second] });
    assert.equal(await certificate.reload(), true);
    assert.deepEqual(certificate.pair, next);
  }
  assert.notDeepEqual(certificate.pair, before);
});

Deno.test("Certificate keeps the previous one while the files can't be used, and reports each reason once", async () => {
  await using world = new World();
  const certificate = await world.open();
  const used = certificate.pair;
  const { cert } = selfSigned("chat.example");
  for (const part of [cert.slice(0, 200), cert.slice(0, 400), cert, cert]) {
    world.files.write({ cert: part });
    assert.equal(await certificate.reload(), false);
  }
  assert.deepEqual(certificate.pair, used);
  assert.deepEqual(
    world.messages,
    Array(2).fill("Cannot load the renewed certificate: still using the previous one."),
  );
  assert.match(world.said[0]![1].because!, /is incomplete/);
  assert.match(world.said[1]![1].because!, /does not match the certificate/);
  assert.equal(certificate.isFailing, true);
  world.files.write(used);
  for (let check = 0; check < 2; check++) assert.equal(await certificate.reload(), false);
  assert.equal(certificate.isFailing, false);
  assert.deepEqual(world.messages.slice(2), ["The certificate files are valid again."]);
});

Deno.test("Certificate that expires within fourteen days is reported once a day, until it is renewed", async () => {
  await using world = new World();
  world.files.write(world.endingIn(EXPIRY_WARNING + HOUR));
  const certificate = await world.open();
  await certificate.reload();
  assert.deepEqual(world.messages, []);
  world.clock.advance(HOUR + MINUTE);
  for (let hour = 0; hour < 48; hour++) {
    await certificate.reload();
    world.clock.advance(HOUR);
  }
  assert.deepEqual(
    world.messages,
    Array(2).fill("The certificate expires soon: check its renewal."),
  );
  world.files.write(world.endingIn(90 * DAY));
  assert.equal(await certificate.reload(), true);
  world.clock.advance(2 * DAY);
  await certificate.reload();
  assert.equal(world.messages.length, 3);
  assert.equal(world.messages[2], "Renewed certificate in use.");
});

Deno.test("Certificate that browsers refuse is reported at the start", async () => {
  await using world = new World();
  world.files.write(world.endingIn(-MINUTE));
  assert.equal((await world.open()).isFailing, true);
  const now = world.clock.date().getTime();
  world.files.write(selfSigned("chat.example", [now + HOUR, now + DAY]));
  const early = await world.open();
  assert.equal(early.isFailing, true);
  world.clock.advance(2 * HOUR);
  assert.equal(early.isFailing, false);
  assert.deepEqual(world.messages, [
    "The certificate has expired: browsers reject it.",
    "The certificate is not valid yet: browsers reject it.",
  ]);
});

Deno.test("Certificate matches its hosts, in any case, and no others", async () => {
  await using world = new World(selfSigned("*.chat.example"));
  const certificate = await world.open();
  for (const host of ["a.chat.example", "A.Chat.Example", "127.0.0.1"]) {
    assert.ok(certificate.coversHost(host), host);
  }
  for (const host of ["chat.example", "a.b.chat.example", "evil.example", "127.0.0.2", "::1", ""]) {
    assert.ok(!certificate.coversHost(host), host);
  }
});

Deno.test("Certificate fails while its files can't be used or browsers reject it, and recovers with them", async () => {
  await using world = new World(); // It expires later than a year from now.
  const certificate = await world.open();
  const used = certificate.pair;
  assert.equal(certificate.isFailing, false);
  const damages: (() => void)[] = [
    () => world.files.write({ cert: used.cert.slice(0, 200) }),
    () => world.files.write({ cert: "x".repeat(2 * 1024 * 1024) }),
    () => world.files.write(selfSigned("chat.example", undefined, "secp256k1")),
    () => Deno.removeSync(world.files.keyFile),
    () => Deno.mkdirSync(world.files.keyFile),
  ];
  for (const damage of damages) {
    damage();
    for (let check = 0; check < 3; check++) assert.equal(await certificate.reload(), false);
    assert.deepEqual([certificate.pair, certificate.isFailing], [used, true]);
  }
  assert.equal(world.messages.length, damages.length, "each problem is logged once");
  Deno.removeSync(world.files.keyFile);
  world.files.write(used);
  assert.equal(await certificate.reload(), false);
  assert.equal(certificate.isFailing, false);
  assert.equal(world.messages.at(-1), "The certificate files are valid again.");
  world.files.write(world.endingIn(HOUR));
  assert.equal(await certificate.reload(), true);
  assert.equal(certificate.isFailing, false);
  world.clock.advance(HOUR);
  assert.equal(certificate.isFailing, true);
  world.files.write(world.endingIn(90 * DAY));
  await certificate.reload();
  assert.equal(certificate.isFailing, false);
});
