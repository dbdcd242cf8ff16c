/** The settings in force that the pages show, taken from the configuration that the code uses. */

import { DAY, SECOND } from "../base/clock.ts";
import type { Config } from "./options.ts";
import { type RelayMode, relayModeOf } from "./relay_mode.ts";
import type { HouseRules } from "./rules_file.ts";

/** The settings that the pages show to visitors. */
export interface PublicSettings {
  /** The name of the operator, or "" if none is configured. */
  readonly operator: string;
  /** The contact address, or "" if none is configured. */
  readonly contactEmail: string;
  /** The operator's announcement on the home page, or "". */
  readonly announcement: string;
  /** The operator's house rules; `undefined` without any. */
  readonly rules: HouseRules | undefined;
  /** Number of addresses whose reports can block another one. */
  readonly reportThreshold: number;
  readonly accessLog: "full" | "truncated" | "off";
  /** How long an address is held after its last disconnection, in milliseconds. */
  readonly addressRetention: number;
  /** How long an access log line is kept, in milliseconds. */
  readonly accessLogRetention: number;
  /** Which relay video calls use. */
  readonly relay: RelayMode;
  /** The hosting platform, which may run several instances, or "" if the operator runs the server directly. */
  readonly platform: string;
  /** Whether several nodes share data through Redis. */
  readonly isShared: boolean;
  readonly version: string;
  /** The source it was built from. See `sourceOf` in tools/build.ts. */
  readonly build: string;
  /** SHA-256 of the home page in hexadecimal digits, by language. The first language is the default. */
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
    rules: undefined,
    reportThreshold: config["report-threshold"],
    accessLog: config["access-log"],
    addressRetention: config["ip-retention-seconds"] * SECOND,
    accessLogRetention: config["access-log-retention-days"] * DAY,
    relay: relayModeOf(config),
    isShared: config["redis-url"] !== "",
  };
}
