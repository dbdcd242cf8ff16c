/** A certificate as an operator has it: in two files, which may be replaced. */

import { join } from "node:path";
import { selfSigned } from "./certificate.ts";
import { TempFolder } from "./files.ts";

/** The certificate files of localhost. They are deleted at the end of a test. */
export class CertificateFiles implements AsyncDisposable {
  readonly #folder = new TempFolder();
  readonly certFile = join(this.#folder.path, "fullchain.pem");
  readonly keyFile = join(this.#folder.path, "privkey.pem");

  constructor(pair = selfSigned("localhost")) {
    this.write(pair);
  }

  /** The command-line options for the files. */
  get args(): string[] {
    return [`--tls-cert=${this.certFile}`, `--tls-key=${this.keyFile}`];
  }

  /** The certificate, in PEM. */
  get cert(): string {
    return Deno.readTextFileSync(this.certFile);
  }

  /** Writes one or both files. */
  write({ cert, key }: { cert?: string; key?: string }): void {
    if (cert !== undefined) Deno.writeTextFileSync(this.certFile, cert);
    if (key !== undefined) Deno.writeTextFileSync(this.keyFile, key);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#folder[Symbol.asyncDispose]();
  }
}
