/**
 * The privacy policy, as data: every sentence of it, and the tests that prove it. The page at /privacy is drawn from
 * this, the list at /transparency and the table in the README are made from it, and the build fails when a sentence
 * has no proof or a proof no sentence.
 *
 * Figures come from the settings that the code obeys. `[words](/path)` in a sentence is a link.
 */

import { CHANGE_ANNOUNCED_FOR, MIN_AGE, MIN_CHATS_PUBLISHED } from "../limits/privacy_limits.ts";
import { type Proof, PROOF_TESTS } from "./promises.ts";
import type { PublicSettings } from "../config/public_settings.ts";
import { formatDuration } from "../base/format.ts";

/** One sentence, or a few that stand or fall together. */
export interface Sentence {
  readonly says: string;
  readonly proof: Proof;
}

/** A part of the policy. */
export interface Section {
  readonly title: string;
  /** Whether it reads as a list. */
  readonly list?: boolean;
  readonly sentences: readonly Sentence[];
}

/** A change of the policy. */
export interface Change {
  /** When it came into force, as YYYY-MM-DD. */
  readonly day: string;
  /** What changed, as the rest of a sentence that begins with the day. */
  readonly says: string;
}

/** Every change so far, the latest first. */
export const POLICY_CHANGES: readonly [Change, ...Change[]] = [
  { day: "2026-11-24", says: "the privacy policy was published." },
];

/** When the policy last changed, as YYYY-MM-DD. */
export const POLICY_UPDATED = POLICY_CHANGES[0].day;

/** The policy of a server with these settings. */
export function policy(settings: PublicSettings): readonly Section[] {
  return [
    summary(settings),
    yourAddress(settings),
    accessLog(settings),
    PREFERENCES,
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
  const runner = operator === "" ? "Whoever runs this server" : operator;
  return {
    title: "In short",
    sentences: [
      {
        says: "You can talk to a stranger here without giving up anything that says who you are.",
        proof: [PROOF_TESTS.noField, PROOF_TESTS.visitsUnlinked],
      },
      {
        says:
          `${runner} can't read what you say, keeps no record of it, and knows your address only for as long as it takes to connect you and to keep the place usable.`,
        proof: [PROOF_TESTS.unreadable, PROOF_TESTS.notWritten, PROOF_TESTS.addressForgotten],
      },
      {
        says:
          "What follows says what little is known, for how long, and what is never collected; [each sentence is tested](/transparency#proof), as far as a program can test it.",
        proof: { cannot: "It speaks of this page." },
      },
    ],
  };
}

function yourAddress({ addressRetention, platform, isShared }: PublicSettings): Section {
  const shared: Sentence[] = isShared
    ? [{
      says:
        "This server runs on several machines. So that its limits hold on all of them, they share how fast an address comes and whether it is blocked, in memory, under a name that only they can make from it; that ends with what each of them holds.",
      proof: [PROOF_TESTS.addressNamed],
    }]
    : [];
  const instances: Sentence[] = platform === "" ? [] : [{
    says:
      `${platform} runs this server in several instances, each with a memory of its own; one that is stopped has forgotten everything at once.`,
    proof: { cannot: "When instances come and go is up to the platform." },
  }];
  return {
    title: "Your IP address",
    sentences: [
      {
        says:
          "To chat, your browser opens a WebSocket to this server, which thereby learns the IP address that it comes from; without one, nothing could be sent back to you.",
        proof: [PROOF_TESTS.addressCounted],
      },
      {
        says:
          "The address is held in memory only, to limit how much one address can ask for and to block those who go too far.",
        proof: [PROOF_TESTS.noAddressStored, PROOF_TESTS.floodBlocked],
      },
      {
        says: `It is removed from memory within ${
          formatDuration(addressRetention)
        } of your last disconnection, together with everything that was known of it.`,
        proof: [
          PROOF_TESTS.addressForgotten,
          PROOF_TESTS.addressCounted,
          PROOF_TESTS.retentionBound,
        ],
      },
      ...shared,
      ...instances,
      {
        says: "It is never written to permanent storage, other than to the access log.",
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
          "Web servers usually keep a log of every request. This server does not: its access log is switched off.",
        proof: [PROOF_TESTS.lineTruncated],
      }, ...platformRecords(platform)],
    };
  }
  const address = accessLog === "full"
    ? "your IP address"
    : "your IP address without its last part (of IPv4 the first 24 bits are kept, of IPv6 the first 48)";
  return {
    title,
    sentences: [
      {
        says:
          `Like most web servers, this one keeps an access log. Each request is one line: the time, the method and the URL that was asked for, the status and the size of the answer, the user agent string of your browser, and ${address}.`,
        proof: [PROOF_TESTS.lineContent, PROOF_TESTS.lineTruncated],
      },
      {
        says: "Nothing of a chat stands in a URL, so nothing of a chat stands in the log.",
        proof: [PROOF_TESTS.urlBare],
      },
      {
        says:
          "The log is used to keep the server secure, to find technical faults, and to see patterns of traffic as a whole. It is used for nothing else.",
        proof: { cannot: "What people do with a file is up to them." },
      },
      {
        says: `Every line is deleted automatically before it is ${
          formatDuration(accessLogRetention)
        } old, even when nobody visits or the server was switched off meanwhile.`,
        proof: [PROOF_TESTS.oldLinesDeleted, PROOF_TESTS.linesExpire],
      },
    ],
  };
}

/** What is to be said of a platform that stands between visitors and this program. */
function platformRecords(platform: string): Sentence[] {
  if (platform === "") return [];
  return [{
    says:
      `It runs on ${platform}, which hands it every request and may keep records of its own, as any host can.`,
    proof: { cannot: "What a platform records is up to it." },
  }, {
    says:
      "Nothing of a chat stands in a URL, and what you say passes the platform as it passes the server: sealed.",
    proof: [PROOF_TESTS.urlBare, PROOF_TESTS.unreadable],
  }];
}

const PREFERENCES: Section = {
  title: "What your browser remembers",
  sentences: [
    {
      says:
        "The page keeps a few preferences in the localStorage of your browser: that you have confirmed your age, whether you want to hear a sound, which language you have chosen, and how a video call begins (camera off, muted, the stranger blurred, whether you may be asked for a direct call, whether the camera stays on between chats). They say nothing of who you are.",
      proof: [PROOF_TESTS.preferencesKept],
    },
    {
      says: "They stay in your browser and are never sent to the server.",
      proof: [PROOF_TESTS.preferencesStay],
    },
    {
      says:
        "The page comes in the language that your browser prefers, as it says with each request. If you choose another, the page asks for all languages at once, so the server does not learn which one you read.",
      proof: [PROOF_TESTS.languageUntold],
    },
    {
      says:
        "You can clear them at any time, in the settings of your browser or in its developer tools.",
      proof: [PROOF_TESTS.preferencesCleared],
    },
  ],
};

function calls({ relaysCalls }: PublicSettings): Section {
  const way: Sentence[] = relaysCalls
    ? [{
      says:
        "A video call goes through a relay of this server, and through nothing else, so the stranger does not learn your IP address, nor you theirs.",
      proof: [PROOF_TESTS.relayedBlind],
    }, {
      says: "The relay passes on what is sealed for the other side, and keeps nothing of it.",
      proof: { cannot: "The relay is a program of its own; the README shows how it is set up." },
    }]
    : [{
      says:
        "This server has no relay for video calls, so a call goes straight from your device to the stranger's, which shows each of you the other's IP address. It begins only if both of you have agreed to that; nothing that could show your address exists before.",
      proof: [PROOF_TESTS.consentFirst],
    }];
  return {
    title: "Video calls",
    sentences: [
      ...way,
      {
        says:
          "You can refuse calls that show your address once and for all, among the choices before a call.",
        proof: [PROOF_TESTS.directRefused],
      },
      {
        says:
          "How a call is set up passes this server sealed, as your messages do; picture and sound do not pass it at all.",
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
        "The server counts, for each day as a whole: how many people are connected at once, how many messages are passed on, how many chats there are, and how long they last on average. A figure can't be tied to a person.",
      proof: [PROOF_TESTS.figuresOfDays],
    },
    {
      says:
        `A day with fewer than ${MIN_CHATS_PUBLISHED} chats is published as just that, without any figure.`,
      proof: [PROOF_TESTS.smallDaysWithheld],
    },
    {
      says:
        "Whoever runs the server can also watch how it is doing at the moment: how many people are connected, looking for somebody or talking, how much is passed on, why people were refused or reported, and how busy the machine is. These are sums over everybody, which can't be tied to a person either. Visitors are told of them how many people are here, and nothing else.",
      proof: [PROOF_TESTS.watchedSums],
    },
    {
      says:
        "The figures help to run the service and are reported to partners, who get what [everybody can read](/statistics).",
      proof: { cannot: "What people do with figures is up to them." },
    },
  ],
};

const NO_ACCOUNTS: Section = {
  title: "No accounts, no personal data",
  sentences: [
    {
      says:
        "There are no accounts. You can't give the service your name, your e-mail address, your phone number or anything else that says who you are, and there is no profile to fill in, no user name to choose and no picture to upload.",
      proof: [PROOF_TESTS.noField],
    },
    {
      says:
        "If you name interests, they serve to find somebody who shares them, are shown to that person where they do, and are forgotten when you leave.",
      proof: [PROOF_TESTS.interestsForgotten],
    },
  ],
};

function noStorage({ isShared }: PublicSettings): Section {
  const between: Sentence[] = isShared
    ? [{
      says:
        "Where you and a stranger are on different machines of this server, what you write passes between them as it left your browser: encrypted, and stored by nobody on its way.",
      proof: [PROOF_TESTS.unreadableBetween],
    }]
    : [];
  return {
    title: "No record of what you say",
    sentences: [
      {
        says:
          "What you and a stranger write exists in your two browsers. It is encrypted in one and decrypted in the other; the server passes it on and can't read it.",
        proof: [PROOF_TESTS.unreadable],
      },
      ...between,
      {
        says: "Messages are not stored, logged, archived or backed up.",
        proof: [PROOF_TESTS.unreadable, PROOF_TESTS.notWritten],
      },
      {
        says:
          "When a chat is over and its tabs are closed, nothing of it is left on the server, and nobody can bring it back.",
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
        "You get no identifier that lasts. Each visit begins as a new one, and two visits can't be linked.",
      proof: [PROOF_TESTS.visitsUnlinked],
    },
    {
      says:
        "Your activity is not followed from one visit to the next, no profile of you is built, and no conversation is analysed, for advertising or anything else.",
      proof: [PROOF_TESTS.visitsUnlinked, PROOF_TESTS.unreadable, PROOF_TESTS.figuresOfDays],
    },
  ],
};

const NO_THIRD_PARTY: Section = {
  title: "No third parties",
  sentences: [
    {
      says:
        "The page brings everything that it needs: HTML, styles and program come from this server, in one piece. It has no scripts, analytics, advertising, pixels or social media buttons of anybody else.",
      proof: [PROOF_TESTS.oneHost, PROOF_TESTS.offline],
    },
    {
      says:
        "The server tells your browser to refuse anything from elsewhere, should it ever stand in the page.",
      proof: [PROOF_TESTS.headersGraded, PROOF_TESTS.foreignRefused],
    },
    {
      says:
        "You can check that: look at the source of the page in your browser, and compare the page with [its fingerprint](/transparency#page).",
      proof: [PROOF_TESTS.pageChecked],
    },
  ],
};

const NO_FINGERPRINTS: Section = {
  title: "No fingerprinting",
  sentences: [
    {
      says: "Nothing is done to recognise your browser or your device when you come back.",
      proof: [PROOF_TESTS.noFingerprinting],
    },
    {
      says:
        "Some things your browser tells any server it talks to, such as its user agent string when it opens the WebSocket. No identifier is made of them, and they link no visits.",
      proof: [PROOF_TESTS.visitsUnlinked],
    },
  ],
};

const NO_COOKIES: Section = {
  title: "Cookies",
  sentences: [
    {
      says:
        "There are none: no lasting cookies, no session cookies, and none that come with the WebSocket; neither for tracking, nor for statistics, nor for advertising.",
      proof: [PROOF_TESTS.noCookie],
    },
  ],
};

const CHILDREN: Section = {
  title: "Children",
  sentences: [
    {
      says:
        `Anonymous Chat is for people of ${MIN_AGE} years and older. You are asked to confirm that you are one before your first chat.`,
      proof: [PROOF_TESTS.adultsOnly],
    },
    {
      says: "It is not meant for children, and we don't knowingly collect anything about them.",
      proof: { cannot: "No program knows how old somebody is." },
    },
    {
      says: "When we learn that a minor uses it, we may refuse the address that they come from.",
      proof: [PROOF_TESTS.denied],
    },
    {
      says:
        "Parents who believe that their child uses it can ask for that: the [contact page](/contact#parents) says how.",
      proof: [PROOF_TESTS.parentsTold],
    },
  ],
};

function retention({ accessLog, addressRetention, accessLogRetention }: PublicSettings): Section {
  const log = accessLog === "off"
    ? { says: "Access log: none is kept.", proof: [PROOF_TESTS.lineTruncated] }
    : {
      says: `Access log: deleted after ${formatDuration(accessLogRetention)} at most.`,
      proof: [PROOF_TESTS.oldLinesDeleted, PROOF_TESTS.linesExpire],
    };
  return {
    title: "How long anything is kept",
    list: true,
    sentences: [
      {
        says:
          `What the server's memory holds of a connection, with its IP address: cleared within ${
            formatDuration(addressRetention)
          } of disconnection.`,
        proof: [PROOF_TESTS.addressForgotten, PROOF_TESTS.addressCounted],
      },
      log,
      {
        says: "Preferences in your browser: until you clear them.",
        proof: [PROOF_TESTS.preferencesKept, PROOF_TESTS.preferencesCleared],
      },
      {
        says: "Statistics: for as long as the service exists. They never identify anybody.",
        proof: [PROOF_TESTS.statisticsLast, PROOF_TESTS.figuresOfDays],
      },
      {
        says:
          "Beyond that nothing is held, so there is nothing to delete on request that does not delete itself.",
        proof: [PROOF_TESTS.nothingElse, PROOF_TESTS.notWritten],
      },
      {
        says:
          "If you believe that we do hold something that should be deleted, [write to us](/contact#deletion).",
        proof: [PROOF_TESTS.contactNear],
      },
    ],
  };
}

const SECURITY: Section = {
  title: "Security",
  sentences: [
    {
      says: "Connections are encrypted (WSS); a page that came without encryption starts no chat.",
      proof: [PROOF_TESTS.encryptedOnly],
    },
    {
      says:
        "How fast and how often one address may connect is limited, and one that goes on regardless is blocked for a while.",
      proof: [PROOF_TESTS.floodBlocked],
    },
    {
      says:
        "The software of the server is kept up to date. No system is perfectly secure; all this makes it less likely that something gets out.",
      proof: { cannot: "Updating a server is up to its operator." },
    },
    {
      says:
        "You have a part in it, too: keep your browser up to date, protect your device with a strong password, and avoid public or shared computers, or log out of your other accounts there. Mind what you write, although it is not kept: the stranger can take a picture of it.",
      proof: { cannot: "It is advice." },
    },
  ],
};

const LEGAL_REQUESTS: Section = {
  title: "Legal requests",
  sentences: [
    {
      says: "We comply with valid legal requests as far as the law demands.",
      proof: { cannot: "It is what people do." },
    },
    {
      says:
        "There is little or nothing to give: no chats, no accounts, and no identifiers that last.",
      proof: [PROOF_TESTS.nothingElse, PROOF_TESTS.notWritten],
    },
    {
      says:
        "The most there can be are lines of the access log of a certain window of time, as long as they exist, and the addresses that are in memory at that moment.",
      proof: [PROOF_TESTS.windowExported, PROOF_TESTS.addressCounted],
    },
  ],
};

const CHANGES: Section = {
  title: "Changes of this policy",
  sentences: [
    {
      says:
        "The policy may change with what we do or with the law. The one in force always stands on this page, with its date, the settings of this server and a list of all changes.",
      proof: [PROOF_TESTS.settingsPrinted],
    },
    {
      says: `Changes are announced on the home page for ${formatDuration(CHANGE_ANNOUNCED_FOR)}.`,
      proof: [PROOF_TESTS.changeAnnounced],
    },
    {
      says: "Who goes on using the service after a change accepts the changed policy.",
      proof: { cannot: "It is an agreement." },
    },
  ],
};

const CONTACT: Section = {
  title: "Contact",
  sentences: [
    {
      says:
        "Questions about this policy, or about what happens to data here, go to the [contact page](/contact), which every page leads to.",
      proof: [PROOF_TESTS.contactNear],
    },
    {
      says: "We answer serious ones as soon as we can.",
      proof: { cannot: "It is what people do." },
    },
  ],
};
