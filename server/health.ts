/** How the server is, as `/healthz` answers it: for what watches over it, so it is cheap and true. */

/** The answer to `/healthz`. */
export interface Health {
  /** `draining`: it is about to stop. `degraded`: people can talk, but something beside that does not work. */
  readonly status: "ok" | "degraded" | "draining";
  /** What does not work. */
  readonly failing: readonly ("access log" | "redis" | "statistics")[];
}

/** Where it is looked up. */
export interface Parts {
  readonly lobby: { readonly isDraining: boolean };
  readonly accessLog: { readonly isFailing: boolean };
  /** `undefined` when this machine is alone by intention. */
  readonly cluster: { readonly isUp: boolean } | undefined;
  readonly statistics: { readonly isFailing: boolean };
}

/** Looks. */
export function healthOf({ lobby, accessLog, cluster, statistics }: Parts): Health {
  const failing = [
    ...accessLog.isFailing ? ["access log" as const] : [],
    ...cluster?.isUp === false ? ["redis" as const] : [],
    ...statistics.isFailing ? ["statistics" as const] : [],
  ];
  if (lobby.isDraining) return { status: "draining", failing };
  return { status: failing.length > 0 ? "degraded" : "ok", failing };
}
