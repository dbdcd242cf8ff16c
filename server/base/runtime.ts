/**
 * Which versions of Deno can serve. An older one starts and looks healthy, but no chat ever connects, or a limit that
 * SECURITY.md promises has no effect:
 *
 *     before 2.5.0   lacks parts of the language that the program uses
 *     before 2.7.0   `node:http` leaves every upgrade unanswered
 *     before 2.8.0   `node:http` doesn't disconnect clients that send half a request, or read no response
 *
 * These faults show only after seconds of waiting, so the version is checked and not the feature. `Deno.serve` never
 * replaces `node:http` automatically, because it can't limit what clients send. `--listener=deno` is the operator's
 * choice.
 */

/** The oldest version for each listener. `tests/program/deno_versions_test.ts` holds a chat on each. */
export const OLDEST_DENO = { node: "2.8.0", deno: "2.5.0" } as const;

/** The version that all commands in the documentation name. */
export const RECOMMENDED_DENO = "2.9.6";

/** The runtime of this process. */
export interface Runtime {
  /** The version of Deno. */
  readonly version: string;
  /** Whether it is part of an executable. */
  readonly isBuiltIn: boolean;
}

/** What runs this process. */
export function currentRuntime(): Runtime {
  return { version: Deno.version.deno, isBuiltIn: Deno.build.standalone };
}

/** Why a runtime can't serve with a listener, and the command that helps; `undefined` if it can. */
export function runtimeProblem(
  listener: keyof typeof OLDEST_DENO,
  { version, isBuiltIn }: Runtime,
): string | undefined {
  const oldest = OLDEST_DENO[listener];
  if (!isOlder(version, oldest)) return undefined;
  const task = isBuiltIn ? "compile" : "start";
  return `--listener=${listener} needs Deno ${oldest} or later, and this is ${version}: ` +
    `run npx -y deno@${RECOMMENDED_DENO} task ${task}`;
}

/** Compares two versions. A pre-release counts as the release. */
function isOlder(version: string, oldest: string): boolean {
  const [parts, bounds] = [version, oldest].map((text) => text.split(/[.+-]/).map(Number));
  for (const [index, bound] of bounds!.slice(0, 3).entries()) {
    const part = parts![index] ?? 0;
    if (part !== bound) return part < bound;
  }
  return false;
}
