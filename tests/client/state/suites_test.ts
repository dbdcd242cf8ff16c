/** What a page says to servers of other releases about its suites, and when it asks the visitor to reload it. */

import assert from "node:assert/strict";
import { FEATURES, type ServerMessage, SUITES } from "../../../protocol.ts";
import { TestPage } from "../../support/test_page.ts";

class Page extends TestPage {
  /** The messages to the server that the last event caused. */
  get told(): unknown[] {
    return this.effects.flatMap((effect) => effect.type === "tell" ? [effect.message] : []);
  }

  /** Whether the page asks the visitor to reload it. */
  get isOutdated(): boolean {
    const { screen } = this.state;
    assert.ok(screen.kind === "searching");
    return screen.isOutdated;
  }
}

const OLDER: ServerMessage = {
  type: "welcome",
  token: "t",
  online: 2,
  features: ["ping", "search", "languages", "again"],
};
const WELCOME: ServerMessage = { ...OLDER, features: FEATURES };
const WAITING: ServerMessage = { type: "waiting", search: 1 };
const DOWN = { type: "down", mayResume: false } as const;

Deno.test("A search names every suite of the page", () => {
  const find = { type: "find", mode: "text", interests: [], search: 1, suites: SUITES };
  assert.deepEqual(new Page().server(WELCOME).on("start").told, [find]);
});

Deno.test("Page asks to be reloaded while the server says so, whether or not it has named a step", () => {
  const page = new Page().server(WELCOME).on("start");
  assert.equal(page.isOutdated, false);
  assert.equal(page.server(WAITING).isOutdated, false);
  assert.equal(page.server({ ...WAITING, reload: true }).isOutdated, true);
  assert.equal(page.server({ ...WAITING, step: "anyone", reload: true }).isOutdated, true);
  assert.equal(page.server(WAITING).isOutdated, false);
  assert.equal(page.server({ ...WAITING, search: 9, reload: true }).isOutdated, false);
});

Deno.test("Page asks to be reloaded on a server that knows no suites, until it reaches one that does", () => {
  const page = new Page().server(OLDER).on("start");
  assert.equal(page.isOutdated, true);
  page.on(DOWN).server(WELCOME);
  assert.equal(page.isOutdated, false);
  assert.deepEqual(page.told, [
    { type: "find", mode: "text", interests: [], search: 2, suites: SUITES },
  ]);
  assert.equal(page.on(DOWN).server(OLDER).isOutdated, true);
});

Deno.test("Page reconnects when a server closes the connection of a search that it can't serve", () => {
  const page = new Page().server(OLDER).on("start");
  assert.deepEqual(page.on(DOWN).told, [{ type: "background", hidden: false }]);
  assert.deepEqual(page.on("stop", DOWN).told, [], "an idle page sleeps");
});

Deno.test("Page asks for nothing in a chat with a partner who was found nevertheless", () => {
  const page = new Page().server(WELCOME).on("start").server({ ...WAITING, reload: true });
  page.server({ type: "paired", role: "caller", interests: [], met: false, search: 1 });
  assert.equal(page.state.screen.kind, "chat");
});
