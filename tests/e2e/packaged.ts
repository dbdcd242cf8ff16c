/**
 * The browser from an npm package, for a machine without one. It is fetched only here and only when a test needs it, so
 * people who just run the chat never download it.
 *
 * It lacks two things. This file and its users work around both:
 *
 * - Fonts: the package's `fonts.conf` names /tmp/fonts, wherever the fonts were unpacked, and a Chromium without fonts
 *   crashes at a `select`. So we write another `fonts.conf`.
 * - libsqlite3: the package contains NSS, but not this library, which NSS's libsoftokn3 is linked with. If the system
 *   lacks it, too, the browser exits as soon as it has to verify a certificate. It never has to if `trusting` in
 *   browser.ts names the certificate's key.
 */

import { tmpdir } from "node:os";
import { join } from "node:path";
import { lockFile } from "../support/files.ts";

const VERSION = "153.0.0";

/** The folder of the browser. It is kept, so that only the first run takes long. */
const FOLDER = join(tmpdir(), `anonymous-chat-browser-${VERSION}`);

/** The system's fonts are included, because those of the package lack the letters of some languages. */
const FONTS = `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir>${FOLDER}/fonts</dir>
  <dir>/usr/share/fonts</dir>
  <cachedir>${FOLDER}/fonts-cache</cachedir>
</fontconfig>
`;

/** A program, and the environment in which it finds its own libraries and fonts. */
export interface Packaged {
  readonly executablePath: string;
  readonly env: Record<string, string>;
}

/** The browser, which is fetched and unpacked on first use. */
export async function packaged(): Promise<Packaged> {
  // Several test files run at the same time, and only one of them may unpack it.
  using _lock = await lockFile(`${FOLDER}.lock`);
  if (!await Deno.stat(FOLDER).then(() => true, () => false)) await unpack();
  return {
    executablePath: join(FOLDER, "chromium"),
    env: {
      LD_LIBRARY_PATH: join(FOLDER, "al2023", "lib"),
      FONTCONFIG_FILE: join(FOLDER, "fonts.conf"),
    },
  };
}

/**
 * The folder is renamed when it is complete, so an interruption never leaves an incomplete browser under the final
 * name.
 */
async function unpack(): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "anonymous-chat-browser-" });
  await unpackInto(folder);
  await Deno.writeTextFile(join(folder, "fonts.conf"), FONTS);
  await Deno.rename(folder, FOLDER);
}

/**
 * The package unpacks itself into TMPDIR. It adds the libraries only on systems that it knows to lack them, and
 * `VERCEL` makes it treat this one as such. A separate process does it, so that the project's lock file does not list
 * the browser.
 */
async function unpackInto(folder: string): Promise<void> {
  const code = `import chromium from "npm:@sparticuz/chromium@${VERSION}";` +
    "await chromium.executablePath();";
  const apart = ["--no-config", "--no-lock", "--quiet"];
  const command = new Deno.Command(Deno.execPath(), {
    args: ["run", "--allow-all", ...apart, `data:text/javascript,${code}`],
    cwd: folder,
    env: { TMPDIR: folder, VERCEL: "1" },
  });
  const { success } = await command.output();
  if (!success) throw new Error("Cannot test: no browser is installed, and none could be fetched");
}
