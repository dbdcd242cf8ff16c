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
/** Where ports of that network are reached from here. Firefox insists on the number of its own port. */
const BRIDGE = "127.77.0.1";

/** Relays one connection from Playwright to Firefox's `session`. Returns the response to the upgrade. */
function relay(request: Request, session: string): Response {
  const { socket: outer, response } = Deno.upgradeWebSocket(request);
  const inner = new WebSocket(session);
  const opened = new Promise((resolve) => inner.onopen = resolve);
  outer.onmessage = async ({ data }) => {
    const { id, method } = JSON.parse(data);
    await opened;
    if (method === UNKNOWN) outer.send(JSON.stringify({ type: "success", id, result: {} }));
    else inner.send(data);
  };
  inner.onmessage = ({ data }) => outer.send(data);
  inner.onclose = () => outer.close();
  outer.onclose = end; // Playwright is gone, with or without a close frame.
  return response;
}

/** The URL at which a session is reached from this network. */
function reachable(session: string): string {
  if (UNDER.length === 0) return session;
  const port = Number(new URL(session).port);
  bridge(Deno.listen({ hostname: BRIDGE, port }));
  return session.replace("127.0.0.1", BRIDGE);
}

/** Connects each client of a listener to the same port of the loopback address in Firefox's network. */
async function bridge(listener: Deno.TcpListener): Promise<void> {
  const { port } = listener.addr;
  const copy = `exec 3<>/dev/tcp/127.0.0.1/${port}; cat <&3 & exec cat >&3`;
  const [program, ...before] = UNDER;
  for await (const connection of listener) {
    const args = [...before, "bash", "-c", copy];
    const pipe = new Deno.Command(program!, { args, stdin: "piped", stdout: "piped" }).spawn();
    connection.readable.pipeTo(pipe.stdin).catch(end);
    pipe.stdout.pipeTo(connection.writable).catch(end);
  }
}

/** Listens in front of Firefox, and returns the URL. */
function stand(session: string): string {
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
      : `WebDriver BiDi listening on ${stand(reachable(`${address}/session`))}`;
    await Deno.stderr.write(new TextEncoder().encode(`${said}\n`));
  }
}
Deno.exit((await firefox.status).code);
