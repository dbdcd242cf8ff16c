/**
 * Builds what the server sends to browsers, as a module that the server imports: the home page with its script and
 * style inlined and their hashes, the frame of all other pages, the static files, and the texts of every language. The
 * module also names the source that it was built from. The same source gives the same bytes. With `--development`, the
 * page reloads itself.
 *
 * The home page is built once. It contains placeholders that the server replaces with the texts of a language
 * (`server/site/home_page.ts`). The app's own texts are sent as data next to the script.
 */

import { createHash } from "node:crypto";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync } from "node:zlib";
import { CATALOGUES } from "../client/languages/all.ts";
import type { Catalogue, Words } from "../client/languages/catalogue.ts";
import { en } from "../client/languages/en.ts";
import { print } from "../server/base/print.ts";
import { type BuiltLanguage, homePage, withTexts } from "../server/site/home_page.ts";
import type { StaticFile } from "../server/http/static_files.ts";
import { fingerprint, type Page } from "../server/http/message.ts";
import type { Pages } from "../server/site/router.ts";
import { NOTIFICATIONS_PATH } from "../protocol.ts";
import { bundleScript, bundleStyle, endBundling } from "./bundle.ts";
import { git } from "./git.ts";
import { SHORT_CLASSES, SHORT_NAMES, SHORT_STRINGS } from "./short_names.ts";

/**
 * The maximum size of the home page in any language, in bytes of brotli. A new TCP connection delivers about 14,600
 * bytes in its first round trip and 43,000 in two (RFC 6928), so between those sizes a smaller page arrives no sooner.
 */
export const BUDGET = 40_000;

/** The names of the app's texts, in the order of their numbers. The script and the data contain the numbers instead. */
const WORDS = Object.keys(en.words) as (keyof Words)[];

const NUMBERS = Object.fromEntries(WORDS.map((name, index) => [name, String(index)]));

/** The number of digits shown of a commit hash. Enough to be unique for the foreseeable future. */
const HASH_LENGTH = 12;

const client = new URL("../client/", import.meta.url);
const source = new URL("page/", client);

/** Builds the home page, and the frame into which the server puts all other pages. */
export async function buildPages({ development }: { development: boolean }): Promise<Pages> {
  const short = { names: { ...NUMBERS, ...SHORT_NAMES }, strings: SHORT_STRINGS };
  const script = (name: string): Promise<string> =>
    bundleScript(new URL(name, client), { development, ...short });
  const [early, late, worker, style, documentStyle, frame, home] = await Promise.all([
    script("app/first_paint.ts"),
    script("app.ts"),
    script("page/notification_worker.ts"),
    bundleStyle(new URL("style.css", source)),
    bundleStyle(new URL("document.css", source)),
    read("page.html"),
    read("home.html"),
  ]);
  await endBundling();
  const languages = Object.entries(CATALOGUES).map(([code, said]) => languageOf(code, said));
  const first = frame.replace("<!--menu-->", menu).replace("<!--body-->", () => home);
  const document = frame.replace("<!--menu-->", "");
  return {
    home: page(withShortClasses(first), withShortClasses(style), {
      early,
      late: withShortClasses(late),
    }),
    document: withTexts(page(document, documentStyle), languages[0]!.texts),
    languages,
    staticFiles: await staticFiles(frame, worker),
  };
}

/**
 * Icons and other files that browsers and messengers request, by path. Browsers request two of them by a fixed path.
 */
async function staticFiles(frame: string, worker: string): Promise<Record<string, StaticFile>> {
  const picture = (name: string): Promise<Uint8Array> =>
    Deno.readFile(new URL(`pictures/${name}`, source));
  const png = async (name: string): Promise<StaticFile> => attach("image/png", await picture(name));
  return {
    "/manifest.webmanifest": attach(
      "application/manifest+json",
      new TextEncoder().encode(await read("manifest.json")),
    ),
    "/icon.svg": attach("image/svg+xml", iconSvg(frame)),
    "/icon-192.png": await png("icon-192.png"),
    "/icon-512.png": await png("icon-512.png"),
    "/icon-maskable.png": await png("icon-maskable.png"),
    "/apple-touch-icon.png": await png("apple-touch-icon.png"),
    "/favicon.ico": attach(
      "image/vnd.microsoft.icon",
      icoFile(await picture("favicon-32.png"), 32),
    ),
    "/preview.png": await png("preview.png"),
    [NOTIFICATIONS_PATH]: attach("text/javascript", new TextEncoder().encode(worker)),
  };
}

function attach(type: string, bytes: Uint8Array): StaticFile {
  return { type, base64: bytes.toBase64() };
}

/** The page's icon, taken from the data URL in page.html. */
function iconSvg(frame: string): Uint8Array {
  const [, encoded] = /"data:image\/svg\+xml,([^"]+)"/.exec(frame) ?? [];
  if (encoded === undefined) throw new Error("Cannot build icon.svg: page.html has no icon");
  return new TextEncoder().encode(decodeURIComponent(encoded));
}

/** A picture as an ICO file: a directory with one entry, followed by the unchanged PNG. */
function icoFile(png: Uint8Array, size: number): Uint8Array {
  const header = new DataView(new ArrayBuffer(22));
  header.setUint16(2, 1, true); // An icon, not a cursor.
  header.setUint16(4, 1, true); // One picture.
  header.setUint8(6, size);
  header.setUint8(7, size);
  header.setUint16(10, 1, true); // Planes.
  header.setUint16(12, 32, true); // Bits per pixel.
  header.setUint32(14, png.length, true);
  header.setUint32(18, header.byteLength, true); // Offset of the picture.
  return new Uint8Array([...new Uint8Array(header.buffer), ...png]);
}

/** The transfer size of a page, in bytes of brotli. */
export function weight({ html }: Page): number {
  return brotliCompressSync(new TextEncoder().encode(html)).length;
}

/** `early`: what runs before the first paint. */
interface Scripts {
  readonly early: string;
  readonly late: string;
}

function page(markup: string, style: string, scripts?: Scripts): Page {
  const data = `<script type="application/json" id="words"><!--words--></script>`;
  const html = compact(markup)
    .replace(
      "<!--style-->",
      () => `${scripts ? `<script>${scripts.early}</script>` : ""}<style>${style}</style>`,
    )
    .replace("<!--script-->", () => scripts ? `${data}<script>${scripts.late}</script>` : "");
  return {
    html,
    styles: [hash(style)],
    scripts: scripts ? [hash(scripts.early), hash(scripts.late)] : [],
  };
}

/** Shortens classes in the markup, the script or the style of the home page. */
function withShortClasses(text: string): string {
  return text.replace(/[a-z]+(-[a-z]+)+/g, (name) => SHORT_CLASSES[name] ?? name);
}

/** Removes the indentation, which only the author of a template needs. */
function compact(html: string): string {
  return html.replace(/\s*\n\s*/g, " ").replace(/> </g, "><").trim();
}

/**
 * The switch for light and dark, and the language menu, each language under its own name. They are hidden until the
 * script runs, because they need it.
 */
function menu(): string {
  const options = Object.entries(CATALOGUES).map(([code, { name }]) =>
    `<option value="${code}" lang="${code}">${name}`
  );
  const theme = `<button id="theme" title="<!--dark-->" hidden></button>`;
  return `${theme}<select id="language" aria-label="<!--language-->" hidden>${
    options.join("")
  }</select>`;
}

/** A language as the server and the app use it. */
function languageOf(code: string, { frame, words }: Catalogue): BuiltLanguage {
  return {
    code,
    texts: {
      ...{ lang: code, dir: words.Direction },
      ...{ description: frame.description, noScript: frame.noScript },
      ...{ notRunning: frame.notRunning, tryAgain: words.TryAgain },
      ...{ heading: words.Heading, lead: words.Lead, language: words.Language, dark: words.Dark },
      ...words.Links,
    },
    words: WORDS.map((name) => words[name]),
    englishOnly: code === "en" ? "" : frame.englishOnly,
  };
}

function hash(text: string): string {
  return createHash("sha256").update(text).digest("base64");
}

function read(name: string): Promise<string> {
  return Deno.readTextFile(new URL(name, source));
}

/**
 * The source in a folder according to git: "0123456789ab of 2026-11-26", followed by ", changed" if files differ from
 * that commit. "unknown" if the folder is not the root of a repository.
 */
export async function sourceOf(folder: URL): Promise<string> {
  const own = { GIT_CEILING_DIRECTORIES: dirname(fileURLToPath(folder)) }; // Not a repository that merely contains it.
  const commit = await git(folder, ["log", "-1", "--format=%H of %cs"], own);
  const changes = await git(folder, ["status", "--porcelain"], own);
  if (commit === undefined || changes === undefined) return "unknown";
  const [hash = "", ...rest] = commit.split(" ");
  return [hash.slice(0, HASH_LENGTH), ...rest].join(" ") + (changes === "" ? "" : ", changed");
}

/** Writes a file only if its content changes, so that file watchers are not triggered needlessly. */
async function writeIfChanged(file: URL, content: string): Promise<void> {
  const kept = await Deno.readTextFile(file).catch(() => undefined);
  if (kept !== content) await Deno.writeTextFile(file, content);
}

if (import.meta.main) {
  const development = Deno.args.includes("--development");
  const { home, document, languages, staticFiles } = await buildPages({ development });
  const build = development ? "development" : await sourceOf(new URL("../", import.meta.url));
  const module = [
    "// Made by build.ts.",
    `export const build: string = ${JSON.stringify(build)};`,
    `export const pages = ${JSON.stringify({ home, document, languages, staticFiles })};\n`,
  ].join("\n");
  await writeIfChanged(new URL("page.gen.ts", client), module);
  for (const language of languages) {
    const page = homePage(home, language);
    const size = `${weight(page)} of ${BUDGET} bytes (brotli)`;
    await print(Deno.stdout, `${language.code}: ${size}; SHA-256 ${fingerprint(page)}\n`);
  }
}
