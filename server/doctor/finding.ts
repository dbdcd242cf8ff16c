/** What a check of the doctor says: one line, in plain words, with what to do where something is wrong. */

/** One line of the doctor's. */
export interface Finding {
  readonly kind: "ok" | "wrong" | "unused";
  /** What was looked at. */
  readonly of: string;
  readonly says: string;
}

/** All is well. */
export function ok(of: string, says: string): Finding {
  return { kind: "ok", of, says };
}

/** Something is wrong; the words end with what to do. */
export function wrong(of: string, says: string): Finding {
  return { kind: "wrong", of, says };
}

/** It is not used. */
export function unused(of: string, says: string): Finding {
  return { kind: "unused", of, says };
}

/** Why the system refused, as its short code: the message may hold more than is to be shown. */
export function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return typeof error;
  const { code } = error as NodeJS.ErrnoException;
  return typeof code === "string" ? code : error.name;
}
