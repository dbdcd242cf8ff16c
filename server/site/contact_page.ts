/** `/contact`: who runs this server, and what to include in a message. There is no form, so nothing is collected. */

import type { VNode } from "preact";
import { REPORT_BLOCK_TIME } from "../admission/address_record.ts";
import { FLOOD_BLOCK_TIME } from "../limits/rate_limits.ts";
import { html, prose } from "./markup.ts";
import type { PublicSettings } from "../config/public_settings.ts";
import { formatDuration } from "../base/format.ts";
import { type Content, TO_THE_CHAT } from "./document_page.ts";

interface Topic {
  /** The id of its section on the page. */
  readonly id: string;
  readonly title: string;
  readonly says: readonly string[];
}

/** The content of the page. */
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
  const runs = operator === "" ? "an operator who has not given a name" : operator;
  return html`
    <div class="card">
      <p>This server is run by <strong>${runs}</strong>.</p>
      ${contactEmail === ""
        ? html`
          <p>No e-mail address is published here. You can reach the operator through the domain registrar or the hosting provider of this site.</p>
        `
        : html`
          <p>Write to <a class="address" href=${`mailto:${contactEmail}`}>${contactEmail}</a>.</p>
        `}
      <p class="hint">There is no form, so nothing is collected here. An e-mail shows the operator your e-mail address, so use one that you don't mind sharing.</p>
    </div>
  `;
}

function topics({ addressRetention, accessLog, accessLogRetention }: PublicSettings): Topic[] {
  const lines = accessLog === "off"
    ? "This server keeps no access log, so there are no lines to delete either."
    : `Access log lines are deleted automatically within ${
      formatDuration(accessLogRetention)
    }. To have some deleted sooner, say which IP address they came from and when, with the time zone.`;
  return [
    {
      id: "deletion",
      title: "Deletion requests",
      says: [
        `This service stores no messages and has no accounts. Your IP address is deleted from the server's memory within ${
          formatDuration(addressRetention)
        } after you disconnect. ${lines}`,
      ],
    },
    {
      id: "parents",
      title: "If you are a parent",
      says: [
        "If you think that your child is using this service, ask for a restriction. Include the public IP address of your home (search the web for “my IP address” on your home connection) and the times at which the service was used, with the time zone. The operator can then block that address.",
        "Nobody here can tell whether your child has chatted or what was written, because chats are not stored. The parental controls of your router or device can block this site right away.",
      ],
    },
    {
      id: "blocked",
      title: "If you are blocked",
      says: [
        `The server blocks an IP address automatically: for up to ${
          formatDuration(Math.min(FLOOD_BLOCK_TIME, addressRetention))
        } if it connects far too often, and for up to ${
          formatDuration(Math.min(REPORT_BLOCK_TIME, addressRetention))
        } if people at several other addresses have reported it. The page says which of the two happened and when the block ends. After that, the block is forgotten. If you share your address with others, one of them may have caused it.`,
        "To appeal, or if your address is blocked permanently, send the address, say when the block started (with the time zone), and explain why the block should be lifted.",
      ],
    },
    {
      id: "legal",
      title: "For law enforcement",
      says: [
        "Write from an official address. Give the legal basis, the period in question with its time zone, and the IP addresses concerned. The [policy](/privacy#legal-requests) lists every record that can exist. There are no stored chats, no accounts and no lasting identifiers.",
      ],
    },
    {
      id: "danger",
      title: "If someone is in danger",
      says: [
        "Call the police or the emergency services where you are. Nobody here can see what is written in a chat or find out who wrote it. In a chat, Report and Stop are one click away.",
      ],
    },
    {
      id: "security",
      title: "If you have found a vulnerability",
      says: [
        "Report it to the operator before telling anyone else. Describe what you did and what happened. The same contact is given in [security.txt](/.well-known/security.txt).",
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
