/**
 * Updates the generated parts of the documents in the current folder.
 *
 *   deno task docs            writes what is out of date
 *   deno task docs --check    writes nothing, names what is out of date, and exits with 1 if there is any
 */

import { pathToFileURL } from "node:url";
import { print } from "../../server/base/print.ts";
import { outdatedDocuments, updateDocuments } from "./documents.ts";

const isCheck = Deno.args.includes("--check");
const root = pathToFileURL(`${Deno.cwd()}/`);
const documents = isCheck ? await outdatedDocuments(root) : await updateDocuments(root);
const line = (document: string): string =>
  isCheck ? `${document} is out of date: run deno task docs.\n` : `Updated ${document}.\n`;
await print(Deno.stdout, documents.map(line).join(""));
if (isCheck && documents.length > 0) Deno.exit(1);
