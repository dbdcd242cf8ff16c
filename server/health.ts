/** The health of the server, as reported by `/healthz` to monitoring. It is cheap to compute and always current. */

/** `draining`: the server is about to stop. `degraded`: visitors can chat, but something else does not work. */
export const STATUSES = ["ok", "degraded", "draining"] as const;

/** Components that can fail while visitors can still chat. */
export const COMPONENTS = [
  "access log",
  "announcement",
  "certificate",
  "deny file",
  "log",
  "redis",
  "relay",
  "rules file",
  "statistics",
] as const;

/** The answer to `/healthz`. */
export interface Health {
  readonly status: (typeof STATUSES)[number];
  /** Components that do not work. */
  readonly failing: readonly (typeof COMPONENTS)[number][];
}

/** The parts that report their state. */
export interface HealthSources {
  readonly sessions: { readonly isDraining: boolean };
  readonly accessLog: { readonly isFailing: boolean };
  /** The operational log. */
  readonly logOutput: { readonly isFailing: boolean };
  /** `undefined` if this server is configured as a single node. */
  readonly cluster: { readonly isUp: boolean } | undefined;
  /** `undefined` if there is no embedded relay. */
  readonly callRelay?: { readonly isFailing: boolean } | undefined;
  readonly statistics: { readonly isFailing: boolean };
  /** Files that the operator may change, and the certificate; `undefined` without one. */
  readonly announcementFile?: { readonly isFailing: boolean } | undefined;
  readonly certificate?: { readonly isFailing: boolean } | undefined;
  readonly denyFile?: { readonly isFailing: boolean } | undefined;
  readonly rulesFile?: { readonly isFailing: boolean } | undefined;
}

export function healthOf(
  { sessions, accessLog, logOutput, cluster, callRelay, statistics, ...files }: HealthSources,
): Health {
  const failing = [
    ...accessLog.isFailing ? ["access log" as const] : [],
    ...files.announcementFile?.isFailing ? ["announcement" as const] : [],
    ...files.certificate?.isFailing ? ["certificate" as const] : [],
    ...files.denyFile?.isFailing ? ["deny file" as const] : [],
    ...logOutput.isFailing ? ["log" as const] : [],
    ...cluster?.isUp === false ? ["redis" as const] : [],
    ...callRelay?.isFailing ? ["relay" as const] : [],
    ...files.rulesFile?.isFailing ? ["rules file" as const] : [],
    ...statistics.isFailing ? ["statistics" as const] : [],
  ];
  if (sessions.isDraining) return { status: "draining", failing };
  return { status: failing.length > 0 ? "degraded" : "ok", failing };
}
