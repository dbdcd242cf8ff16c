/** What the server holds right now, as shown at `/transparency` and returned by `/api/transparency`. */

import type { AccessLog } from "../access_log/access_log.ts";
import { DAY, SECOND } from "../base/clock.ts";
import type { IpRegistry } from "../admission/ip_registry.ts";
import { POLICY_UPDATED } from "../privacy/policy.ts";
import type { PublicSettings } from "../config/public_settings.ts";
import type { RelayMode } from "../config/relay_mode.ts";

/** The response of `/api/transparency`. */
export interface TransparencyReport {
  /** Addresses in memory, and how many of them have a connection. */
  readonly addressesHeld: number;
  readonly addressesConnected: number;
  /** Time since the longest-disconnected address left; `null` if all addresses are connected. */
  readonly oldestDisconnectedSeconds: number | null;
  readonly ipRetentionSeconds: number;
  readonly accessLog: PublicSettings["accessLog"];
  /** The day of the oldest line, as YYYY-MM-DD; `null` if there are no lines. */
  readonly accessLogOldestDay: string | null;
  /**
   * Copies of log files that other programs made. The oldest day doesn't cover them, and the server doesn't delete
   * them.
   */
  readonly accessLogCopies: number;
  readonly accessLogRetentionDays: number;
  /** Always 0: messages can't be stored anywhere. */
  readonly messagesStored: 0;
  /** How video calls connect: through this program, through the operator's TURN servers, or directly. */
  readonly calls: "relay" | "turn-servers" | "direct";
  readonly policyUpdated: string;
  readonly version: string;
  /** The commit that this was built from, with its day. */
  readonly build: string;
  /** SHA-256 of the home page in hexadecimal digits, for the default language and for each language. */
  readonly pageSha256: string;
  readonly pageSha256ByLanguage: Readonly<Record<string, string>>;
}

/** The settings in the words of the report. */
const CALLS: Readonly<Record<RelayMode, TransparencyReport["calls"]>> = {
  embedded: "relay",
  external: "turn-servers",
  none: "direct",
};

/** Where the figures come from. */
export interface ReportSources {
  readonly registry: Pick<IpRegistry<unknown>, "held" | "connected" | "oldestDisconnected">;
  readonly accessLog: Pick<AccessLog, "oldestDay" | "copies">;
  readonly settings: PublicSettings;
}

/** Reads the current figures. */
export function transparencyReport(
  { registry, accessLog, settings }: ReportSources,
): TransparencyReport {
  const gone = registry.oldestDisconnected;
  return {
    addressesHeld: registry.held,
    addressesConnected: registry.connected,
    oldestDisconnectedSeconds: gone === undefined ? null : Math.floor(gone / SECOND),
    ipRetentionSeconds: settings.addressRetention / SECOND,
    accessLog: settings.accessLog,
    accessLogOldestDay: accessLog.oldestDay ?? null,
    accessLogCopies: accessLog.copies,
    accessLogRetentionDays: settings.accessLogRetention / DAY,
    messagesStored: 0,
    calls: CALLS[settings.relay],
    policyUpdated: POLICY_UPDATED,
    version: settings.version,
    build: settings.build,
    pageSha256: Object.values(settings.fingerprints)[0] ?? "",
    pageSha256ByLanguage: settings.fingerprints,
  };
}
