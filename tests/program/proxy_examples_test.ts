/** The examples of proxies in `deploy/` contain everything that docs/reverse-proxy.md requires of a proxy. */

import assert from "node:assert/strict";
import { HEARTBEAT_INTERVAL } from "../../server/listener/listener.ts";
import { SECOND } from "../../server/base/clock.ts";

/** What an example must contain, and how long it lets a WebSocket be silent. */
interface Example {
  readonly contains: readonly RegExp[];
  /** Captures a number of seconds. Caddy has no such timeout. */
  readonly silence?: RegExp;
}

const EXAMPLES: Readonly<Record<string, Example>> = {
  "nginx.conf": {
    contains: [
      /^ *proxy_set_header Host \$http_host;$/m,
      /^ *proxy_set_header Upgrade \$http_upgrade;$/m,
      /^ *proxy_set_header X-Forwarded-For \$remote_addr;$/m,
      /^ *proxy_set_header X-Forwarded-Proto \$scheme;$/m,
      /^ *access_log off;\n *error_log \/dev\/null;$/m,
      /^ *# set_real_ip_from .*\n(.*\n)? *# real_ip_header X-Forwarded-For;$/m,
    ],
    silence: /^ *proxy_read_timeout (\d+)s;$/m,
  },
  "Caddyfile": {
    contains: [/^\t\texclude http$/m, /^\treverse_proxy /m, /^\t\t# trusted_proxies /m],
  },
  "haproxy.cfg": {
    contains: [
      /^ *http-request set-header X-Forwarded-For %\[src\]$/m,
      /^ *http-request set-header X-Forwarded-Proto https$/m,
      /^ *# http-request set-src /m,
      /^(?![^]*^ *(log|option httplog|http-request set-header host)\b)/im,
    ],
    silence: /^ *timeout tunnel (\d+)s$/m,
  },
  "apache.conf": {
    contains: [
      /^ *ProxyPreserveHost On$/m,
      /^ *RequestHeader set X-Forwarded-Proto https$/m,
      /^ *ProxyPass \/ http:\S+ upgrade=websocket /m,
      /^ *CustomLog \/dev\/null common\n *ErrorLog \/dev\/null$/m,
      /^ *# RemoteIPHeader X-Forwarded-For\n *# RemoteIPTrustedProxy /m,
    ],
    silence: /^ *ProxyPass .* timeout=(\d+)$/m,
  },
};

for (const [name, { contains, silence }] of Object.entries(EXAMPLES)) {
  Deno.test(`Example ${name} forwards what the program needs, logs nothing, and outlasts two heartbeats`, async () => {
    const text = await Deno.readTextFile(new URL(`../../deploy/${name}`, import.meta.url));
    for (const pattern of contains) assert.match(text, pattern);
    assert.match(text, /--host=127\.0\.0\.1 --port=8000 --trust-proxy=1/);
    if (silence === undefined) return;
    const seconds = Number(silence.exec(text)?.[1]);
    assert.ok(seconds * SECOND > 2 * HEARTBEAT_INTERVAL, `${seconds} s`);
  });
}
