/** What a check of the doctor says: one line, in plain words, with what to do where something is wrong. */

/** One line of the doctor's. */
export interface Finding {
  readonly kind: "ok" | "problem" | "skipped";
  /** What was looked at. */
  readonly subject: string;
  readonly message: string;
}

/** All is well. */
export function ok(of: string, says: string): Finding {
  return { kind: "ok", subject: of, message: says };
}

/** Something is wrong; the words end with what to do. */
export function problem(of: string, says: string): Finding {
  return { kind: "problem", subject: of, message: says };
}

/** It is not used. */
export function skipped(of: string, says: string): Finding {
  return { kind: "skipped", subject: of, message: says };
}

/** Why the system refused, as its short code: the message may hold more than is to be shown. */
export function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return typeof error;
  const { code } = error as NodeJS.ErrnoException;
  return typeof code === "string" ? code : error.name;
}
