/** The health of the server, as reported by `/healthz` to monitoring. It is cheap to compute and always current. */

/** `draining`: the server is about to stop. `degraded`: visitors can chat, but something else does not work. */
export const STATUSES = ["ok", "degraded", "draining"] as const;

/** Components that can fail while visitors can still chat. */
export const COMPONENTS = ["access log", "certificate", "log", "redis", "statistics"] as const;

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
  /** `undefined` if this program doesn't terminate TLS. */
  readonly certificate: { readonly isFailing: boolean } | undefined;
  /** The operational log. */
  readonly logOutput: { readonly isFailing: boolean };
  /** `undefined` if this server is configured as a single node. */
  readonly cluster: { readonly isUp: boolean } | undefined;
  readonly statistics: { readonly isFailing: boolean };
}

export function healthOf(
  { sessions, accessLog, certificate, logOutput, cluster, statistics }: HealthSources,
): Health {
  const failing = [
    ...accessLog.isFailing ? ["access log" as const] : [],
    ...certificate?.isFailing ? ["certificate" as const] : [],
    ...logOutput.isFailing ? ["log" as const] : [],
    ...cluster?.isUp === false ? ["redis" as const] : [],
    ...statistics.isFailing ? ["statistics" as const] : [],
  ];
  if (sessions.isDraining) return { status: "draining", failing };
  return { status: failing.length > 0 ? "degraded" : "ok", failing };
}
