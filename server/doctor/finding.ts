/** The result of a check: one line in plain words. If something is wrong, it says what to do. */

/** One line of output. */
export interface Finding {
  readonly kind: "ok" | "problem" | "skipped";
  /** What was checked. */
  readonly subject: string;
  readonly message: string;
}

export function ok(subject: string, message: string): Finding {
  return { kind: "ok", subject, message };
}

/** `message` ends with what to do. */
export function problem(subject: string, message: string): Finding {
  return { kind: "problem", subject, message };
}

/** The part is not in use. */
export function skipped(subject: string, message: string): Finding {
  return { kind: "skipped", subject, message };
}
