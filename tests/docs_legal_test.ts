/** The page about legal duties: what it says about this program is true of it. */

import assert from "node:assert/strict";
import { REPORT_REASONS } from "../protocol.ts";
import { REPORT_BLOCK_TIME } from "../server/admission/address_record.ts";
import { DAY, HOUR } from "../server/base/clock.ts";
import { OPTION_NAMES } from "../server/config/options.ts";
import {
  MAX_ACCESS_LOG_RETENTION,
  MAX_ADDRESS_RETENTION,
} from "../server/limits/privacy_limits.ts";
import { FLOOD_BLOCK_TIME } from "../server/limits/rate_limits.ts";
import { PROMISES } from "../server/privacy/promises.ts";
import { contactPage } from "../server/site/contact_page.ts";
import { render } from "../server/site/markup.ts";
import { privacyPage } from "../server/site/privacy_page.ts";
import { MAX_DENY_FILE_BYTES } from "../server/admission/deny_list.ts";
import { DEFAULT_SETTINGS } from "./support/fixtures.ts";

const page = (await Deno.readTextFile(new URL("../docs/legal.md", import.meta.url)))
  .replace(/\s+/g, " ");

Deno.test("Legal page says first that it isn't legal advice, and of which day it is", () => {
  const start = page.slice(0, 400);
  assert.match(start, /\*\*This is not legal advice\.\*\*/);
  assert.match(start, /as of \d{1,2} [A-Z][a-z]+ 20\d\d/);
});

Deno.test("Legal page names existing options and promises", () => {
  const options = [...page.matchAll(/`--([a-z-]+)/g)].map(([, name]) => name!);
  assert.ok(options.length >= 5);
  for (const name of options) assert.ok((OPTION_NAMES as readonly string[]).includes(name), name);
  const promises = [...page.matchAll(/\bP\d+\b/g)].map(([id]) => id);
  assert.ok(promises.length >= 5);
  for (const id of promises) assert.ok(PROMISES.some((one) => one.id === id), id);
});

Deno.test("Legal page names existing places on other pages", () => {
  const pages = {
    contact: render(contactPage(DEFAULT_SETTINGS).body),
    privacy: render(privacyPage(DEFAULT_SETTINGS).body),
  };
  const places = [...page.matchAll(/`\/(contact|privacy)#([a-z-]+)`/g)];
  assert.ok(places.length >= 3);
  for (const [, name, id] of places) {
    assert.ok(pages[name as keyof typeof pages].includes(`id="${id}"`), `/${name}#${id}`);
  }
});

Deno.test("Legal page states the figures in force", () => {
  assert.match(page, /lines are deleted after 30 days at most \(P2\).* within an hour \(P1\)/);
  assert.deepEqual([MAX_ACCESS_LOG_RETENTION, MAX_ADDRESS_RETENTION], [30 * DAY, HOUR]);
  assert.match(page, /an automatic block ends within an hour/);
  assert.ok(Math.max(FLOOD_BLOCK_TIME, REPORT_BLOCK_TIME) <= HOUR);
  assert.match(page, /with five reasons/);
  assert.equal(REPORT_REASONS.length, 5);
  assert.match(page, /address ranges, up to 1 MiB of them/);
  assert.equal(MAX_DENY_FILE_BYTES, 1024 * 1024);
});
