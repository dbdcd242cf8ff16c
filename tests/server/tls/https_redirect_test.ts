import assert from "node:assert/strict";
import { join } from "node:path";
import { redirect, type RedirectOptions } from "../../../server/tls/https_redirect.ts";
import type { HttpResponse } from "../../../server/http/message.ts";
import { TempFolder } from "../../support/files.ts";
import { httpRequest } from "../../support/fixtures.ts";

const HOSTS = ["chat.example", "2001:db8::7", "192.0.2.7"];

const OPTIONS: RedirectOptions = {
  certificate: { coversHost: (host) => HOSTS.includes(host) },
  port: 443,
  acmeDir: "",
};

function ask(
  target: string,
  host: string | undefined = "chat.example",
  options: Partial<RedirectOptions> = {},
): HttpResponse {
  return redirect(httpRequest(target, host === undefined ? {} : { host }), {
    ...OPTIONS,
    ...options,
  });
}

Deno.test("Redirect leads to the same place by https, and names the port where necessary", () => {
  const { status, headers } = ask("/a/b?c=d");
  assert.deepEqual([status, headers.location], [308, "https://chat.example/a/b?c=d"]);
  const cases: [host: string, location: string][] = [
    ["chat.example", "https://chat.example:8443/"],
    ["Chat.Example:80", "https://chat.example:8443/"],
    ["192.0.2.7", "https://192.0.2.7:8443/"],
    ["[2001:db8::7]:80", "https://[2001:db8::7]:8443/"],
  ];
  for (const [host, location] of cases) {
    assert.equal(ask("/", host, { port: 8443 }).headers.location, location);
  }
});

Deno.test("Redirect stays on the host: a path that looks like one leads nowhere else", () => {
  assert.equal(ask("//evil.example/").headers.location, "https://chat.example//evil.example/");
  assert.equal(ask("/\\evil.example").headers.location, "https://chat.example/\\evil.example");
});

Deno.test("Redirect answers 400 to an unknown host or an invalid target, and repeats neither", () => {
  const hosts = ["", "evil.example", "chat.example.evil.example", "chat.example@evil.example"];
  hosts.push(
    "chat.example:",
    "chat.example:80:80",
    "a b",
    "%%%",
    "[::1",
    "[chat.example]",
    "\u00e4",
  );
  const targets = ["http://chat.example/", "*", "chat.example:443", "/a b", "/\r\nset-cookie: a=b"];
  const replies = [...hosts.map((host) => ask("/", host)), ...targets.map((target) => ask(target))];
  for (const { status, headers, body } of replies) {
    assert.deepEqual([status, headers.location], [400, undefined]);
    assert.equal(
      new TextDecoder().decode(body),
      "Cannot redirect: unknown host or invalid path.\n",
    );
  }
  assert.equal(redirect(httpRequest("/"), OPTIONS).status, 400);
});

Deno.test("Redirect sends no HSTS, is not cached, and closes its connection", () => {
  for (const { headers } of [ask("/"), ask("/", "evil.example")]) {
    assert.equal(headers["strict-transport-security"], undefined);
    assert.deepEqual([headers["cache-control"], headers.connection], ["no-store", "close"]);
  }
  const post = redirect(httpRequest("/", { host: "chat.example" }, { method: "POST" }), OPTIONS);
  assert.equal(post.status, 405);
  const head = redirect(httpRequest("/", { host: "chat.example" }, { method: "HEAD" }), OPTIONS);
  assert.deepEqual([head.status, head.body], [308, undefined]);
});

Deno.test("Redirect serves the challenges of a certificate authority, and no other file", async () => {
  await using webroot = new TempFolder();
  const acmeDir = webroot.path;
  const folder = join(acmeDir, ".well-known", "acme-challenge");
  await Deno.mkdir(join(folder, "folder"), { recursive: true });
  const write = (name: string, text: string): void => {
    Deno.writeTextFileSync(join(folder, name), text);
  };
  const path = (name: string): string => `/.well-known/acme-challenge/${name}`;
  write("to-ken_1", "to-ken_1.thumb-print_2");
  write("secret.key", "secret.key");
  write("large", `large.${"a".repeat(1000)}`);
  write("prose", "What is no proof is not shown.");
  Deno.writeTextFileSync(join(acmeDir, "outside"), "outside.outside");
  const shown = ask(path("to-ken_1"), "any.example", { acmeDir });
  assert.equal(shown.status, 200);
  assert.equal(new TextDecoder().decode(shown.body), "to-ken_1.thumb-print_2");
  const others = [
    "secret.key",
    "large",
    "prose",
    "folder",
    "missing",
    "",
    "to-ken_1/",
    "to-ken_1?a",
  ];
  others.push("../../outside", "..%2f..%2foutside", "to-ken_1%00", "a".repeat(300), "tö");
  for (const name of others) {
    assert.notEqual(ask(path(name), undefined, { acmeDir }).status, 200, name);
  }
  assert.equal(ask(path("to-ken_1")).status, 308); // No `acmeDir` was given.
});
