/**
 * Anonymous Chat, wired together. This is the only file that reads arguments, environment, clock and randomness, and
 * the place where every interval task stands.
 */

import { pages } from "./client/page.gen.ts";
import manifest from "./deno.json" with { type: "json" };
import { MemoryBackend } from "./server/backend.ts";
import { SECOND, systemClock } from "./server/clock.ts";
import { type Config, help, readConfig } from "./server/config.ts";
import { admit } from "./server/gate.ts";
import { Site } from "./server/http.ts";
import { listenDeno } from "./server/listener/deno.ts";
import { HEARTBEAT, type Service } from "./server/listener/listener.ts";
import { listenNode } from "./server/listener/node.ts";
import { Lobby } from "./server/lobby.ts";
import { closeLog, describeError, type Log, openLog } from "./server/log.ts";
import { Matchmaker } from "./server/matchmaker.ts";
import { Relay } from "./server/relay.ts";

const command = readConfig(Deno.args, (name) => Deno.env.get(name));
switch (command.kind) {
  case "help":
    await print(Deno.stdout, help());
    break;
  case "version":
    await print(Deno.stdout, `${manifest.version}\n`);
    break;
  case "mistaken":
    await print(Deno.stderr, `${command.mistakes.join("\n")}\nSee --help.\n`);
    Deno.exit(2);
    break;
  case "serve":
    await serve(command.config, await openLog(Deno.stderr.writable, Deno.stderr.isTerminal()));
    break;
}

async function serve(config: Config, log: Log): Promise<void> {
  const clock = systemClock;
  const onError = (error: unknown): void => log.error("A part failed.", describeError(error));
  const relay = new Relay(clock);
  const matchmaker = new Matchmaker({ clock, backend: new MemoryBackend(), onError });
  const lobby = new Lobby({ clock, relay, matchmaker, newToken: () => crypto.randomUUID() });
  const site = new Site(pages);
  const maxConnections = config["max-connections"];
  const service: Service = {
    answer: (request) => site.answer(request),
    admit: (handshake) => admit(handshake, lobby.online, maxConnections),
    enter: (outlet) => lobby.enter(outlet),
  };
  const listen = config.listener === "node" ? listenNode : listenDeno;
  const { host, port } = config;
  const listener = await listen({ host, port, maxConnections, service, log })
    .catch((error) => fail(`Cannot listen on port ${port} of ${host}: ${codeOf(error)}.`));

  const tasks = [
    clock.every(SECOND / 4, () => matchmaker.widen()),
    clock.every(SECOND / 2, () => relay.sweep()),
    clock.every(10 * SECOND, () => lobby.announce()),
    clock.every(30 * SECOND, () => lobby.dismissIdle()),
    clock.every(HEARTBEAT, () => listener.heartbeat()),
  ];

  globalThis.addEventListener("unhandledrejection", (event) => {
    event.preventDefault();
    onError(event.reason);
  });
  globalThis.addEventListener("error", (event) => {
    event.preventDefault();
    onError(event.error);
  });
  onStop(async () => {
    lobby.close();
    await listener.close();
    for (const cancel of tasks) cancel();
    log.info("Stopped.");
    await closeLog();
  });
  log.info(`Listening on http://localhost:${listener.port}/`, { host, listener: config.listener });
}

/**
 * Runs `stop` once, on the first signal to end. With nothing left to do the program then ends by itself; a socket that
 * can't be cut does not keep it.
 */
function onStop(stop: () => Promise<void>): void {
  const signals: Deno.Signal[] = Deno.build.os === "windows" ? ["SIGINT"] : ["SIGINT", "SIGTERM"];
  const once = async (): Promise<void> => {
    for (const signal of signals) Deno.removeSignalListener(signal, once);
    await stop();
    Deno.unrefTimer(setTimeout(() => Deno.exit(0), SECOND));
  };
  for (const signal of signals) Deno.addSignalListener(signal, once);
}

/** Why the system refused, as its short code: the message may hold more than belongs in a log. */
function codeOf(error: NodeJS.ErrnoException): string {
  return error.code ?? error.name;
}

async function fail(message: string): Promise<never> {
  await print(Deno.stderr, `${message}\n`);
  Deno.exit(1);
}

async function print(
  to: { write(bytes: Uint8Array): Promise<number> },
  text: string,
): Promise<void> {
  await to.write(new TextEncoder().encode(text));
}
