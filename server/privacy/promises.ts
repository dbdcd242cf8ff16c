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
  addressForgotten: "P1: an address is nowhere in memory once its time is up",
  addressCounted: "P1: an address is counted while it is held, and not a moment longer",
  retentionBound: "P1: nobody can be told to hold an address for more than an hour",
  noAddressStored: "P1: no address is written anywhere but to the access log",
  addressNamed:
    "P1: what machines share of an address is a name that only they could have made, and ends with it",
  lineContent: "P2: a line of the access log says what the policy lists, and no more",
  lineTruncated: "P2: a truncated or switched off access log has no whole address",
  oldLinesDeleted: "P2: a start deletes what is too old, with no request at all",
  linesExpire: "P2: no line outlives its limit while nobody visits",
  urlBare: "P2: no URL that a chat asks for holds more than a path",
  preferencesKept: "P3: the page keeps a few preferences, which identify nobody",
  preferencesStay: "P3: nothing that the page keeps ever leaves it",
  languageUntold: "P3: who chooses a language asks for the same as who chooses any other",
  preferencesCleared: "P3: who clears the storage of the browser is new again",
  figuresOfDays: "P4: the statistics hold figures of days, and nothing of anybody",
  smallDaysWithheld: "P4: a day with few chats is published without figures",
  watchedSums:
    "P4: what an operator can watch are sums over everybody, and no visitor is shown them",
  statisticsLast: "P4: statistics outlive a crash, and the file is sound",
  noField: "P5: there is no field for a name, an address or a picture",
  interestsForgotten: "P5: interests are forgotten with the visit",
  unreadable: "P6: what is said is nowhere in the memory of the server, nor in its files and logs",
  notWritten: "P6: a whole run writes and sends nothing of what is said, as its system calls show",
  goneWithChat: "P6: nothing holds a frame any more when the chat is over",
  unreadableBetween: "P6: nothing of what is said passes between machines in the clear",
  visitsUnlinked: "P7: two visits have nothing in common that the server is told",
  noFingerprinting: "P7: the page asks nothing that would recognise a browser",
  oneHost: "P8: a whole session asks no other host for anything",
  offline: "P8: the page works in full when no other host can be reached",
  headersGraded: "P8: the headers of every page are graded A+ by the HTTP Observatory",
  foreignRefused: "P8: the browser refuses what the page does not bring",
  pageChecked: "P8: the page that is served has the fingerprint that is stated",
  noCookie: "P9: no answer sets a cookie, and the browser keeps none",
  adultsOnly: "P10: nobody can search before confirming to be 18 or older",
  denied: "P10: an address that the operator denies can't connect",
  parentsTold: "P10: the contact page tells parents what to write",
  floodBlocked: "P11: a flood is slowed down, then blocked for a while, and hurts no other address",
  encryptedOnly: "P11: a page that came unencrypted starts no chat, an encrypted one uses WSS",
  contactNear: "P12: every page leads to the policy and the contact page",
  changeAnnounced: "P12: a change of the policy is announced on the home page for 30 days",
  settingsPrinted: "P12: the policy states the settings in force, its date and its changes",
  windowExported:
    "P13: the lines of a window of time can be exported, and it is said what is missing",
  nothingElse: "P13: nothing is stored but the access log and the statistics",
  consentFirst:
    "P14: nothing that could show an address exists before both have agreed, nor ever when one declines",
  directRefused: "P14: who refuses direct calls is never asked for one",
  relayedBlind:
    "P14: a stranger learns nothing of the address behind a relayed call, whatever their page does",
  setUpSealed: "P14: how a call is set up passes the server sealed",
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
    keptBy: ["client/state/preferences.ts", "client/languages/loader.ts"],
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
    keptBy: ["client/crypto/sealed_channel.ts", "server/chat/relay.ts"],
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
    keptBy: ["client/state/call.ts", "client/media/peer_connection.ts", "server/chat/turn.ts"],
  },
];

/** The names of the tests of a promise, without the number of the promise. */
export function proofsOf({ id }: PrivacyPromise): string[] {
  const prefix = `${id}: `;
  return Object.values(PROOF_TESTS).filter((name) => name.startsWith(prefix))
    .map((name) => name.slice(prefix.length));
}
