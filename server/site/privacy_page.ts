/** `/privacy`: the policy, with this server's settings. */

import type { VNode } from "preact";
import { html, prose } from "./markup.ts";
import { policy, POLICY_CHANGES, POLICY_UPDATED, type Section } from "../privacy/policy.ts";
import type { PublicSettings } from "../config/public_settings.ts";
import { formatDay } from "../base/format.ts";
import { type Content, TO_THE_CHAT } from "./document_page.ts";

/** The content of the page. */
export function privacyPage(settings: PublicSettings): Content {
  const sections = policy(settings);
  return {
    title: "Privacy policy",
    path: "/privacy",
    body: html`
      <main class="document">
        <h1>Privacy policy</h1>
        <p class="lead">Last updated ${time(POLICY_UPDATED)}.</p>
        ${contents(sections)}
        ${sections.map(section)}
        ${history()}
        <a class="primary" href="/">${TO_THE_CHAT}</a>
      </main>
    `,
  };
}

function contents(sections: readonly Section[]): VNode {
  return html`
    <nav class="contents" aria-label="Sections">
      <ol>${sections.map(({ title }) =>
        html`<li><a href=${`#${anchor(title)}`}>${title}</a></li>`
      )}</ol>
    </nav>
  `;
}

function section({ title, list = false, sentences }: Section): VNode {
  return html`
    <section id=${anchor(title)}>
      <h2>${title}</h2>
      ${list
        ? html`<ul>${sentences.map(({ says }) => html`<li>${prose(says)}</li>`)}</ul>`
        : sentences.map(({ says }) => html`<p>${prose(says)}</p>`)}
    </section>
  `;
}

function history(): VNode {
  return html`
    <section id="history">
      <h2>List of changes</h2>
      <ul>${POLICY_CHANGES.map(({ day, says }) => html`<li>${time(day)}: ${says}</li>`)}</ul>
    </section>
  `;
}

function time(day: string): VNode {
  return html`<time datetime=${day}>${formatDay(day)}</time>`;
}

/** The id of the section with this title. */
function anchor(title: string): string {
  return title.toLowerCase().replace(/[^a-z]+/g, "-");
}
