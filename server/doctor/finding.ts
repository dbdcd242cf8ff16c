/** What a check of the doctor says: one line, in plain words, with what to do where something is wrong. */

/** One line of the doctor's. */
export interface Finding {
  readonly kind: "ok" | "problem" | "skipped";
  /** What was looked at. */
  readonly subject: string;
  readonly message: string;
}

/** All is well. */
export function ok(subject: string, message: string): Finding {
  return { kind: "ok", subject, message };
}

/** Something is wrong; the words end with what to do. */
export function problem(subject: string, message: string): Finding {
  return { kind: "problem", subject, message };
}

/** It is not used. */
export function skipped(subject: string, message: string): Finding {
  return { kind: "skipped", subject, message };
}
