/**
 * Bundles and minifies the script and the styles of the page:
 *
 *     module ──> without types ──> templates compiled ──> bundle ──> smaller
 *                esbuild           templates.ts          esbuild    Terser
 *     package ──> trimmed ──────────────────────────────────┘
 *                 package_code.ts
 *
 * esbuild minifies all of it. Terser then saves more than a kilobyte of brotli, mainly because it moves functions to the
 * only place that calls them. esbuild comes first: only it shortens private names, and only it knows the browsers that
 * the script is for.
 */

import * as esbuild from "esbuild";
import { minify } from "terser";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { trimmed } from "./package_code.ts";
import { compileTemplates } from "./templates.ts";

/** `a===1` compresses better than `1===a`. Reading a property of the app, and not using it, has no effect. */
const COMPRESS = { passes: 3, hoist_funs: true, lhs_constants: false, pure_getters: true };

/** Names of properties or strings, and what they are in the script. */
export type ShortNames = Readonly<Record<string, string>>;

/** The script that starts with a module. */
export async function bundleScript(
  module: URL,
  { development, names, strings }: {
    readonly development: boolean;
    readonly names: ShortNames;
    readonly strings: ShortNames;
  },
): Promise<string> {
  const bundled = await bundle(module, {
    format: "iife",
    define: { DEVELOPMENT: String(development) },
    mangleProps: new RegExp(`^(${Object.keys(names).join("|")})$`),
    mangleCache: names,
    plugins: [packages, templates],
  });
  const shorter = bundled.replace(/"([a-z-]+)"/g, (text, string) => {
    return Object.hasOwn(strings, string) ? `"${strings[string]}"` : text;
  });
  const { code } = await minify(shorter, { ecma: 2020, compress: COMPRESS });
  if (code === undefined) throw new Error(`Cannot build ${module}: nothing is left of it`);
  return code;
}

export async function bundleStyle(sheet: URL): Promise<string> {
  return withShortProperties(await bundle(sheet, {}));
}

/** A style with short names of the custom properties that it declares. The script sets others (`viewport.ts`). */
function withShortProperties(style: string): string {
  const declared = [...new Set(style.match(/--[\w-]+(?=:)/g))];
  const letters = 10; // In base 36, letters come after the ten digits.
  return style.replace(/--[\w-]+/g, (name) => {
    const index = declared.indexOf(name);
    return index < 0 ? name : `--${(letters + index).toString(36)}`;
  });
}

/** Ends the process that bundles. */
export function endBundling(): Promise<void> {
  return esbuild.stop();
}

async function bundle(entry: URL, options: esbuild.BuildOptions): Promise<string> {
  const { outputFiles } = await esbuild.build({
    ...options,
    entryPoints: [fileURLToPath(entry)],
    bundle: true,
    minify: true,
    write: false,
    target: ["chrome123", "firefox120", "safari17.5"],
    supported: { "regexp-unicode-property-escapes": true }, // All but the scripts of the latest Unicode.
    charset: "utf8",
    legalComments: "none",
  });
  const [output] = outputFiles ?? [];
  if (output === undefined) throw new Error(`Cannot build ${entry}: it has no output`);
  return output.text.trim();
}

/** Modules of packages. Those of the page are written in TypeScript. */
const PACKAGED = /\.m?js$/;

/** Finds npm packages where Deno keeps them, and those that they need themselves. */
const packages: esbuild.Plugin = {
  name: "packages",
  setup(build): void {
    build.onResolve({ filter: /^[a-z@]/ }, async ({ path, kind, importer }) => {
      if (kind === "entry-point") return undefined;
      if (PACKAGED.test(importer)) return { path: createRequire(importer).resolve(path) };
      await import(path);
      return { path: fileURLToPath(import.meta.resolve(path)) };
    });
    build.onLoad({ filter: PACKAGED }, async ({ path }) => {
      return { contents: trimmed(await Deno.readTextFile(path)), loader: "js" };
    });
  },
};

/** Compiles the templates of the views. */
const templates: esbuild.Plugin = {
  name: "templates",
  setup(build): void {
    build.onLoad({ filter: /\/client\/views\/\w+\.ts$/ }, async ({ path }) => {
      const { code } = await esbuild.transform(await Deno.readTextFile(path), {
        loader: "ts",
        tsconfigRaw: { compilerOptions: { target: "esnext", verbatimModuleSyntax: false } },
      });
      return { contents: compileTemplates(code), loader: "js" };
    });
  },
};
