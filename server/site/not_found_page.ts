/** The page for a path that does not exist. */

import { html } from "./markup.ts";
import { type Content, TO_THE_CHAT } from "./document_page.ts";

/** The content of the page. */
export function notFoundPage(): Content {
  return {
    title: "Page not found",
    body: html`
      <main class="home">
        <h1>Page not found</h1>
        <p class="lead">The page you asked for doesn't exist, or no longer exists.</p>
        <a class="primary" href="/">${TO_THE_CHAT}</a>
      </main>
    `,
  };
}
