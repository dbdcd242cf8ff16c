import assert from "node:assert/strict";
import { DEFAULT_PREFERENCES } from "../../../client/state/preferences.ts";
import { switchOf } from "../../../client/state/notifications.ts";
import { reduce } from "../../../client/state/reducer.ts";
import { search } from "../../../client/state/search.ts";
import {
  type Effect,
  type Event,
  initialState,
  type Permission,
  type State,
} from "../../../client/state/state.ts";
import { ENGLISH } from "../../support/fixtures.ts";

const NOW = 1_000_000;
const PRESS = { type: "toggle-notifications" } as const;
const PAIRED: Event = {
  type: "server",
  message: { type: "paired", role: "caller", interests: [], met: false },
};
const LEFT: Event = { type: "server", message: { type: "partner-left" } };

function page(notify: boolean, permission: Permission): State {
  return initialState({ ...DEFAULT_PREFERENCES, adult: true, notify }, ENGLISH, { permission });
}

/** A page that searches, and is hidden. */
function away(notify = true, permission: Permission = "granted"): State {
  const searching = search(page(notify, permission), NOW).state;
  return on(searching, { type: "attention", focused: false, hidden: true }).state;
}

/** Handles events, and returns the state with the effects of the last one that concern notifications. */
function on(state: State, ...events: Event[]): { state: State; effects: Effect[] } {
  return events.reduce(({ state }, event) => {
    const next = reduce(state, event, NOW);
    const effects = next.effects.filter(({ type }) => /^(notify|ask-permission|keep)/.test(type));
    return { state: next.state, effects };
  }, { state, effects: [] as Effect[] });
}

function text(number: number, text: string): Event {
  return { type: "partner", envelope: { kind: "text", number, text } };
}

Deno.test("Switch is on only with the preference and the permission, and says if the permission is refused", () => {
  const all = (["default", "denied", "granted"] as const).map((permission) =>
    [false, true].map((notify) => switchOf(page(notify, permission)))
  );
  assert.deepEqual(all, [["off", "off"], ["off", "blocked"], ["off", "on"]]);
});

Deno.test("Press on the switch changes the preference, and asks only for a permission that is undecided", () => {
  const kept = (notify: boolean) => ({ type: "keep-preferences", change: { notify } });
  const effects = (notify: boolean, permission: Permission): Effect[] =>
    on(page(notify, permission), PRESS).effects;
  assert.deepEqual(effects(false, "default"), [kept(true), { type: "ask-permission" }]);
  assert.deepEqual(effects(true, "default"), [kept(true), { type: "ask-permission" }]);
  assert.deepEqual(effects(false, "granted"), [kept(true)]);
  assert.deepEqual(effects(true, "granted"), [kept(false)]);
  assert.deepEqual(
    effects(false, "denied"),
    [kept(true)],
    "the switch then says that it is blocked",
  );
  assert.deepEqual(effects(true, "denied"), [kept(false)]);
});

Deno.test("Permission that is given or revoked later is shown", () => {
  const asked = on(page(false, "default"), PRESS).state;
  assert.equal(switchOf(asked), "off");
  const allowed = on(asked, { type: "permission", permission: "granted" }).state;
  assert.equal(switchOf(allowed), "on");
  assert.equal(
    switchOf(on(allowed, { type: "permission", permission: "denied" }).state),
    "blocked",
  );
});

Deno.test("Hidden page notifies of a stranger who arrives, and of each message", () => {
  const arrived = on(away(), PAIRED);
  assert.deepEqual(arrived.effects, [{ type: "notify", topic: "arrival" }]);
  const written = on(arrived.state, text(1, "hello"));
  assert.deepEqual(written.effects, [{ type: "notify", topic: "message" }]);
  assert.deepEqual(on(written.state, text(1, "hello")).effects, [], "the same one again");
  assert.deepEqual(on(written.state, text(2, "hello")).effects, written.effects);
});

Deno.test("Page notifies of nothing else", () => {
  const { state } = on(away(), PAIRED, text(1, "hello"));
  const others: Event[] = [
    LEFT,
    { type: "down", mayResume: true },
    { type: "server", message: { type: "draining" } },
    { type: "partner", envelope: { kind: "typing" } },
    { type: "type", text: "my own" },
    { type: "tampered" },
  ];
  for (const event of others) assert.deepEqual(on(state, event).effects, [], event.type);
});

Deno.test("Page notifies of nothing while it is seen, or unless notifications are on", () => {
  const isQuiet = (state: State): void => {
    const { effects, state: chatting } = on(state, PAIRED);
    assert.deepEqual([effects, on(chatting, text(1, "hello")).effects], [[], []]);
  };
  isQuiet(away(false));
  for (const permission of ["default", "denied", "unsupported"] as const) {
    isQuiet(away(true, permission));
  }
  isQuiet(on(away(), { type: "attention", focused: false, hidden: false }).state);
  isQuiet(on(away(), { type: "preferred", preferences: DEFAULT_PREFERENCES }).state);
});
