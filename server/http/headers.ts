/**
 * The headers that go with every answer, as a table. They are static: a page's policy names the hashes of its own
 * script and style, and nothing else may run, load, frame or be framed.
 */

/** Header names, in lower case, to values. */
export type Headers = Readonly<Record<string, string>>;

/** What a page may ask of a browser only where calls are held. */
const FOR_CALLS = ["camera", "microphone", "fullscreen", "picture-in-picture", "autoplay"];

/** What no page of ours asks for. */
const FOR_NOTHING = [
  ...["geolocation", "display-capture", "payment", "usb", "accelerometer"],
  ...["gyroscope", "hid", "idle-detection", "magnetometer", "midi", "serial"],
];

/** What every answer carries. */
export const SECURITY_HEADERS: Headers = {
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "permissions-policy": permissions("()"),
};

/** What is different for the home page: calls are held there, and nowhere else. */
export const HOME_HEADERS: Headers = { "permissions-policy": permissions("(self)") };

/** What is added where the visitor came by TLS: come by nothing else for a year (RFC 6797). */
export const TRANSPORT_SECURITY: Headers = { "strict-transport-security": "max-age=31536000" };

/** What goes with an answer that no browser should render. */
export const PLAIN_POLICY = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'";

/** The Content-Security-Policy (level 3) of a page with these inlined parts, given as base64 SHA-256. */
export function contentSecurityPolicy(
  { scripts, styles }: { scripts: readonly string[]; styles: readonly string[] },
): string {
  return [
    "default-src 'none'",
    `script-src ${sources(scripts)}`,
    `style-src ${sources(styles)}`,
    "connect-src 'self'",
    "img-src 'self' data:", // Of ours there are the icons alone, when somebody installs the chat.
    "manifest-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join("; ");
}

/** A Permissions-Policy that lets `callers` hold calls. */
function permissions(callers: "()" | "(self)"): string {
  const forCalls = FOR_CALLS.map((feature) => `${feature}=${callers}`);
  return [...forCalls, ...FOR_NOTHING.map((feature) => `${feature}=()`)].join(", ");
}

function sources(hashes: readonly string[]): string {
  return hashes.length === 0 ? "'none'" : hashes.map((hash) => `'sha256-${hash}'`).join(" ");
}
