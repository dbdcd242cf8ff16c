/** The part of the README that a program writes, between its two marks. */

const README = new URL("../../README.md", import.meta.url);
const BEGIN = "<!-- bench -->";
const END = "<!-- end of bench -->";

/** Replaces what stands between the marks. */
export async function writePart(part: string): Promise<void> {
  const text = await Deno.readTextFile(README);
  const [before, rest] = text.split(BEGIN);
  const after = rest?.split(END)[1];
  if (before === undefined || after === undefined) {
    throw new Error(`Cannot write the README: ${BEGIN} and ${END} are not there`);
  }
  await Deno.writeTextFile(README, `${before}${BEGIN}\n\n${part}\n\n${END}${after}`);
}

/** Markdown as `deno fmt` would have it. */
export async function formatted(text: string): Promise<string> {
  const command = new Deno.Command(Deno.execPath(), {
    args: ["fmt", "--ext=md", "-"],
    cwd: new URL("../../", import.meta.url),
    stdin: "piped",
    stdout: "piped",
  });
  await using process = command.spawn();
  const written = new Blob([text]).stream().pipeTo(process.stdin);
  const { stdout } = await process.output();
  await written;
  return new TextDecoder().decode(stdout).trim();
}
