/**
 * Replaces Firefox's command: starts Firefox, and relays between it and Playwright, which both speak WebDriver BiDi.
 * Firefox ESR doesn't know one command that Playwright sends with every context, even if not asked to: which media
 * features to emulate. No test needs that in Firefox, so it is answered here. Everything else is forwarded unchanged.
 *
 * This is a separate program, because Playwright starts the browser and reads from its output where it listens.
 */

const FIREFOX = "/usr/bin/firefox-esr";
const LISTENING = /^WebDriver BiDi listening on (ws:\S+)$/;
const UNKNOWN = "emulation.setMediaFeaturesOverride";
/** The command prefix that starts Firefox in another network. */
const UNDER = (Deno.env.get("FIREFOX_UNDER") ?? "").split(" ").filter(Boolean);

/** Whether it accepts every certificate. Playwright can say so about pages only, and not about relays. */
const TRUSTS = Deno.env.get("FIREFOX_TRUSTS") === "true";

/** The command that opens a session, changed so that every certificate is accepted in it. */
function trusting(command: { readonly params: { readonly capabilities?: object } }): string {
  const { params } = command;
  const { alwaysMatch = {}, ...rest } = Object(params.capabilities);
  const capabilities = { ...rest, alwaysMatch: { ...alwaysMatch, acceptInsecureCerts: true } };
  return JSON.stringify({ ...command, params: { ...params, capabilities } });
}

/** Relays one connection from Playwright to Firefox's `session`. Returns the response to the upgrade. */
function relay(request: Request, session: string): Response {
  const { socket: outer, response } = Deno.upgradeWebSocket(request);
  const inner = new WebSocket(session);
  const opened = new Promise((resolve) => inner.onopen = resolve);
  outer.onmessage = async ({ data }) => {
    const command = JSON.parse(data);
    const { id, method } = command;
    await opened;
    if (method === UNKNOWN) outer.send(JSON.stringify({ type: "success", id, result: {} }));
    else inner.send(TRUSTS && method === "session.new" ? trusting(command) : data);
  };
  inner.onmessage = ({ data }) => outer.send(data);
  inner.onclose = () => outer.close();
  outer.onclose = end; // Playwright is gone, with or without a close frame.
  return response;
}

/**
 * Makes a port of Firefox's network available here, at the same number, which Firefox insists on. Firefox names the port
 * before it listens there, so the connection is tried until it succeeds.
 */
async function bridge(port: number): Promise<void> {
  const connect = `until { exec 3<>/dev/tcp/127.0.0.1/${port}; } 2>/dev/null; do sleep 0.1; done`;
  const copy = `${connect}; cat <&3 & exec cat >&3`;
  const [program = "", ...before] = UNDER;
  for await (const connection of Deno.listen({ hostname: "127.0.0.1", port })) {
    const args = [...before, "bash", "-c", copy];
    const pipe = new Deno.Command(program, { args, stdin: "piped", stdout: "piped" }).spawn();
    connection.readable.pipeTo(pipe.stdin).catch(end);
    pipe.stdout.pipeTo(connection.writable).catch(end);
  }
}

/** Listens in front of Firefox, and returns the URL. */
function stand(session: string): string {
  if (UNDER.length > 0) bridge(Number(new URL(session).port));
  const server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen: () => {} },
    (request) => relay(request, session),
  );
  return `ws://127.0.0.1:${server.addr.port}`;
}

const [program = FIREFOX, ...args] = [...UNDER, FIREFOX, ...Deno.args];
const firefox = new Deno.Command(program, { args, stdout: "null", stderr: "piped" }).spawn();

function end(): void {
  try {
    firefox.kill();
  } catch {
    // It has already exited.
  }
}

let rest = "";
for await (const text of firefox.stderr.pipeThrough(new TextDecoderStream())) {
  const lines = (rest + text).split("\n");
  rest = lines.pop()!;
  for (const line of lines) {
    const address = LISTENING.exec(line)?.[1];
    const said = address === undefined
      ? line
      : `WebDriver BiDi listening on ${stand(`${address}/session`)}`;
    await Deno.stderr.write(new TextEncoder().encode(`${said}\n`));
  }
}
Deno.exit((await firefox.status).code);
