/**
 * Reads an environment file, such as the one of a systemd unit. It is never run by a shell: `$`, `;` and backquotes mean
 * nothing in it. systemd and Docker read the same file in different ways. This program follows systemd:
 *
 *     line                     systemd               Docker
 *     OPERATOR=The Society     The Society           The Society
 *     OPERATOR="The Society"   The Society           "The Society"
 *     OPERATOR=$USER; x        $USER; x              $USER; x
 *     PORT=80   # the web      80   # the web        80   # the web
 *     ; a comment              ignored               an error
 *     PORT                     ignored               the variable of the shell
 */

/** One variable in a file. */
export interface Assignment {
  readonly name: string;
  readonly value: string;
  /** The line on which it begins, counted from 1. */
  readonly line: number;
}

/** What a file says. */
export interface EnvironmentText {
  readonly assignments: readonly Assignment[];
  /** The lines that set no variable although they look as if they did, counted from 1. */
  readonly ignoredLines: readonly number[];
}

/** The names that systemd accepts for a variable. */
const NAME = /^[A-Za-z_]\w*$/;

/** Reads a file as systemd does (`EnvironmentFile=` in systemd.exec(5)). */
export function readAsSystemd(text: string): EnvironmentText {
  const assignments: Assignment[] = [];
  const ignoredLines: number[] = [];
  const reader = new Reader(text.replaceAll("\r\n", "\n"));
  while (!reader.isAtEnd) {
    const line = reader.line;
    const name = reader.name();
    if (name === undefined) continue;
    const value = name.hasValue ? reader.value() : "";
    if (name.hasValue && NAME.test(name.text)) assignments.push({ name: name.text, value, line });
    else ignoredLines.push(line);
  }
  return { assignments, ignoredLines };
}

/** The variables in a file as Docker reads it (`docker run --env-file`). The last one of a name wins. */
export function readAsDocker(text: string): ReadonlyMap<string, string> {
  const variables = new Map<string, string>();
  for (const line of text.split(/\r?\n/)) {
    const found = /^[ \t]*([^#=\s][^=\s]*)=(.*)$/.exec(line);
    if (found !== null) variables.set(found[1] ?? "", found[2] ?? "");
  }
  return variables;
}

/** Characters that a backslash protects between double quotes. */
const PROTECTED = '"\\`$';

/** A position in the text of a file. */
class Reader {
  readonly #text: string;
  #at = 0;
  /** The number of the current line. */
  line = 1;

  constructor(text: string) {
    this.#text = text;
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#text.length;
  }

  /** Reads up to "=" or the end of the line. `undefined` for empty lines and comments. */
  name(): { text: string; hasValue: boolean } | undefined {
    let text = "";
    let char = this.#next();
    while (char !== "\n" && char !== "=" && char !== "") {
      text += char;
      char = this.#next();
      if (/^\s*[#;]/.test(text)) {
        while (char !== "\n" && char !== "") char = this.#next();
        return undefined;
      }
    }
    const name = text.trim();
    return name === "" && char !== "=" ? undefined : { text: name, hasValue: char === "=" };
  }

  /** Reads a value to the end of its line, or beyond it within quotes or after a backslash. */
  value(): string {
    let value = "";
    for (let char = this.#skipSpaces(); char !== "\n" && char !== ""; char = this.#skipSpaces()) {
      if (char === "'") value += this.#singleQuoted();
      else if (char === '"') value += this.#doubleQuoted();
      else return value + this.#unquoted(char);
    }
    return value;
  }

  #unquoted(first: string): string {
    let value = "";
    let kept = 0; // The length up to the last character that isn't a trailing space.
    for (let char = first; char !== "\n" && char !== ""; char = this.#next()) {
      const isEscaped = char === "\\";
      const real = isEscaped ? this.#next() : char;
      if (isEscaped && real === "\n") continue;
      value += real;
      if (isEscaped || !/\s/.test(real)) kept = value.length;
    }
    return value.slice(0, kept);
  }

  #singleQuoted(): string {
    let value = "";
    for (let char = this.#next(); char !== "'" && char !== ""; char = this.#next()) value += char;
    return value;
  }

  #doubleQuoted(): string {
    let value = "";
    for (let char = this.#next(); char !== '"' && char !== ""; char = this.#next()) {
      if (char !== "\\") value += char;
      else value += this.#afterBackslash(this.#next());
    }
    return value;
  }

  #afterBackslash(char: string): string {
    if (char === "\n") return "";
    return PROTECTED.includes(char) ? char : `\\${char}`;
  }

  #skipSpaces(): string {
    let char = this.#next();
    while (char === " " || char === "\t") char = this.#next();
    return char;
  }

  /** The next character, or "" at the end. */
  #next(): string {
    const char = this.#text[this.#at++] ?? "";
    if (char === "\n") this.line++;
    return char;
  }
}
