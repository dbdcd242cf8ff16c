/**
 * The announcements above the home page: recent changes to the policy, and the operator's announcement. The server adds
 * nothing else to the page that was built. They are plain text, and docs/verify.md says how to remove them before
 * comparing the page with its fingerprint.
 */

import type { VNode } from "preact";
import { html, render } from "./markup.ts";
import { type Change, POLICY_CHANGES } from "../privacy/policy.ts";
import { CHANGE_ANNOUNCED_FOR } from "../limits/privacy_limits.ts";
import type { Page } from "../http/message.ts";
import type { PublicSettings } from "../config/public_settings.ts";
import { formatDay } from "../base/format.ts";

/** The current announcements, as markup; "" without any. */
export function announcementsOf({ announcement }: PublicSettings, now: Date): string {
  const recent = POLICY_CHANGES.filter(({ day }) => isRecent(day, now)).map(change);
  const own = announcement === "" ? [] : [html`<p>${announcement}</p>`];
  const all = [...own, ...recent];
  return all.length === 0 ? "" : render(
    html`<section class="announcements" aria-label="News" lang="en" dir="auto">${all}</section>`,
  );
}

/** A page with the announcements at its top. */
export function withAnnouncements(page: Page, announcements: string): Page {
  return { ...page, html: page.html.replace("<body>", () => `<body>${announcements}`) };
}

/** A page without its announcements, as it was built. */
export function withoutAnnouncements(html: string): string {
  return html.replace(
    /<section class="announcements"[^>]*>(<p>(<a[^>]*>)?[^<]*(<\/a>)?<\/p>)*<\/section>/,
    "",
  );
}

function isRecent(day: string, now: Date): boolean {
  const age = now.getTime() - Date.parse(day);
  return age >= 0 && age < CHANGE_ANNOUNCED_FOR;
}

function change({ day, says }: Change): VNode {
  return html`<p><a href="/privacy">${`${formatDay(day)}: ${says}`}</a></p>`;
}
