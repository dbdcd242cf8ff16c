/**
 * Several machines as one: what each of them has for that, wired together.
 *
 *                         ┌── Members ──────── who is there, and who is gone
 *   Redis ── RedisLink ───┼── Agreement ────── the secret that Redis never sees
 *                         ├── RedisPool ────── SharedBackend ────> Matchmaker
 *                         ├── Reputations ──── Conduct
 *                         └── Bus ──────────── Chats ──── RemotePartner ────> Session
 *
 * Two people on one machine never touch any of this while they chat. Of two on different machines, frames go through
 * Redis by pub/sub, which stores nothing, as their pages have sealed them; everything else that machines say to each
 * other is sealed here (`bus.ts`).
 *
 * An outage of Redis is to a chat between machines what a dropped connection is: both people see the other as away, and
 * when it is over their pages send again what was missed. If it lasts longer than a machine is waited for, the chat is
 * over. Chats within a machine, and pairing within it, go on.
 */

import { Buffer } from "node:buffer";
import type { Conduct } from "../admission/address_record.ts";
import type { Address } from "../admission/address.ts";
import type { Clock } from "../base/clock.ts";
import type { IpRegistry } from "../admission/ip_registry.ts";
import type { Elsewhere, Lobby } from "../chat/session_registry.ts";
import { describeError, type Log } from "../base/log.ts";
import type { Match, Matchmaker } from "../matching/matchmaker.ts";
import type { Wish } from "../matching/policy.ts";
import type { NodeId, SessionId } from "../ids.ts";
import type { Partner } from "../chat/partner.ts";
import { atMost } from "../base/timeout.ts";
import type { Session } from "../chat/session.ts";
import type { Traveller } from "../chat/session_snapshot.ts";
import { Agreement } from "./key_exchange.ts";
import { Bus, type Recipient, REPLY_TIME } from "./bus.ts";
import { Chats } from "./remote_chats.ts";
import type { ClusterKeys } from "./keys.ts";
import { Members } from "./membership.ts";
import type { RedisLink } from "./redis_client.ts";
import { RedisPool } from "./redis_pool.ts";
import { Reputations } from "./shared_addresses.ts";
import { SharedBackend } from "./shared_backend.ts";
import type { OpenWord, Reply, Word, WrittenWish } from "./messages.ts";

const MARK_BYTES = 12;

/** How many addresses are affirmed before the answer is waited for. */
const AFFIRMED_AT_ONCE = 200;

/** After how many beats without hearing itself a machine is down. */
const DEAF_BEATS = 2;

/** What comes in by the door. */
export interface ClusterOptions {
  readonly link: RedisLink;
  readonly node: NodeId;
  readonly clock: Clock;
  readonly log: Log;
  /** Makes so many bytes of chance. */
  readonly random: (bytes: number) => Uint8Array;
}

/** The parts of this machine that the others have to do with. */
export interface Parts {
  readonly lobby: Lobby;
  readonly matchmaker: Matchmaker;
  readonly registry: IpRegistry<Conduct>;
  /** From how many addresses on reports block. */
  readonly threshold: number;
}

/** One machine's part in a cluster. */
export class Cluster implements Elsewhere, Recipient {
  readonly node: NodeId;
  /** Where people wait. */
  readonly backend: SharedBackend;
  readonly #options: ClusterOptions;
  readonly #agreement: Agreement;
  readonly #bus: Bus;
  readonly #members: Members;
  readonly #pool: RedisPool;
  #deafBeats = 0;
  /** Resolves when the others can be reached, or never will be. */
  #joined = Promise.withResolvers<void>();
  #parts: Parts | undefined;
  #chats: Chats | undefined;
  #reputations: Reputations | undefined;

  constructor(options: ClusterOptions) {
    const { link, node, clock, log, random } = options;
    const isUp = (): boolean => this.isUp;
    this.node = node;
    this.#options = options;
    this.#agreement = new Agreement(link, random);
    this.#bus = new Bus({
      link,
      node,
      keys: () => this.#agreement.keys,
      recipient: this,
      onError: (error) => log.error("A part failed.", describeError(error)),
    });
    this.#members = new Members({
      link,
      node,
      clock,
      mark: Buffer.from(random(MARK_BYTES)).toString("base64url"),
      here: () => this.#parts?.lobby.here ?? 0,
      prepare: () => this.#agree(),
      onUp: () => this.#wentUp(),
      onDown: () => this.#wentDown(),
      onTaken: () =>
        log.error("Cannot join: another machine has the same number. Restart this one."),
      onGone: (gone) => this.#chats?.lost(gone),
      waitingHere: () => this.#parts?.matchmaker.searching ?? 0,
      onForgotten: () => this.#parts?.matchmaker.lookAgain(),
    });
    this.#pool = new RedisPool({ link, keys: () => this.#keys });
    this.backend = new SharedBackend({ node, clock, pool: this.#pool, bus: this.#bus, isUp });
  }

  /** Whether the other machines, if there are any, can be reached. */
  get isUp(): boolean {
    return this.#members.isUp;
  }

  get online(): number {
    return this.#members.online;
  }

  get hasOthers(): boolean {
    return this.isUp && this.others > 0;
  }

  /** How many other machines there are. */
  get others(): number {
    return this.#members.others;
  }

  /** Begins to work with these parts. */
  start(parts: Parts): void {
    const { link, node, clock } = this.#options;
    const { threshold, registry: { lifetime } } = parts;
    const keys = (): ClusterKeys | undefined => this.#agreement.keys;
    this.#parts = parts;
    this.#chats = new Chats({ node, clock, bus: this.#bus, lobby: parts.lobby });
    this.#reputations = new Reputations({ link, bus: this.#bus, node, keys, threshold, lifetime });
    let opened: Promise<void> | undefined;
    const onReady = (): void => {
      opened ??= this.#bus.open();
      opened.then(() => this.beat(), () => opened = undefined);
    };
    link.start({ onReady, onLost: () => this.#members.lost() });
  }

  /** Says that this machine is there, and asks after those who are out of reach. An interval task. */
  beat(): void {
    void this.#members.beat();
    if (this.isUp) this.#chats?.beat();
  }

  /** Lets those who wait here join their lines again. An interval task. */
  rejoin(): void {
    if (this.isUp) this.#parts?.matchmaker.lookAgain();
  }

  /** Says again from which addresses people are connected here. An interval task. */
  async affirm(): Promise<void> {
    const held: Conduct[] = [];
    this.#parts?.registry.forEach(({ record }, address) => {
      this.share(record, address);
      held.push(record);
    });
    for (let at = 0; at < held.length && this.isUp; at += AFFIRMED_AT_ONCE) {
      const some = held.slice(at, at + AFFIRMED_AT_ONCE);
      some.forEach((conduct) => conduct.affirm());
      await Promise.all(some.map((conduct) => conduct.everywhere));
    }
  }

  /** Lets what machines know of `address` hold for `conduct`. */
  share(conduct: Conduct, address: Address): void {
    const { keys } = this.#agreement;
    if (!this.isUp || conduct.secret === keys?.fingerprint) return; // A name is made once.
    const reputation = this.#reputations?.of(address);
    if (reputation !== undefined) conduct.share(reputation);
  }

  partner(own: Session, id: SessionId, node: NodeId, isAway = false): Partner {
    if (this.#chats === undefined) throw new Error("Cannot chat elsewhere: not started");
    return this.#chats.partner(own, id, node, isAway);
  }

  async fetch(token: string): Promise<Traveller | undefined> {
    if (!this.isUp) await atMost(REPLY_TIME, this.#joined.promise); // People may come before the others are met.
    if (!this.hasOthers) return undefined;
    const reply = await this.#bus.ask("all", { type: "fetch", token });
    const traveller = reply?.type === "fetched" ? reply.traveller : undefined;
    if (traveller !== undefined) this.#chats?.arrived(traveller);
    return traveller;
  }

  /** Says good-bye; what was said before still leaves. */
  async close(): Promise<void> {
    this.#joined.resolve();
    await this.#members.leave();
    await this.#bus.close();
    this.#options.link.close();
  }

  frame(to: SessionId, from: SessionId, frame: Uint8Array): void {
    this.#chats?.frame(to, from, frame);
  }

  word(word: Word, from: NodeId): Reply | undefined {
    if (this.isUp) this.#members.met(from);
    switch (word.type) {
      case "here":
        return undefined;
      case "chat":
        this.#chats?.hear(word.word);
        return undefined;
      case "invite":
        return { type: "accepted", isAccepted: this.#invited(word) };
      case "echo":
        return { type: "echoed" };
      case "fetch":
        return from === this.node ? undefined : this.#release(word.token, from);
      case "blocked":
        return this.#blocked(word);
    }
  }

  openWord(word: OpenWord): void {
    if (word.type === "request") {
      const answer = word.node === this.node ? undefined : this.#agreement.answer(word.request);
      if (answer !== undefined) this.#bus.sayOpenly(word.node, { type: "answer", answer });
    } else if (this.#agreement.take(word.answer)) this.beat();
  }

  get #keys(): ClusterKeys {
    const { keys } = this.#agreement;
    if (keys === undefined) throw new Error("Cannot name anything: there is no agreement");
    return keys;
  }

  /**
   * Whether there is agreement; if not, it is asked for. A machine must also hear itself: else the words of others are
   * lost, and it would not know.
   */
  async #agree(): Promise<boolean> {
    const { node } = this;
    if (await this.#agreement.propose()) return await this.#hearsItself();
    this.#bus.tellAllOpenly({ type: "request", node, request: this.#agreement.request });
    return false;
  }

  /** A machine that is up may miss one echo: it may just be busy. */
  async #hearsItself(): Promise<boolean> {
    const isHeard = await this.#bus.ask(this.node, { type: "echo" }) !== undefined;
    this.#deafBeats = isHeard ? 0 : this.#deafBeats + 1;
    return isHeard || this.isUp && this.#deafBeats < DEAF_BEATS;
  }

  /** Everybody who waits here waits among all from now on; chats between machines find out how things stand. */
  #wentUp(): void {
    this.#joined.resolve();
    this.#bus.tellAll({ type: "here" });
    this.backend.wentUp().then(() => this.#parts?.matchmaker.offerAll());
    this.#chats?.ask();
    void this.affirm();
  }

  #wentDown(): void {
    this.#joined = Promise.withResolvers();
    this.#parts?.matchmaker.offerAll();
    this.#chats?.wentDown();
  }

  #invited({ ticket, wish }: Word & { type: "invite" }): boolean {
    const matchmaker = this.#parts?.matchmaker;
    return matchmaker?.accept(ticket, (own) => this.#match(own, wish)) ?? false;
  }

  #match(own: Wish, { id, node, interests, recent }: WrittenWish): Match {
    const met = own.recent.includes(id) || recent.includes(own.id);
    const shared = this.#pool.shared(own, interests);
    return { partner: id, node, role: "caller", interests: shared, met };
  }

  #release(token: string, to: NodeId): Reply | undefined {
    const traveller = this.#chats?.release(token, to);
    return traveller && { type: "fetched", traveller };
  }

  /** A reply that nobody waits for any more. */
  lateReply(reply: Reply): void {
    if (reply.type !== "fetched" || reply.traveller === undefined) return;
    this.#chats?.arrivedLate(reply.traveller);
  }

  #blocked({ name, cause, wait }: Word & { type: "blocked" }): undefined {
    const now = this.#options.clock.now();
    this.#parts?.registry.forEach(({ record }) => {
      if (record.name === name) record.blockedElsewhere(cause, wait, now);
    });
  }
}
