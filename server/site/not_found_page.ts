/** The answer to a path that leads nowhere. */

import { html } from "./markup.ts";
import { type Content, TO_THE_CHAT } from "./document_page.ts";

/** What the page says. */
export function notFoundPage(): Content {
  return {
    title: "Nothing here",
    body: html`
      <main class="home">
        <h1>There is nothing here.</h1>
        <p class="lead">The page you asked for doesn't exist, or no longer does.</p>
        <a class="primary" href="/">${TO_THE_CHAT}</a>
      </main>
    `,
  };
}
