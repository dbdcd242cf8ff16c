/** What the server holds at this moment, as `/transparency` shows it and `/api/transparency` answers. */

import type { AccessLog } from "../access_log/access_log.ts";
import { DAY, SECOND } from "../base/clock.ts";
import type { IpRegistry } from "../admission/ip_registry.ts";
import { POLICY_UPDATED } from "../privacy/policy.ts";
import type { PublicSettings } from "../config/public_settings.ts";

/** The answer to `/api/transparency`. */
export interface TransparencyReport {
  /** Addresses in memory, and how many of them have a connection. */
  readonly addressesHeld: number;
  readonly addressesConnected: number;
  /** How long the one that disconnected first has been gone; `null` when there is none. */
  readonly oldestDisconnectedSeconds: number | null;
  readonly ipRetentionSeconds: number;
  readonly accessLog: PublicSettings["accessLog"];
  /** The day of the oldest line, as YYYY-MM-DD; `null` when there is none. */
  readonly accessLogOldestDay: string | null;
  readonly accessLogRetentionDays: number;
  /** There is nowhere to store one. */
  readonly messagesStored: 0;
  readonly policyUpdated: string;
  readonly version: string;
  /** The commit of the source that this was built of, with its day. */
  readonly build: string;
  /** SHA-256 of the home page in hexadecimal digits: for who asks for no language, and in each. */
  readonly pageSha256: string;
  readonly pageSha256ByLanguage: Readonly<Record<string, string>>;
}

/** Where it is looked up. */
export interface ReportSources {
  readonly registry: Pick<IpRegistry<unknown>, "held" | "connected" | "oldestDisconnected">;
  readonly accessLog: Pick<AccessLog, "oldestDay">;
  readonly settings: PublicSettings;
}

/** Looks. */
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
    accessLogRetentionDays: settings.accessLogRetention / DAY,
    messagesStored: 0,
    policyUpdated: POLICY_UPDATED,
    version: settings.version,
    build: settings.build,
    pageSha256: Object.values(settings.fingerprints)[0] ?? "",
    pageSha256ByLanguage: settings.fingerprints,
  };
}
