/**
 * What the operator denies right now: the ranges of `--deny`, and those of the deny file, which may change and expire
 * while the program runs. When an address becomes denied, its open sessions have to be ended. That happens when the
 * file has changed, and when the calendar is set back so far that an expired range is in force again.
 */

import type { Clock } from "../base/clock.ts";
import { delay } from "../base/timeout.ts";
import type { WatchedFile } from "../base/watched_file.ts";
import type { Address, Range } from "./address.ts";
import type { AddressRecord } from "./address_record.ts";
import { DenyList } from "./deny_list.ts";
import type { IpRegistry } from "./ip_registry.ts";

/** How many addresses are checked without a pause, so that no visitor notices. */
const ADDRESSES_PER_SLICE = 200;

export interface DenialsOptions {
  readonly clock: Pick<Clock, "date">;
  /** The ranges of `--deny`. */
  readonly ranges: readonly Range[];
  readonly file?: Pick<WatchedFile<DenyList>, "value" | "check" | "reload"> | undefined;
}

/** The denied addresses. */
export class Denials {
  readonly #options: DenialsOptions;
  readonly #permanent: DenyList;
  /** The calendar at the last check, in milliseconds since 1970. */
  #checkedAt: number;

  constructor(options: DenialsOptions) {
    const { ranges, clock } = options;
    this.#options = options;
    this.#permanent = new DenyList(ranges.map((range) => ({ range, until: Infinity })));
    this.#checkedAt = clock.date().getTime();
  }

  /** For how long an address is denied, in milliseconds; 0 if it isn't. */
  deniedFor(address: Address): number {
    return this.#rest((list) => list.deniedUntil(address));
  }

  /** Checks the file for a change, and ends the sessions of addresses that are denied now. An interval task. */
  async check(registry: IpRegistry<AddressRecord>): Promise<void> {
    const hasChanged = await this.#options.file?.check() ?? false;
    if (this.#wentBack() || hasChanged) await this.#endSessions(registry);
  }

  /** The same, without waiting for a second check of the file. */
  async reload(registry: IpRegistry<AddressRecord>): Promise<void> {
    await this.#options.file?.reload();
    await this.#endSessions(registry);
  }

  #rest(until: (list: DenyList) => number): number {
    const { file, clock } = this.#options;
    const latest = Math.max(until(this.#permanent), file === undefined ? 0 : until(file.value));
    return latest === 0 ? 0 : Math.max(0, latest - clock.date().getTime());
  }

  #wentBack(): boolean {
    const before = this.#checkedAt;
    this.#checkedAt = this.#options.clock.date().getTime();
    return this.#checkedAt < before;
  }

  /** A range may contain a whole network, or some of the addresses in one. */
  async #endSessions(registry: IpRegistry<AddressRecord>): Promise<void> {
    let count = 0;
    for (const { address: network, record, guests } of registry.entries()) {
      if (++count % ADDRESSES_PER_SLICE === 0) await delay(0);
      if (!record.hasSessions) continue;
      if (this.#rest((list) => list.networkDeniedUntil(network)) > 0) record.deny();
      else for (const guest of guests ?? []) if (this.deniedFor(guest.address) > 0) guest.deny();
    }
  }
}
