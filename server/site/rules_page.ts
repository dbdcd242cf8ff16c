/**
 * `/rules`: the house rules, and what follows from a report. An operator may replace the rules (`--rules-file`). The
 * rest describes this program and its settings, so the server writes it.
 */

import type { VNode } from "preact";
import { REPORT_BLOCK_TIME } from "../admission/address_record.ts";
import { formatDuration } from "../base/format.ts";
import type { PublicSettings } from "../config/public_settings.ts";
import type { HouseRules, RulesBlock } from "../config/rules_file.ts";
import { MIN_AGE } from "../limits/privacy_limits.ts";
import { type Content, TO_THE_CHAT } from "./document_page.ts";
import { html, prose } from "./markup.ts";

/** The rules of a server whose operator has written none. */
const DEFAULT_RULES: HouseRules = [
  {
    kind: "list",
    items: [
      `Everyone here must be ${MIN_AGE} or older. If the stranger seems younger, report it and leave.`,
      "Treat the stranger with respect. Don't harass, threaten or insult anyone.",
      "Say or show nothing sexual unless the stranger has agreed to it.",
      "Don't advertise, send spam or ask for money.",
      `Do nothing illegal. Above all, nothing sexual may involve anyone under ${MIN_AGE}.`,
      "Don't record a call, and don't publish anything from a chat, unless the stranger agrees.",
    ],
  },
];

/** The content of the page. The operator's rules may be in any language. */
export function rulesPage(settings: PublicSettings): Content {
  const { rules } = settings;
  return {
    title: "House rules",
    path: "/rules",
    isTranslated: rules !== undefined,
    body: html`
      <main class="document">
        <h1>House rules</h1>
        ${rules === undefined
          ? html`<section id="rules">${DEFAULT_RULES.map(block)}</section>`
          : html`<section id="rules" lang="" dir="auto">${rules.map(block)}</section>`}
        ${reports(settings)}
        <a class="primary" href="/">${TO_THE_CHAT}</a>
      </main>
    `,
  };
}

function block(part: RulesBlock): VNode {
  return part.kind === "paragraph"
    ? html`<p>${part.text}</p>`
    : html`<ul>${part.items.map((item) => html`<li>${item}</li>`)}</ul>`;
}

function reports(settings: PublicSettings): VNode {
  return html`
    <section id="reports">
      <h2>If someone breaks the rules</h2>
      ${consequences(settings).map((says) => html`<p>${prose(says)}</p>`)}
    </section>
  `;
}

function consequences({ reportThreshold, addressRetention }: PublicSettings): string[] {
  const blockTime = formatDuration(Math.min(REPORT_BLOCK_TIME, addressRetention));
  return [
    "Press Report and choose a reason, then leave. You can leave any chat at any time, and you don't have to say why.",
    `Nobody monitors the chats, because the server can't read them. It relies on reports: if people at ${reportThreshold} or more other IP addresses report an address, it can be blocked for up to ${blockTime}. The block then ends automatically.`,
    "The operator can also block an address for longer. To tell the operator about a problem or to appeal against a block, see the [contact page](/contact).",
  ];
}
