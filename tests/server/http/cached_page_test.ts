import assert from "node:assert/strict";
import { CachedPage } from "../../../server/http/cached_page.ts";
import { FakeClock } from "../../support/fake_clock.ts";
import { httpRequest } from "../../support/fixtures.ts";

Deno.test("CachedPage is built on request, and kept for a moment", () => {
  const clock = new FakeClock();
  let made = 0;
  const make = () => ({ html: `<p>${++made}</p>`, scripts: [], styles: [] });
  const page = new CachedPage({ clock, maxAge: 1000, make });
  const read = (): string => new TextDecoder().decode(page.answer(httpRequest("/")).body);
  assert.equal(made, 0);
  assert.deepEqual([read(), read()], ["<p>1</p>", "<p>1</p>"]);
  clock.advance(999);
  assert.equal(read(), "<p>1</p>");
  clock.advance(1);
  assert.equal(read(), "<p>2</p>");
});
