/**
 * Starts Firefox in the place of its command, and stands between it and Playwright, which both speak WebDriver BiDi.
 * Firefox ESR doesn't know one command that Playwright sends with every context, whatever is asked of it: which media
 * features to emulate. No test asks that of Firefox, so it is answered here, and all else is handed on as it is.
 *
 * This runs as a program of its own, because Playwright starts what it is to talk to and reads where that listens.
 */

const FIREFOX = "/usr/bin/firefox-esr";
const LISTENING = /^WebDriver BiDi listening on (ws:\S+)$/;
const UNKNOWN = "emulation.setMediaFeaturesOverride";

/** Takes one connection from Playwright to Firefox's `session`; the answer is the upgrade. */
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
  outer.onclose = end; // Whoever was to talk to it is gone, even if nobody said goodbye.
  return response;
}

/** Listens in front of Firefox; returns where. */
function stand(session: string): string {
  const server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen: () => {} },
    (request) => relay(request, session),
  );
  return `ws://127.0.0.1:${server.addr.port}`;
}

const firefox = new Deno.Command(FIREFOX, { args: Deno.args, stdout: "null", stderr: "piped" })
  .spawn();

function end(): void {
  try {
    firefox.kill();
  } catch {
    // It has ended by itself.
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
