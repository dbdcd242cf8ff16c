/**
 * The security headers of every response. They are static: the policy of a page lists the hashes of its script and
 * style. Nothing else may run or load, and the page may not frame or be framed.
 */

/** Header names, in lower case, to values. */
export type Headers = Readonly<Record<string, string>>;

/** Browser features that only the home page may use, for calls. */
const FOR_CALLS = ["camera", "microphone", "fullscreen", "picture-in-picture", "autoplay"];

/** Browser features that no page may use. */
const FOR_NOTHING = [
  ...["geolocation", "display-capture", "payment", "usb", "accelerometer"],
  ...["gyroscope", "hid", "idle-detection", "magnetometer", "midi", "serial"],
];

/** Headers of every response. */
export const SECURITY_HEADERS: Headers = {
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "permissions-policy": permissions("()"),
};

/** Headers that differ on the home page, the only page with calls. */
export const HOME_HEADERS: Headers = { "permissions-policy": permissions("(self)") };

/** Added to responses over TLS: the browser must use TLS for this host for a year (RFC 6797). */
export const TRANSPORT_SECURITY: Headers = { "strict-transport-security": "max-age=31536000" };

/** The Content-Security-Policy of responses that are not pages. */
export const PLAIN_POLICY = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'";

/**
 * The Content-Security-Policy (level 3) of a page. The inlined parts are given as base64 SHA-256. A page with a script
 * may register the service worker of notifications, whose URL needs a Trusted Types policy.
 */
export function contentSecurityPolicy(
  { scripts, styles }: { scripts: readonly string[]; styles: readonly string[] },
): string {
  const isScripted = scripts.length > 0;
  return [
    "default-src 'none'",
    `script-src ${sources(scripts)}`,
    `style-src ${sources(styles)}`,
    "connect-src 'self'",
    "img-src 'self' data:", // The only images from this server are the icons, loaded when the chat is installed.
    "manifest-src 'self'",
    ...(isScripted ? ["worker-src 'self'"] : []),
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    `trusted-types ${isScripted ? "notifications" : "'none'"}`,
  ].join("; ");
}

/** A Permissions-Policy that allows `callers` the features for calls. */
function permissions(callers: "()" | "(self)"): string {
  const forCalls = FOR_CALLS.map((feature) => `${feature}=${callers}`);
  return [...forCalls, ...FOR_NOTHING.map((feature) => `${feature}=()`)].join(", ");
}

function sources(hashes: readonly string[]): string {
  return hashes.length === 0 ? "'none'" : hashes.map((hash) => `'sha256-${hash}'`).join(" ");
}
