/**
 * Draws the pictures of the page from the emblem in client/page/page.html: icons for home screens, and the preview that
 * messengers show for a link. `deno task pictures` writes them to client/page/pictures/, and the screenshots of the
 * README to docs/. They are kept in the repository, because a build must not need a browser. A test draws the icons again and compares them.
 *
 * The text of the preview needs a typeface that looks the same on all machines, so one is fetched, and only here. The
 * screenshots use the fonts of this machine, which should include one with emoji.
 */

import { tmpdir } from "node:os";
import { join } from "node:path";
import { launch } from "./browser.ts";
import { draw, type Picture } from "./draw.ts";
import { screenshots } from "./screenshots.ts";

const TYPEFACE = "@fontsource-variable/inter@5.3.0";
const TYPEFACE_FILE = "files/inter-latin-wght-normal.woff2";

/** Colours of the light theme in client/page/style.css. */
const PAPER = "#f6f4ef";
const SOFT = "#59626b";
const INK = "#1d2328";

/** The look of an icon: its size in pixels. The emblem's size and the corner radius are fractions of it. */
const ICONS: Readonly<Record<string, { size: number; emblem: number; corner: number }>> = {
  "icon-192.png": { size: 192, emblem: 0.64, corner: 0.22 },
  "icon-512.png": { size: 512, emblem: 0.64, corner: 0.22 },
  "icon-maskable.png": { size: 512, emblem: 0.5, corner: 0 }, // Launchers crop up to a fifth on each side.
  "apple-touch-icon.png": { size: 180, emblem: 0.58, corner: 0 }, // Apple rounds the corners itself.
  "favicon-32.png": { size: 32, emblem: 1, corner: 0.5 },
};

/** Where the pictures are kept. */
export const PICTURES = new URL("../../client/page/pictures/", import.meta.url);

const DOCS = new URL("../../docs/", import.meta.url);

/** The pictures that look the same on every machine. */
export async function icons(): Promise<Record<string, Picture>> {
  const emblem = await readEmblem();
  return Object.fromEntries(
    Object.entries(ICONS).map(([name, look]) => [name, icon(emblem, look)]),
  );
}

/** The emblem of the page's header, as SVG in the colours of the page's icon. */
async function readEmblem(): Promise<string> {
  const frame = await Deno.readTextFile(new URL("../../client/page/page.html", import.meta.url));
  const [, encoded] = /href="data:image\/svg\+xml,([^"]+)"/.exec(frame) ?? [];
  if (encoded === undefined) throw new Error("Cannot draw: client/page/page.html has no icon");
  return decodeURIComponent(encoded);
}

function icon(emblem: string, look: { size: number; emblem: number; corner: number }): Picture {
  const { size } = look;
  const background = look.emblem === 1 ? "none" : PAPER;
  return {
    width: size,
    height: size,
    html: `<style>${CENTRED} body { border-radius: ${
      look.corner * size
    }px; background: ${background} }
      svg { width: ${look.emblem * size}px }</style>${emblem}`,
  };
}

const CENTRED = "body { margin: 0; height: 100vh; display: grid; place-items: center }";

function preview(emblem: string, typeface: string): Picture {
  return {
    width: 1200,
    height: 630,
    html: `<style>
      @font-face { font-family: Inter; src: url(${typeface}); font-weight: 100 900 }
      body { margin: 0; height: 100vh; display: grid; grid-template-columns: 1fr auto; align-items: center;
        box-sizing: border-box; padding: 0 88px 0 96px; font-family: Inter; color: ${INK}; background: ${PAPER} }
      h1 { margin: 0; font-size: 84px; font-weight: 700; line-height: 1.1; letter-spacing: -0.035em }
      p { margin: 34px 0 0; font-size: 32px; line-height: 1.4; color: ${SOFT} }
      svg { width: 320px }
    </style>
    <main><h1>Talk to a stranger.<br>Leave no trace.</h1>
    <p>Text or video, end-to-end encrypted.<br>No account, no cookies.</p></main>${emblem}`,
  };
}

/** The typeface as a data URL. */
async function fetchTypeface(): Promise<string> {
  const folder = join(tmpdir(), "anonymous-chat-typeface");
  await Deno.mkdir(folder, { recursive: true });
  const args = ["cache", "--no-config", "--no-lock", "--node-modules-dir=auto", `npm:${TYPEFACE}`];
  await new Deno.Command(Deno.execPath(), { args, cwd: folder }).output();
  const [name] = TYPEFACE.split(/(?<=.)@/);
  const bytes = await Deno.readFile(join(folder, "node_modules", name!, TYPEFACE_FILE));
  return `data:font/woff2;base64,${bytes.toBase64()}`;
}

if (import.meta.main) {
  const browser = await launch();
  const pictures = {
    ...await icons(),
    "preview.png": preview(await readEmblem(), await fetchTypeface()),
  };
  await Deno.mkdir(PICTURES, { recursive: true });
  for (const [name, picture] of Object.entries(pictures)) {
    await Deno.writeFile(new URL(name, PICTURES), await draw(browser, picture));
  }
  for (const [name, png] of Object.entries(await screenshots(browser))) {
    await Deno.writeFile(new URL(name, DOCS), png);
  }
  await browser.close();
}
