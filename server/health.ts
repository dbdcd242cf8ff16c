/** How the server is, as `/healthz` answers it: for what watches over it, so it is cheap and true. */

/** `draining`: it is about to stop. `degraded`: people can talk, but something beside that does not work. */
export const STATUSES = ["ok", "degraded", "draining"] as const;

/** What may not work while people can talk. */
export const COMPONENTS = ["access log", "log", "redis", "statistics"] as const;

/** The answer to `/healthz`. */
export interface Health {
  readonly status: (typeof STATUSES)[number];
  /** What does not work. */
  readonly failing: readonly (typeof COMPONENTS)[number][];
}

/** Where it is looked up. */
export interface HealthSources {
  readonly sessions: { readonly isDraining: boolean };
  readonly accessLog: { readonly isFailing: boolean };
  /** The operational log. */
  readonly logOutput: { readonly isFailing: boolean };
  /** `undefined` when this machine is alone by intention. */
  readonly cluster: { readonly isUp: boolean } | undefined;
  readonly statistics: { readonly isFailing: boolean };
}

/** Looks. */
export function healthOf(
  { sessions, accessLog, logOutput, cluster, statistics }: HealthSources,
): Health {
  const failing = [
    ...accessLog.isFailing ? ["access log" as const] : [],
    ...logOutput.isFailing ? ["log" as const] : [],
    ...cluster?.isUp === false ? ["redis" as const] : [],
    ...statistics.isFailing ? ["statistics" as const] : [],
  ];
  if (sessions.isDraining) return { status: "draining", failing };
  return { status: failing.length > 0 ? "degraded" : "ok", failing };
}
