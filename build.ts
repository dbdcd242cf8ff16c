/**
 * Makes the first page, with its script and style inlined and their hashes beside it, the frame of all others, and what
 * is said in every language, as a module that the server imports. The same source gives the same bytes. `--development`
 * makes a page that reloads itself.
 *
 * The first page is built once; marks stand in it where the server puts the words of a language (`server/pages/home.ts`).
 * What the app says travels as a list, so that the names of words weigh nothing: `words.Send` is an index in the script.
 */

import { createHash } from "node:crypto";
import { brotliCompressSync } from "node:zlib";
import * as esbuild from "esbuild";
import { minify } from "terser";
import { CATALOGUES } from "./client/languages/all.ts";
import type { Catalogue, Words } from "./client/languages/catalogue.ts";
import { en } from "./client/languages/en.ts";
import { type BuiltLanguage, homePage, withTexts } from "./server/pages/home.ts";
import { fingerprint, type Page } from "./server/reply.ts";
import type { Pages } from "./server/site.ts";

/** The most that the home page may weigh in English, in bytes of brotli. */
const BUDGET = 26_000;

/** The same in other languages, whose words and letters take more. */
const BUDGET_OF_OTHERS = 27_000;

/** What words are called, in the order of their indices. */
const WORDS = Object.keys(en.words) as (keyof Words)[];

/**
 * Properties that the build shortens: of the state of the page and of what its parts tell each other. None of them
 * stands in a message, in a store or in an object of the browser's, which tests watch.
 */
export const SHORTENED = [
  ...["scene", "preferences", "delivery", "typingUntil", "typingTold", "lostUntil", "asksAgain"],
  ...["isFlowing", "isDelivered", "hindered", "keepsDevices", "interestDraft", "reminded"],
  ...["unread", "attentive", "confirmedAt", "answeredAt", "askedAt", "invited", "swapped"],
  ...["onFrame", "onOpened", "onSecured", "onTampered", "onFailed", "onDown", "onHindered"],
  ...["askHindrance", "onSetup", "onQuality", "onLanguage", "languageFailed"],
];

const source = new URL("./client/", import.meta.url);

/** Builds the first page, and the frame into which the server puts all others. */
export async function buildPages({ development }: { development: boolean }): Promise<Pages> {
  const [script, style, documentStyle, frame, home] = await Promise.all([
    bundle("app.ts", development).then(shrink),
    bundle("style.css", development),
    bundle("document.css", development),
    read("page.html"),
    read("home.html"),
  ]);
  await esbuild.stop();
  const languages = Object.entries(CATALOGUES).map(([code, said]) => languageOf(code, said));
  const first = frame.replace("<!--menu-->", menu).replace("<!--body-->", () => home);
  const document = frame.replace("<!--menu-->", "");
  return {
    home: page(first, style, script),
    document: withTexts(page(document, documentStyle), languages[0]!.texts),
    languages,
  };
}

/** The weight of a page as it travels, in bytes of brotli. */
export function weight({ html }: Page): number {
  return brotliCompressSync(new TextEncoder().encode(html)).length;
}

/** What a home page may weigh in a language, in bytes of brotli. */
export function budgetOf({ code }: BuiltLanguage): number {
  return code === "en" ? BUDGET : BUDGET_OF_OTHERS;
}

function page(markup: string, style: string, script?: string): Page {
  const data = `<script type="application/json" id="words"><!--words--></script>`;
  const html = compact(markup)
    .replace("<!--style-->", () => `<style>${style}</style>`)
    .replace(
      "<!--script-->",
      () => script === undefined ? "" : `${data}<script>${script}</script>`,
    );
  return { html, styles: [hash(style)], scripts: script === undefined ? [] : [hash(script)] };
}

/** Drops what only the author of a template sees: the indentation. */
function compact(html: string): string {
  return html.replace(/\s*\n\s*/g, " ").replace(/> </g, "><").trim();
}

/** Where a language is chosen, each under its own name; of no use, and not to be seen, until the script runs. */
function menu(): string {
  const options = Object.entries(CATALOGUES).map(([code, { name }]) =>
    `<option value="${code}" lang="${code}">${name}`
  );
  return `<select id="language" aria-label="<!--language-->" hidden>${options.join("")}</select>`;
}

/** A language as the server and the app use it. */
function languageOf(code: string, { frame, words }: Catalogue): BuiltLanguage {
  return {
    code,
    texts: {
      ...{ lang: code, dir: words.Direction },
      ...{ description: frame.description, noScript: frame.noScript },
      ...{ heading: words.Heading, lead: words.Lead, language: words.Language },
      ...words.Links,
    },
    words: WORDS.map((name) => words[name]),
    englishOnly: words === CATALOGUES.en?.words ? "" : frame.englishOnly,
  };
}

function hash(text: string): string {
  return createHash("sha256").update(text).digest("base64");
}

function read(name: string): Promise<string> {
  return Deno.readTextFile(new URL(name, source));
}

async function bundle(entry: string, development: boolean): Promise<string> {
  const { outputFiles } = await esbuild.build({
    entryPoints: [new URL(entry, source).pathname],
    bundle: true,
    minify: true,
    write: false,
    format: "iife",
    target: ["chrome123", "firefox120", "safari17.5"],
    charset: "utf8",
    legalComments: "none",
    define: { DEVELOPMENT: String(development) },
    mangleProps: new RegExp(`^(${[...WORDS, ...SHORTENED].join("|")})$`),
    mangleCache: Object.fromEntries(WORDS.map((name, index) => [name, String(index)])),
    plugins: [packages],
  });
  const [output] = outputFiles;
  if (output === undefined) throw new Error(`Cannot build ${entry}: it has no output`);
  return output.text.trim();
}

/**
 * A second minifier finds what the first leaves. After both, line breaks are in templates alone; what htm reads alike is
 * shortened there: breaks beside tags, the names of closing tags, quotes around plain values.
 */
async function shrink(script: string): Promise<string> {
  const { code = "" } = await minify(script, { ecma: 2020, compress: { passes: 3 } });
  return code
    .replace(/(?<=>)\s*\n\s*|\s*\n\s*(?=<)/g, "")
    .replace(/\s*\n\s*/g, "\n")
    .replace(/<\/\w+>/g, "</>")
    .replace(/(?<=\s[\w-]+=)"([\w-]+)"(?=[\s>]|\/>)/g, "$1");
}

/** Finds npm packages where Deno keeps them. */
const packages: esbuild.Plugin = {
  name: "packages",
  setup(build): void {
    build.onResolve({ filter: /^[a-z@]/ }, async ({ path, kind }) => {
      if (kind === "entry-point") return undefined;
      const smallest = path === "htm" ? "htm/mini" : path; // It remembers no template, which costs a page next to nothing.
      await import(smallest);
      return { path: new URL(import.meta.resolve(smallest)).pathname };
    });
  },
};

/** Writes a file only when that changes it, so that nobody who watches it is woken for nothing. */
async function keep(file: URL, content: string): Promise<void> {
  const kept = await Deno.readTextFile(file).catch(() => undefined);
  if (kept !== content) await Deno.writeTextFile(file, content);
}

if (import.meta.main) {
  const development = Deno.args.includes("--development");
  const { home, document, languages } = await buildPages({ development });
  const module = `// Made by build.ts.\nexport const pages = ${
    JSON.stringify({ home, document, languages })
  };\n`;
  await keep(new URL("page.gen.ts", source), module);
  for (const language of languages) {
    const page = homePage(home, language);
    const line = `${language.code}: ${weight(page)} of ${
      budgetOf(language)
    } bytes (brotli); SHA-256 ${fingerprint(page)}\n`;
    await Deno.stdout.write(new TextEncoder().encode(line));
  }
}
