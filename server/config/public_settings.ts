/** What the pages say of this server: the settings in force, taken from what the code obeys. */

import { DAY, SECOND } from "../base/clock.ts";
import type { Config } from "./config.ts";

/** The settings that visitors are told. */
export interface PublicSettings {
  /** Who runs this server; "" when it has not been said. */
  readonly operator: string;
  /** Where to write to; "" when it has not been said. */
  readonly contactEmail: string;
  /** A sentence of the operator's for the home page; "" for none. */
  readonly announcement: string;
  readonly accessLog: "full" | "truncated" | "off";
  /** How long an address is held after its last disconnection, in milliseconds. */
  readonly addressRetention: number;
  /** How long a line of the access log lives, in milliseconds. */
  readonly accessLogRetention: number;
  /** Whether video calls go by relay. */
  readonly relaysCalls: boolean;
  /** Whose machines this server runs on, in several instances; "" for its operator's own. */
  readonly platform: string;
  /** Whether several machines share what they know, through Redis. */
  readonly isShared: boolean;
  readonly version: string;
  /** The source that it was built of; see `sourceOf` in build.ts. */
  readonly build: string;
  /** SHA-256 of the home page in hexadecimal digits, by language; who asks for none gets the first. */
  readonly fingerprints: Readonly<Record<string, string>>;
}

/** The settings of a configuration. */
export function publicSettingsOf(
  config: Config,
  built: Pick<PublicSettings, "version" | "build" | "fingerprints" | "platform">,
): PublicSettings {
  return {
    ...built,
    operator: config.operator,
    contactEmail: config["contact-email"],
    announcement: config.announcement,
    accessLog: config["access-log"],
    addressRetention: config["ip-retention-seconds"] * SECOND,
    accessLogRetention: config["access-log-retention-days"] * DAY,
    relaysCalls: config["turn-url"].length > 0,
    isShared: config["redis-url"] !== "",
  };
}
