/**
 * The privacy policy as data: every sentence, with the tests that prove it. The page at /privacy and the lists at
 * /transparency are rendered from this. A test fails if a sentence has no proof, or a proof has no sentence.
 *
 * Figures come from the settings that the code uses. `[words](/path)` in a sentence is a link.
 */

import { CHANGE_ANNOUNCED_FOR, MIN_AGE, MIN_CHATS_PUBLISHED } from "../limits/privacy_limits.ts";
import { type Proof, PROOF_TESTS } from "./promises.ts";
import type { PublicSettings } from "../config/public_settings.ts";
import { formatDuration } from "../base/format.ts";

/** One sentence, or a few that share a proof. */
export interface Sentence {
  readonly says: string;
  readonly proof: Proof;
}

/** A section of the policy. */
export interface Section {
  readonly title: string;
  /** Whether the sentences are shown as a list. */
  readonly list?: boolean;
  readonly sentences: readonly Sentence[];
}

/** A change to the policy. */
export interface Change {
  /** The day the change took effect, as YYYY-MM-DD. */
  readonly day: string;
  /** What changed. It is shown after the day and a colon. */
  readonly says: string;
}

/** Every change so far, latest first. */
export const POLICY_CHANGES: readonly [Change, ...Change[]] = [
  {
    day: "2026-11-29",
    says:
      "video calls can pass through this server itself, encrypted between the two devices. If they can't, both people may agree to a direct call. A search names the languages that you speak, and the page can show notifications if you switch them on. It can also tell you that a stranger looks automated, for which it compares messages in its own memory and sends nothing. The keys of a chat now come from two methods, so that a recorded chat stays secret if one of them is broken.",
  },
  {
    day: "2026-11-28",
    says:
      "the privacy policy was reworded to be easier to read, and says what the server holds together with an address. Its promises are unchanged.",
  },
  { day: "2026-11-24", says: "the privacy policy was published." },
];

/** The day of the latest change, as YYYY-MM-DD. */
export const POLICY_UPDATED = POLICY_CHANGES[0].day;

/** The policy of a server with these settings. */
export function policy(settings: PublicSettings): readonly Section[] {
  return [
    summary(settings),
    yourAddress(settings),
    accessLog(settings),
    PREFERENCES,
    NOTIFICATIONS,
    STATISTICS,
    NO_ACCOUNTS,
    noStorage(settings),
    calls(settings),
    NO_TRACKING,
    NO_THIRD_PARTY,
    NO_FINGERPRINTS,
    NO_COOKIES,
    CHILDREN,
    retention(settings),
    SECURITY,
    LEGAL_REQUESTS,
    CHANGES,
    CONTACT,
  ];
}

function summary({ operator }: PublicSettings): Section {
  const runner = operator === "" ? "The operator" : operator;
  return {
    title: "In short",
    sentences: [
      {
        says: "You can chat with a stranger here without revealing anything that identifies you.",
        proof: [PROOF_TESTS.noField, PROOF_TESTS.visitsUnlinked],
      },
      {
        says:
          `${runner} can't read your messages, keeps no record of them, and knows your IP address only for as long as it takes to connect you, prevent abuse and keep the service running.`,
        proof: [PROOF_TESTS.unreadable, PROOF_TESTS.notWritten, PROOF_TESTS.addressForgotten],
      },
      {
        says:
          "This page lists the little that the server knows, how long it keeps it, and what it never collects. [Every statement is tested](/transparency#proof), as far as software can test it.",
        proof: { cannot: "This describes the page itself." },
      },
    ],
  };
}

function yourAddress(settings: PublicSettings): Section {
  const { accessLog, addressRetention, platform, isShared } = settings;
  const shared: Sentence[] = isShared
    ? [{
      says:
        "This service runs on several machines. So that its limits apply across all of them, the machines tell each other how often an address connects, searches and is reported, when it chats with an address on another machine, and whether it is blocked. They keep this in memory, under a keyed hash of the address that only they can compute, and delete it when they delete the address.",
      proof: [PROOF_TESTS.addressNamed],
    }]
    : [];
  const instances: Sentence[] = platform === "" ? [] : [{
    says:
      `${platform} runs several instances of this server, each with its own memory. An instance that stops forgets everything immediately.`,
    proof: { cannot: "The platform decides when an instance starts and stops." },
  }];
  return {
    title: "Your IP address",
    sentences: [
      {
        says:
          "To chat, your browser opens a WebSocket connection to this server, so the server sees your IP address. Without it, the server could not send anything back to you.",
        proof: [PROOF_TESTS.addressCounted],
      },
      {
        says: "The address is held only in memory, to enforce rate limits and to block abuse.",
        proof: [PROOF_TESTS.noAddressStored, PROOF_TESTS.floodBlocked],
      },
      {
        says:
          "Together with the address, the server holds how often it connects and searches, the reports about it, and an estimate of how many different addresses it has chatted with, but no list of them. All of this is deleted together with the address.",
        proof: [PROOF_TESTS.addressForgotten],
      },
      {
        says: `It is deleted from memory within ${
          formatDuration(addressRetention)
        } after the last connection from it closes, together with everything associated with it.`,
        proof: [
          PROOF_TESTS.addressForgotten,
          PROOF_TESTS.addressCounted,
          PROOF_TESTS.retentionBound,
        ],
      },
      ...shared,
      ...instances,
      {
        says: accessLog === "off"
          ? "It is never written to permanent storage."
          : "It is never written to permanent storage, except in the access log.",
        proof: [PROOF_TESTS.noAddressStored],
      },
    ],
  };
}

function accessLog({ accessLog, accessLogRetention, platform }: PublicSettings): Section {
  const title = "The access log";
  if (accessLog === "off") {
    return {
      title,
      sentences: [{
        says:
          "Most web servers keep a log of every request. This one doesn't: its access log is switched off.",
        proof: [PROOF_TESTS.lineTruncated],
      }, ...platformRecords(platform)],
    };
  }
  const address = accessLog === "full"
    ? "your IP address"
    : "your IP address without its last part (the first 24 bits of an IPv4 address are kept, the first 48 of an IPv6 address)";
  return {
    title,
    sentences: [
      {
        says:
          `Like most web servers, this one keeps an access log. It has at most one line per request: the time, the method, the URL, the status and size of the response, the user agent string that your browser sent, and ${address}.`,
        proof: [PROOF_TESTS.lineContent, PROOF_TESTS.lineTruncated],
      },
      {
        says: "URLs contain nothing from a chat, so neither does the log.",
        proof: [PROOF_TESTS.urlBare],
      },
      {
        says:
          "The log is used to keep the server secure, find technical faults and understand traffic as a whole, and for nothing else.",
        proof: { cannot: "How people use a file can't be tested." },
      },
      {
        says: `Every line is deleted automatically before it is ${
          formatDuration(accessLogRetention)
        } old, even if nobody visits. If the server is switched off at that time, the line is deleted as soon as it starts again.`,
        proof: [PROOF_TESTS.oldLinesDeleted, PROOF_TESTS.linesExpire],
      },
    ],
  };
}

/** What the policy says about a platform between visitors and this program. */
function platformRecords(platform: string): Sentence[] {
  if (platform === "") return [];
  return [{
    says:
      `It runs on ${platform}, which passes every request on to it and, like any host, may keep its own records.`,
    proof: { cannot: "What a platform records is up to the platform." },
  }, {
    says:
      "URLs contain nothing from a chat, and your messages pass through the platform as they pass through the server: encrypted.",
    proof: [PROOF_TESTS.urlBare, PROOF_TESTS.unreadable],
  }];
}

const PREFERENCES: Section = {
  title: "What your browser remembers",
  sentences: [
    {
      says:
        "The page keeps a few preferences in your browser's localStorage: that you have confirmed your age, whether you want to hear sounds and get notifications, whether the next chat starts automatically, which language you chose, and whether you chose light or dark colours. For video calls, it remembers whether they start with your camera off, your microphone muted and the stranger blurred, whether you may be asked about a direct call, and whether your camera stays on between chats. None of this identifies you.",
      proof: [PROOF_TESTS.preferencesKept],
    },
    {
      says:
        "These preferences never leave your browser, so the server never sees them. It can tell one of them from a request, as the section on notifications says.",
      proof: [PROOF_TESTS.preferencesStay, PROOF_TESTS.notificationsOff],
    },
    {
      says:
        "The page is served in the language that your browser asks for. If you choose another, the page downloads all languages together, so the server doesn't learn which one you read.",
      proof: [PROOF_TESTS.languageUntold],
    },
    {
      says:
        "The languages you speak are not among your preferences. Whenever you open the page, it takes them from your browser, which names them in every request anyway. If you add or remove one, that lasts until you close the page.",
      proof: [PROOF_TESTS.languagesUnstored, PROOF_TESTS.languagesReported],
    },
    {
      says:
        "To erase your preferences, clear this site's data in your browser's settings or developer tools.",
      proof: [PROOF_TESTS.preferencesCleared],
    },
  ],
};

const NOTIFICATIONS: Section = {
  title: "Notifications",
  sentences: [
    {
      says:
        "Notifications are off until you switch them on. Only then does the page ask your browser for permission.",
      proof: [PROOF_TESTS.notificationsOff],
    },
    {
      says:
        "A notification says that a stranger has arrived or written, and nothing else. The page shows it without a push service.",
      proof: [PROOF_TESTS.notificationBare, PROOF_TESTS.workerIdle],
    },
    {
      says:
        "Some browsers, such as Chrome on Android, show notifications only for a service worker. There, the page loads one from this server when the first notification is due, so the server can tell that notifications are on. The service worker stores nothing and sees nothing that you load. It is removed when you switch notifications off.",
      proof: [PROOF_TESTS.workerIdle, PROOF_TESTS.workerRemoved],
    },
  ],
};

const EMBEDDED_RELAY: Sentence = {
  says:
    "The relay is part of this server. Video and audio pass through it, encrypted between the two devices (DTLS-SRTP), so it can't see or hear them, and it keeps none of them.",
  proof: [PROOF_TESTS.setUpSealed],
};

const EXTERNAL_RELAY: Sentence = {
  says: "The relay forwards encrypted video and audio, and keeps none of it.",
  proof: {
    cannot: "The relay is a separate program. The documentation shows how to set it up.",
  },
};

function calls({ relay }: PublicSettings): Section {
  const way: Sentence[] = relay !== "none"
    ? [{
      says:
        "Video calls go through this server's relay, so you and the stranger don't learn each other's IP address.",
      proof: [PROOF_TESTS.relayedBlind],
    }, {
      says:
        "If the relay is full or can't be reached, a call can connect your device directly to the stranger's, which reveals your IP address to the stranger and theirs to you. A direct call starts only after both of you agree to that. Until then, nothing that could reveal your address is created.",
      proof: [PROOF_TESTS.fallbackConsent],
    }, relay === "embedded" ? EMBEDDED_RELAY : EXTERNAL_RELAY]
    : [{
      says:
        "This server has no relay for video calls, so a call connects your device directly to the stranger's, which reveals your IP address to the stranger and theirs to you. A call starts only after both of you agree to that. Until then, nothing that could reveal your address is created.",
      proof: [PROOF_TESTS.consentFirst],
    }];
  const media = relay === "none"
    ? "never pass through it"
    : "pass only through the relay or, in a direct call, not through it at all";
  return {
    title: "Video calls",
    sentences: [
      ...way,
      {
        says:
          "You can permanently turn off calls that reveal your address, in the options shown before a call.",
        proof: [PROOF_TESTS.directRefused],
      },
      {
        says:
          `The data that sets up a call passes through this server encrypted, like your messages. Video and audio ${media}.`,
        proof: [PROOF_TESTS.setUpSealed],
      },
    ],
  };
}

const STATISTICS: Section = {
  title: "Statistics",
  sentences: [
    {
      says:
        "For each day as a whole, the server counts how many people are connected at the same time, how many messages it relays, how many chats there are and how long they last on average. None of these figures can be tied to a person.",
      proof: [PROOF_TESTS.figuresOfDays],
    },
    {
      says:
        `For a day with fewer than ${MIN_CHATS_PUBLISHED} chats, only that fact is published, without any figures.`,
      proof: [PROOF_TESTS.smallDaysWithheld],
    },
    {
      says:
        "The operator can also monitor the service in real time: how many people are connected, searching or chatting, how much is relayed, why people were refused or reported, and how busy the server is. These are totals, and can't be tied to a person either. Visitors see only one of them: how many people are online.",
      proof: [PROOF_TESTS.watchedSums],
    },
    {
      says:
        "The figures help to run the service and are reported to the operator's partners, who see only what [anyone can read](/statistics).",
      proof: { cannot: "How people use figures can't be tested." },
    },
  ],
};

const NO_ACCOUNTS: Section = {
  title: "No accounts, no personal data",
  sentences: [
    {
      says:
        "There are no accounts. The service has no field for your name, your phone number, your e-mail address or anything else that identifies you. There is no profile to fill in, no user name to choose and no picture to upload.",
      proof: [PROOF_TESTS.noField],
    },
    {
      says:
        "The languages you speak, and any interests that you enter, are sent only when you look for a stranger, and used only to find someone who shares them.",
      proof: [PROOF_TESTS.languagesReported],
    },
    {
      says: "That person learns only the languages and interests that you have in common.",
      proof: [PROOF_TESTS.onlyShared],
    },
    {
      says:
        "The server holds your languages and interests only in memory, and forgets them when you leave.",
      proof: [PROOF_TESTS.interestsForgotten, PROOF_TESTS.nothingElse],
    },
  ],
};

function noStorage({ isShared }: PublicSettings): Section {
  const between: Sentence[] = isShared
    ? [{
      says:
        "If you and the stranger are on different machines of this service, your messages pass between the machines just as they left your browser: encrypted. They are not stored anywhere along the way.",
      proof: [PROOF_TESTS.unreadableBetween],
    }]
    : [];
  return {
    title: "No record of what you say",
    sentences: [
      {
        says:
          "Your messages exist only in your browser and the stranger's. They are encrypted in one and decrypted in the other. The server passes them on and can't read them.",
        proof: [PROOF_TESTS.unreadable],
      },
      ...between,
      {
        says:
          "The keys of a chat come from two methods, one of which (ML-KEM-768) is made to withstand quantum computers. Someone who records the encrypted chat can read it later only by breaking both.",
        proof: [PROOF_TESTS.bothBroken],
      },
      {
        says:
          "Every message has its own key, which your browser discards right after use. Keys that leak later open no earlier message. This doesn't protect you from a stranger who copies what you write, or from a manipulated page.",
        proof: [PROOF_TESTS.ownKeys],
      },
      {
        says: "Messages are not stored, logged, archived or backed up.",
        proof: [PROOF_TESTS.unreadable, PROOF_TESTS.notWritten],
      },
      {
        says:
          "When a chat is over and its tabs are closed, nothing of it remains on the server, and nobody can bring it back.",
        proof: [PROOF_TESTS.goneWithChat],
      },
    ],
  };
}

const NO_TRACKING: Section = {
  title: "No tracking",
  sentences: [
    {
      says:
        "You are given no lasting identifier. Every visit starts fresh, and no two visits can be linked.",
      proof: [PROOF_TESTS.visitsUnlinked],
    },
    {
      says:
        "The service doesn't follow you from one visit to the next, build a profile of you or analyse your conversations, for advertising or anything else.",
      proof: [PROOF_TESTS.visitsUnlinked, PROOF_TESTS.unreadable, PROOF_TESTS.figuresOfDays],
    },
    {
      says:
        "The page in your own browser tells you if a stranger looks automated: if they begin with a link, send what the previous stranger sent, or write faster than anyone can type. To compare two strangers' messages, it keeps only a keyed hash of them in its memory, never the text. It sends nothing about this to anyone, and it blocks nobody.",
      proof: [PROOF_TESTS.marksStay],
    },
  ],
};

const NO_THIRD_PARTY: Section = {
  title: "No third parties",
  sentences: [
    {
      says:
        "The page contains everything it needs: its HTML, CSS and JavaScript come from this server as one file. Nothing in it comes from anyone else: no scripts, no analytics, no advertising, no tracking pixels and no social media buttons.",
      proof: [PROOF_TESTS.oneHost, PROOF_TESTS.offline],
    },
    {
      says:
        "The server tells your browser to block anything from elsewhere, should it ever appear in the page.",
      proof: [PROOF_TESTS.headersGraded, PROOF_TESTS.foreignRefused],
    },
    {
      says:
        "You can check this yourself: read the page's source in your browser, and compare the page with [its fingerprint](/transparency#page).",
      proof: [PROOF_TESTS.pageChecked],
    },
  ],
};

const NO_FINGERPRINTS: Section = {
  title: "No fingerprinting",
  sentences: [
    {
      says: "Nothing is done to recognise your browser or device when you return.",
      proof: [PROOF_TESTS.noFingerprinting],
    },
    {
      says:
        "Your browser tells every server a few things about itself, such as its user agent string when it opens a WebSocket connection. No identifier is derived from them, and they are never used to link visits.",
      proof: [PROOF_TESTS.visitsUnlinked],
    },
  ],
};

const NO_COOKIES: Section = {
  title: "Cookies",
  sentences: [
    {
      says:
        "This service sets no cookies: no lasting ones, no session cookies and none with the WebSocket connection, whether for tracking, statistics or advertising.",
      proof: [PROOF_TESTS.noCookie],
    },
  ],
};

const CHILDREN: Section = {
  title: "Children",
  sentences: [
    {
      says:
        `Anonymous Chat is for people aged ${MIN_AGE} and over. You are asked to confirm your age before your first chat.`,
      proof: [PROOF_TESTS.adultsOnly],
    },
    {
      says:
        "Anonymous Chat is not meant for children, and we don't knowingly collect anything about them.",
      proof: { cannot: "Software can't know how old a person is." },
    },
    {
      says: "If we learn that a minor uses the service, we may block their IP address.",
      proof: [PROOF_TESTS.denied],
    },
    {
      says:
        "Parents who think that their child is using it can ask us to do this. The [contact page](/contact#parents) explains how.",
      proof: [PROOF_TESTS.parentsTold],
    },
  ],
};

function retention({ accessLog, addressRetention, accessLogRetention }: PublicSettings): Section {
  const log = accessLog === "off"
    ? { says: "Access log: switched off.", proof: [PROOF_TESTS.lineTruncated] }
    : {
      says: `Access log: each line is deleted within ${formatDuration(accessLogRetention)}.`,
      proof: [PROOF_TESTS.oldLinesDeleted, PROOF_TESTS.linesExpire],
    };
  return {
    title: "How long data is kept",
    list: true,
    sentences: [
      {
        says:
          `Your IP address and the state of your connection, in the server's memory: deleted within ${
            formatDuration(addressRetention)
          } after you disconnect.`,
        proof: [PROOF_TESTS.addressForgotten, PROOF_TESTS.addressCounted],
      },
      log,
      {
        says: "Preferences in your browser: kept until you erase them.",
        proof: [PROOF_TESTS.preferencesKept, PROOF_TESTS.preferencesCleared],
      },
      {
        says: "Statistics: kept for as long as the service exists. They never identify anyone.",
        proof: [PROOF_TESTS.statisticsLast, PROOF_TESTS.figuresOfDays],
      },
      {
        says: "Nothing else is kept, so there is nothing else that you could ask us to delete.",
        proof: [PROOF_TESTS.nothingElse, PROOF_TESTS.notWritten],
      },
      {
        says:
          "If you think that we do hold something that should be deleted, [write to us](/contact#deletion).",
        proof: [PROOF_TESTS.contactNear],
      },
    ],
  };
}

const SECURITY: Section = {
  title: "Security",
  sentences: [
    {
      says:
        "Connections are encrypted (WSS). A page that was loaded without encryption can't start a chat.",
      proof: [PROOF_TESTS.encryptedOnly],
    },
    {
      says:
        "The server limits how fast and how often an address may connect. An address that keeps ignoring the limit is blocked for a while.",
      proof: [PROOF_TESTS.floodBlocked],
    },
    {
      says:
        "The server's software is kept up to date. No system is perfectly secure, but all of this makes it less likely that data leaks.",
      proof: { cannot: "Updating a server is up to its operator." },
    },
    {
      says:
        "You can help, too: keep your browser up to date, protect your device with a strong password, and avoid public or shared computers, or sign out of your other accounts there. Be careful what you write: it isn't kept here, but the stranger can take a screenshot.",
      proof: { cannot: "This is advice." },
    },
  ],
};

const LEGAL_REQUESTS: Section = {
  title: "Legal requests",
  sentences: [
    {
      says: "We comply with valid legal requests as far as the law requires.",
      proof: { cannot: "This is a promise about people, not code." },
    },
    {
      says:
        "There is little or nothing to hand over: no chats, no accounts and no lasting identifiers.",
      proof: [PROOF_TESTS.nothingElse, PROOF_TESTS.notWritten],
    },
    {
      says:
        "At most, we could hand over access log lines from a given period, while they exist, and the IP addresses in memory at that moment.",
      proof: [PROOF_TESTS.windowExported, PROOF_TESTS.addressCounted],
    },
  ],
};

const CHANGES: Section = {
  title: "Changes to this policy",
  sentences: [
    {
      says:
        "This policy may change when our practice or the law changes. This page always shows the current one, with its date, this server's settings and a list of all changes.",
      proof: [PROOF_TESTS.settingsPrinted],
    },
    {
      says: `Changes are announced on the home page for ${formatDuration(CHANGE_ANNOUNCED_FOR)}.`,
      proof: [PROOF_TESTS.changeAnnounced],
    },
    {
      says: "If you keep using the service after a change, you accept the new policy.",
      proof: { cannot: "An agreement can't be tested." },
    },
  ],
};

const CONTACT: Section = {
  title: "Contact",
  sentences: [
    {
      says:
        "For questions about this policy or your data, see the [contact page](/contact), which every page links to.",
      proof: [PROOF_TESTS.contactNear],
    },
    {
      says: "We answer serious questions as soon as we can.",
      proof: { cannot: "This is a promise about people, not code." },
    },
  ],
};
