/** `/transparency`: what the server holds right now, what it can know at all, and how to check its claims. */

import type { VNode } from "preact";
import { DAY, SECOND } from "../base/clock.ts";
import type { Health } from "../health.ts";
import { html, prose } from "./markup.ts";
import { policy } from "../privacy/policy.ts";
import { type PrivacyPromise, PROMISES, proofsOf } from "../privacy/promises.ts";
import type { PublicSettings } from "../config/public_settings.ts";
import type { TransparencyReport } from "./transparency_report.ts";
import { formatApproximate, formatDay, formatDuration } from "../base/format.ts";
import { type Content, TO_THE_CHAT } from "./document_page.ts";

/** The content of the page. */
export function transparencyPage(
  settings: PublicSettings,
  report: TransparencyReport,
  failing: Health["failing"],
): Content {
  return {
    title: "Transparency",
    path: "/transparency",
    body: html`
      <main class="document">
        <h1>Check it yourself</h1>
        <p class="lead">What the server holds right now, what it could ever know, and how to check whether this page tells the truth.</p>
        ${facts(report, settings, failing)}
        ${KNOWLEDGE}
        ${pageCheck(settings)}
        ${proof()}
        ${untested(settings)}
        <a class="primary" href="/">${TO_THE_CHAT}</a>
      </main>
    `,
  };
}

function facts(
  report: TransparencyReport,
  { platform }: PublicSettings,
  failing: Health["failing"],
): VNode {
  return html`
    <section id="now">
      <h2>Held right now</h2>
      ${failing.length > 0 && html`
        <p
          class="card"
          role="status">Not working at the moment: ${failing.join(
            ", ",
          )}. Figures that depend on it may be out of date.</p>
      `}
      <dl class="facts">
        ${rows(report).map(([term, fact]) =>
          html`
            <div>
              <dt>${term}</dt>
              <dd>${fact}</dd>
            </div>
          `
        )}
      </dl>
      ${platform !== "" && html`
        <p
          class="hint">${platform} runs several instances of this server. These are the figures of the one that answered you.</p>
      `}
      <p class="hint">Reload the page to refresh these figures, or read them <a
          href="/api/transparency">as JSON</a>.</p>
    </section>
  `;
}

function rows(report: TransparencyReport): [term: string, fact: string][] {
  const { oldestDisconnectedSeconds: gone, accessLogOldestDay: oldest } = report;
  return [
    ["Messages stored", `${report.messagesStored}`],
    ["IP addresses in memory", `${report.addressesHeld}`],
    ["Of these, connected", `${report.addressesConnected}`],
    [
      "Longest-disconnected address",
      gone === null ? "none" : `left ${formatApproximate(gone * SECOND)} ago`,
    ],
    ["Addresses deleted within", formatDuration(report.ipRetentionSeconds * SECOND)],
    ["Access log", report.accessLog],
    ["Oldest log line", oldest === null ? "none" : formatDay(oldest)],
    ...report.accessLogCopies === 0 ? [] : [
      ["Other copies of the log", `${report.accessLogCopies}, made and kept by the operator`],
    ] as [string, string][],
    ["Log lines deleted within", formatDuration(report.accessLogRetentionDays * DAY)],
    ["Video calls connect", CALLS[report.calls]],
    ["Policy last updated", formatDay(report.policyUpdated)],
    ["Version", report.version],
    ["Built from", report.build],
  ];
}

/** How calls connect, as the rest of a sentence. */
const CALLS: Readonly<Record<TransparencyReport["calls"], string>> = {
  "relay": "through the relay in this server",
  "turn-servers": "through the operator's TURN servers",
  "direct": "directly, if both people agree to reveal their IP addresses",
};

const KNOWLEDGE = html`
  <section id="knowledge">
    <h2>What the server can know</h2>
    <p>Everything that you and a stranger say to each other is encrypted in your browsers, with keys that exist only for that chat and never leave the browsers. The server passes it on, but can't read it.</p>
    <p>The server sees that your browser is connected, and from which IP address. It sees who is paired with whom, when something passes between you, and how long it is, rounded up to one of a few sizes.</p>
    <p>The keys come from two methods, P-256 and ML-KEM-768. Someone who records the encrypted chat today can read it later only by breaking both, and not with a quantum computer that breaks the first one alone. Every message has its own key, which is discarded after use.</p>
    <p>None of this stops a stranger from copying what you write. And the page itself comes from the server, so an operator who serves a different page can make it do anything. You can detect that:</p>
  </section>
`;

function pageCheck({ version, fingerprints }: PublicSettings): VNode {
  const [[, first] = ["", ""], ...others] = Object.entries(fingerprints);
  return html`
    <section id="page">
      <h2>Check the page</h2>
      <p>The home page of version ${version} has this SHA-256:</p>
      <p><code id="hash">${first}</code></p>
      <p>Download it with a tool of your choice, remove any announcements at the top, and compare. Anyone who builds the same version from source gets the same bytes.</p>
      <details>
        <summary>In other languages</summary>
        <p>Your browser gets the page in the language that it asks for. A tool that asks for no language gets it in English.</p>
        <dl class="facts">
          ${others.map(([code, hash]) =>
            html`
              <div>
                <dt>${LANGUAGE_NAMES.of(code)}</dt>
                <dd><code>${hash}</code></dd>
              </div>
            `
          )}
        </dl>
      </details>
    </section>
  `;
}

const LANGUAGE_NAMES = new Intl.DisplayNames("en", { type: "language" });

function proof(): VNode {
  return html`
    <section id="proof">
      <h2>Promises and their tests</h2>
      <p>Every promise of the <a href="/privacy">policy</a> is enforced in code and verified by tests. The tests run before each release, and anyone can run them.</p>
      <dl class="proof">${PROMISES.map(promised)}</dl>
    </section>
  `;
}

function promised(one: PrivacyPromise): VNode {
  return html`
    <div>
      <dt>${one.id}: ${one.promise}</dt>
      ${proofsOf(one).map((says) => html`<dd>${says}</dd>`)}
    </div>
  `;
}

/** The sentences that no program can prove, with the reasons. */
function untested(settings: PublicSettings): VNode {
  const sentences = policy(settings).flatMap((section) => section.sentences);
  return html`
    <section id="untested">
      <h2>What no test can show</h2>
      <p>No test can show that this server runs this exact program, because a hostile operator could run another. The following statements depend on people:</p>
      <dl class="proof">
        ${sentences.map(({ says, proof }) =>
          "cannot" in proof && html`
            <div>
              <dt>${prose(says)}</dt>
              <dd>${proof.cannot}</dd>
            </div>
          `
        )}
      </dl>
    </section>
  `;
}
