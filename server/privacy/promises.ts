/**
 * The promises, and the tests that prove them. The sentences of the policy (`policy.ts`) refer to these tests; the list
 * at /transparency and the table in docs/privacy.md are made from this file.
 *
 * A proof is the name of a test in `tests/`, which begins with the number of the promise. Some sentences can't be
 * proven by a program, because they are about what people do or what the law requires. These give the reason instead.
 * No test can show that a server runs this program: a hostile operator can run another one.
 */

/** The tests that prove a sentence, or the reason why no test can prove it. */
export type Proof = readonly TestName[] | { readonly cannot: string };

/** The name of a test that proves a promise. */
export type TestName = `P${number}: ${string}`;

/** The names of all tests that prove a promise. */
export const PROOF_TESTS = {
  addressForgotten: "P1: an address is nowhere in memory after its retention period",
  addressCounted: "P1: an address is counted only while it is held",
  retentionBound: "P1: no option can extend the retention of addresses beyond an hour",
  noAddressStored: "P1: no address is written anywhere except to the access log",
  addressNamed: "P1: nodes share only a keyed hash of an address, which is deleted with it",
  lineContent: "P2: a line of the access log contains what the policy lists, and nothing else",
  lineTruncated: "P2: an access log that is truncated or off contains no full address",
  oldLinesDeleted: "P2: starting the server deletes expired lines, without any request",
  linesExpire: "P2: no line outlives the retention period, even without visitors",
  urlBare: "P2: no URL that a chat requests contains more than a path",
  preferencesKept: "P3: the page stores a few preferences, which identify nobody",
  preferencesStay: "P3: nothing that the page stores is ever sent",
  languageUntold: "P3: choosing a language sends the same request, whichever language is chosen",
  languagesReported:
    "P3: a search names only languages that the browser reports or the visitor adds",
  languagesUnstored: "P3: the languages of a search are not stored, nor are changes to them",
  preferencesCleared: "P3: a visitor who clears the browser's storage is treated as new",
  notificationsOff:
    "P3: nothing is asked, registered or requested for notifications until they are switched on",
  workerIdle: "P3: the service worker of notifications stores nothing and sees no request",
  workerRemoved:
    "P3: the service worker of notifications is removed when they are switched off, or at the next start",
  figuresOfDays: "P4: the statistics contain daily totals, and nothing about individuals",
  smallDaysWithheld: "P4: a day with few chats is published without figures",
  watchedSums: "P4: an operator can monitor only totals, and no visitor sees them",
  statisticsLast: "P4: statistics survive a crash, and the file is intact",
  noField: "P5: there is no field for a name, an address or a picture",
  onlyShared: "P5: a partner learns only the interests and languages that both named",
  interestsForgotten: "P5: interests and languages are forgotten when the visit ends",
  unreadable: "P6: message content is nowhere in the server's memory, files or logs",
  bothBroken: "P6: a recorded chat can't be opened with the secret of one key agreement alone",
  ownKeys: "P6: keys that leak late open no message that was recorded before",
  notWritten: "P6: the system calls of a whole run write and send no message content",
  goneWithChat: "P6: nothing holds a frame once the chat is over",
  marksStay: "P6: marking a stranger as automated sends nothing, and keeps no text",
  unreadableBetween: "P6: no message content passes between nodes unencrypted",
  notificationBare:
    "P6: a notification says that a stranger has arrived or written, and nothing of the chat",
  visitsUnlinked: "P7: two visits send the server nothing that links them",
  noFingerprinting: "P7: the page queries nothing that would identify a browser",
  oneHost: "P8: a whole session sends no request to another host",
  offline: "P8: the page works in full when no other host can be reached",
  headersGraded: "P8: the headers of every page are graded A+ by the HTTP Observatory",
  foreignRefused: "P8: the browser blocks everything that is not part of the page",
  pageChecked: "P8: the served page has the published fingerprint",
  noCookie: "P9: no response sets a cookie, and the browser stores none",
  adultsOnly: "P10: nobody can search before confirming that they are 18 or older",
  denied: "P10: an address that the operator denies can't connect",
  parentsTold: "P10: the contact page tells parents what to write",
  floodBlocked:
    "P11: a flood is slowed down, then blocked for a while, and affects no other address",
  encryptedOnly:
    "P11: a page loaded without encryption can't start a chat, and an encrypted one uses WSS",
  contactNear: "P12: every page links to the policy and the contact page",
  changeAnnounced: "P12: a change to the policy is announced on the home page for 30 days",
  settingsPrinted: "P12: the policy states the settings in force, its date and its changes",
  windowExported: "P13: the lines of a period can be exported, and missing ones are reported",
  nothingElse: "P13: nothing is stored except the access log and the statistics",
  consentFirst:
    "P14: nothing that could reveal an address exists before both have agreed, or ever if one declines",
  fallbackConsent:
    "P14: a call that no relay carries becomes direct only after both have agreed, and reveals nothing before",
  directRefused: "P14: a person who refuses direct calls is never asked for one",
  relayedBlind:
    "P14: the partner learns nothing of the address behind a relayed call, whatever the partner's page does",
  setUpSealed: "P14: call setup passes through the server sealed",
} as const satisfies Record<string, TestName>;

/** A promise of the policy in one line, and the files that implement it. */
export interface PrivacyPromise {
  readonly id: `P${number}`;
  readonly promise: string;
  readonly keptBy: readonly string[];
}

export const PROMISES: readonly PrivacyPromise[] = [
  {
    id: "P1",
    promise:
      "an IP address is held only in memory, and deleted within an hour of its last disconnection",
    keptBy: ["server/admission/ip_registry.ts", "server/base/gc.ts"],
  },
  {
    id: "P2",
    promise:
      "an access log line is kept for 30 days at most, and contains only what the policy lists",
    keptBy: ["server/access_log/access_log.ts"],
  },
  {
    id: "P3",
    promise: "preferences stay in the browser, identify nobody, and are never sent",
    keptBy: [
      ...["client/state/preferences.ts", "client/languages/loader.ts"],
      "client/languages/spoken.ts",
      "client/app/notification_worker_link.ts",
    ],
  },
  {
    id: "P4",
    promise:
      "statistics are totals of whole days; a day with few chats is published without figures",
    keptBy: ["server/statistics/statistics.ts", "server/metrics/"],
  },
  {
    id: "P5",
    promise: "there are no accounts, and no field for a name, an address or a picture",
    keptBy: ["server/chat/control.ts"],
  },
  {
    id: "P6",
    promise: "messages are relayed, and never stored, logged or readable by the server",
    keptBy: [
      "client/crypto/sealed_channel.ts",
      "client/crypto/key_agreement.ts",
      "client/crypto/ratchet.ts",
      "server/chat/relay.ts",
    ],
  },
  {
    id: "P7",
    promise: "no identifier outlives a visit, and nothing recognises a browser",
    keptBy: ["server/chat/session_registry.ts", "client/app.ts"],
  },
  {
    id: "P8",
    promise: "no third parties: one self-contained page that anyone can check",
    keptBy: ["tools/build.ts", "server/http/headers.ts"],
  },
  { id: "P9", promise: "no cookie is ever set", keptBy: ["server/http/message.ts"] },
  {
    id: "P10",
    promise:
      "adults only: visitors confirm their age before the first chat, and an operator can deny an address",
    keptBy: ["client/state/search.ts", "server/admission/gate.ts"],
  },
  {
    id: "P11",
    promise:
      "connections are encrypted, and an address that floods the server is blocked for a while",
    keptBy: ["server/admission/gate.ts", "server/admission/address_record.ts"],
  },
  {
    id: "P12",
    promise: "the current policy, its changes and a contact are one click away",
    keptBy: ["server/site/"],
  },
  {
    id: "P13",
    promise:
      "a legal request can obtain access log lines from a given period; nothing else about visitors is stored",
    keptBy: ["server/access_log/access_log.ts", "server/commands/access_log.ts"],
  },
  {
    id: "P14",
    promise: "the stranger never learns your IP address unless you agree to a direct call",
    keptBy: [
      ...["client/state/call.ts", "client/media/peer_connection.ts", "server/chat/call_routes.ts"],
      "server/turn/turn_server.ts",
    ],
  },
];

/** The names of the tests of a promise, without the number of the promise. */
export function proofsOf({ id }: PrivacyPromise): string[] {
  const prefix = `${id}: `;
  return Object.values(PROOF_TESTS).filter((name) => name.startsWith(prefix))
    .map((name) => name.slice(prefix.length));
}
