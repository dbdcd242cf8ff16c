/** `/contact`: who runs this server, and what to write to them. There is no form, so nothing is collected. */

import type { VNode } from "preact";
import { FLOOD_BLOCK_TIME } from "../limits/rate_limits.ts";
import { html, prose } from "./markup.ts";
import type { PublicSettings } from "../config/public_settings.ts";
import { formatDuration } from "../base/format.ts";
import { type Content, TO_THE_CHAT } from "./document_page.ts";

interface Topic {
  /** The name of its place on the page. */
  readonly id: string;
  readonly title: string;
  readonly says: readonly string[];
}

/** What the page says. */
export function contactPage(settings: PublicSettings): Content {
  return {
    title: "Contact",
    path: "/contact",
    body: html`
      <main class="document">
        <h1>Contact</h1>
        ${whom(settings)}
        ${topics(settings).map(topic)}
        <a class="primary" href="/">${TO_THE_CHAT}</a>
      </main>
    `,
  };
}

function whom({ operator, contactEmail }: PublicSettings): VNode {
  const runs = operator === "" ? "whoever set it up, who has not given a name" : operator;
  return html`
    <div class="card">
      <p>This server is run by <strong>${runs}</strong>.</p>
      ${contactEmail === ""
        ? html`
          <p>No e-mail address has been given here. The provider that the name of this site is registered with, or that hosts it, can pass a message on.</p>
        `
        : html`
          <p>Write to <a class="address" href=${`mailto:${contactEmail}`}>${contactEmail}</a>.</p>
        `}
      <p class="hint">There is no form, so nothing is collected here. A mail shows the operator your address; use one that you don't mind to be known.</p>
    </div>
  `;
}

function topics({ addressRetention, accessLog, accessLogRetention }: PublicSettings): Topic[] {
  const lines = accessLog === "off"
    ? "There is no access log, so there are no lines to delete either."
    : `Lines of the access log go by themselves within ${
      formatDuration(accessLogRetention)
    }; to have some deleted sooner, write which IP address they came from and when, with the time zone.`;
  return [
    {
      id: "deletion",
      title: "To have something deleted",
      says: [
        `Messages and accounts don't exist here, and your IP address leaves the server's memory within ${
          formatDuration(addressRetention)
        } of your last visit. ${lines}`,
      ],
    },
    {
      id: "parents",
      title: "If you are a parent",
      says: [
        "If you believe that your child uses this service, write that you ask for a restriction, together with the public IP address of your home (search the web for “my IP address” on your home connection) and when it was used, with the time zone. The operator can then refuse that address.",
        "Nobody here can tell whether or what your child has written: it is not stored. The parental controls of your router or device can block this site at once.",
      ],
    },
    {
      id: "blocked",
      title: "If you are blocked",
      says: [
        `The server blocks an IP address by itself: for ${
          formatDuration(FLOOD_BLOCK_TIME)
        } when it connects far too often, and for less than ${
          formatDuration(addressRetention)
        } when people at several other addresses have reported it. The page says which it was and until when; then it is forgotten. If others share your address, the cause may have been one of them.`,
        "To appeal, or if an address of yours is refused for good, write that address, since when you are blocked, with the time zone, and why it should not be.",
      ],
    },
    {
      id: "legal",
      title: "For law enforcement",
      says: [
        "Write from an official address, with the legal basis, the window of time with its time zone, and the IP addresses that it is about. What can exist at all is in the [policy](/privacy#legal-requests): no chats, no accounts, no identifiers.",
      ],
    },
    {
      id: "danger",
      title: "If somebody is in danger",
      says: [
        "Call the police or the emergency services where you are. Nobody here can see a chat or find out who wrote it. In a chat, Report and Stop are one press away.",
      ],
    },
    {
      id: "security",
      title: "If you have found a weakness",
      says: [
        "Tell the operator before anybody else, with what you did and what happened. The same address stands in [security.txt](/.well-known/security.txt).",
      ],
    },
  ];
}

function topic({ id, title, says }: Topic): VNode {
  return html`
    <section id=${id}>
      <h2>${title}</h2>
      ${says.map((paragraph) => html`<p>${prose(paragraph)}</p>`)}
    </section>
  `;
}
