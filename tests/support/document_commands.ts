/**
 * The shell commands of the documents, and a scratch root to run them in. They run as they are written, with bash, except
 * for a few harmless substitutions. Programs that change the machine or need the internet have stand-ins.
 */

import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { FLAGS } from "../../tools/compile.ts";
import { selfSigned } from "./certificate.ts";
import { TempFolder } from "./files.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));

/** A fenced block of shell commands. */
export interface Block {
  /** The path of the document. */
  readonly document: string;
  readonly text: string;
}

/** The shell blocks of a document, in order. */
export function blocksIn(document: string, text: string): Block[] {
  const fences = text.matchAll(/^( *)```(?:sh|bash|shell|console)\n([^]*?)^\1```$/gm);
  return [...fences].map(([, indent = "", body = ""]) => ({
    document,
    text: body.replaceAll(new RegExp(`^${indent}`, "gm"), "").trim(),
  }));
}

/** What differs from the documents: the root, the host name, the users, and ports that may be in use. */
function inScratch(text: string, scratch: string): string {
  return text
    .replace(/(?<![\w.$}/-])\/(etc|var|root|usr\/local)(?=\/)/g, `${scratch}/$1`)
    .replace(/(?<=[/@:=]|-d |DNS:)chat\.example(\.org)?/g, "localhost")
    .replace(/(?<=-g |chgrp |Groups=)(ssl-cert|turnserver)/g, "daemon")
    .replace(/-o chat\b/g, "-o daemon")
    .replace(/(?<=anonymous-chat )--port=443/g, "--port=0");
}

/** Programs that aren't run, what replaces each, and why. `$SCRATCH` and `$SOURCE` are the two roots. */
const STAND_INS: Readonly<Record<string, readonly [script: string, reason: string]>> = {
  "apt-get": [":", "installs packages on this machine"],
  "ufw": [":", "changes the firewall of this machine"],
  "usermod": [":", "changes the users of this machine"],
  "nginx": [":", "reads the configuration of this machine; tests/program/proxies_test.ts runs it"],
  "journalctl": ["echo Video calls pass through this program", "shows the log of a service"],
  "ss": ["printf 'LISTEN 0.0.0.0:%s \\n' 443 3478 5349", "shows the ports of this machine"],
  "systemctl": [
    'case "$*" in *anonymous-chat*) mkdir -p -m 0700 "$SCRATCH"/var/lib/anonymous-chat "$SCRATCH"/var/log/anonymous-chat;; esac',
    "needs systemd as the first process",
  ],
  "systemd-run": [
    `file=; groups=
while [ $# -gt 0 ]; do
  case $1 in
    -p) shift; case $1 in EnvironmentFile=*) file=\${1#*=};; SupplementaryGroups=*) groups=\${1#*=};; esac; shift;;
    -*) shift;;
    *) break;;
  esac
done
setpriv --bounding-set=-all --inh-caps=-all --groups "$groups" "$@" --env-file="$file" || [ $? -eq 1 ]`,
    "needs systemd as the first process; runs the command without the privileges of root",
  ],
  "certbot": [
    `while [ $# -gt 0 ]; do case $1 in --deploy-hook) hook=$2;; esac; shift; done
RENEWED_LINEAGE=$SCRATCH/lineage sh -c "$hook"`,
    "needs a host name on the internet; runs the deploy hook",
  ],
  "curl": [
    `for url in "$@"; do
  case $url in
    */anonymous-chat-linux-x64) cp "$SCRATCH/bin/anonymous-chat" .;  mv anonymous-chat anonymous-chat-linux-x64;;
    */SHA256SUMS) sha256sum anonymous-chat-linux-x64 anonymous-chat.service turnserver.conf > SHA256SUMS;;
    https://...*) cp "$SOURCE/deploy/\${url##*/}" .;;
    */transparency) echo '{"build":"1234567"}';;
    http*) echo;;
  esac
done`,
    "needs a server on the internet",
  ],
  "redis-server": [
    `PATH=\${PATH#*:}; redis-server "$@" --port 0 --unixsocket "$SCRATCH/redis" --daemonize yes --pidfile "$SCRATCH/pid" --dir "$SCRATCH" >/dev/null
until redis-cli -s "$SCRATCH/redis" -a "$PASSWORD" --no-auth-warning shutdown nosave; do :; done`,
    "would run until it is stopped, on a port that may be in use; stops the real one once it answers",
  ],
};

/**
 * Stops a server as soon as it listens. Other commands run as they are. The log of the server before is emptied first: a
 * new one empties it only when it starts.
 */
const SERVED = `case \${1-} in
  doctor | health | access-log | --version | --help) exec "\${COMMAND[@]}" "$@" ;;
esac
: >"$SCRATCH/log"
"\${COMMAND[@]}" "$@" 2>"$SCRATCH/log" & server=$!
until grep -q Listening "$SCRATCH/log"; do kill -0 $server 2>/dev/null || { cat "$SCRATCH/log" >&2; exit 1; }; done
kill -INT $server
wait $server`;

/** The outcome of a document's commands. */
export interface Outcome {
  readonly code: number;
  readonly output: string;
}

/** A root with what the documents assume: the source, the executable, a certificate from an authority. */
export class ScratchRoot extends TempFolder {
  async prepare(): Promise<void> {
    const folders = [
      "bin",
      "etc/nginx/sites-enabled",
      "etc/caddy",
      "etc/systemd/system",
      "lineage",
    ];
    const more = ["root", "usr/local/bin", "usr/local/sbin", "var/www", "work"];
    for (const folder of [...folders, ...more]) {
      await Deno.mkdir(join(this.path, folder), { recursive: true });
    }
    const { cert, key } = selfSigned("localhost");
    for (const folder of ["lineage", "work"]) {
      await Deno.writeTextFile(join(this.path, folder, "fullchain.pem"), cert);
      await Deno.writeTextFile(join(this.path, folder, "privkey.pem"), key, { mode: 0o600 });
    }
    await Deno.symlink(join(root, "deploy"), join(this.path, "work", "deploy"));
    const command = [Deno.execPath(), "run", ...FLAGS.map((flag) => `'${flag}'`), `${root}main.ts`];
    await this.#install("anonymous-chat", `COMMAND=(${command.join(" ")})\n${SERVED}`);
    for (const [name, [script]] of Object.entries(STAND_INS)) await this.#install(name, script);
  }

  async #install(name: string, script: string): Promise<void> {
    await Deno.writeTextFile(join(this.path, "bin", name), `#!/bin/bash\nset -eu\n${script}\n`, {
      mode: 0o755,
    });
  }

  /** Runs all blocks of a document, in one shell. The first command that fails ends it. */
  async run(blocks: readonly Block[]): Promise<Outcome> {
    const script = blocks.map(({ text }) => inScratch(text, this.path)).join("\n");
    const trace = "trap 'echo \"Failed: $BASH_COMMAND\" >&2' ERR\n";
    const { code, stdout, stderr } = await new Deno.Command("bash", {
      args: ["-Eeu", "-c", trace + script],
      cwd: join(this.path, "work"),
      env: {
        PATH: `${this.path}/bin:${this.path}/usr/local/bin:${Deno.env.get("PATH")}`,
        PASSWORD: "a-password",
        PORT: "0",
        SCRATCH: this.path,
        SOURCE: root,
      },
    }).output();
    const decode = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
    return { code, output: decode(stdout) + decode(stderr) };
  }
}
