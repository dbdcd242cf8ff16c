/** The short code of a system error, such as ENOENT. The message may contain details that don't belong in a log. */

/** The code of an error, or its name if it has none. */
export function errorCode(error: unknown): string {
  if (!(error instanceof Error)) return typeof error;
  const { code } = error as NodeJS.ErrnoException;
  return typeof code === "string" ? code : error.name;
}
