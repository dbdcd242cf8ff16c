/**
 * Opens a listener at a port that the relay can use by UDP, too. A system that chooses the port looks only at TCP, so
 * the same port may be taken by UDP. Then another one is chosen.
 */

import type { Listener } from "../listener/listener.ts";

/** How many ports are tried. After that, the relay waits until its port is free. */
export const MAX_PORT_ATTEMPTS = 16;

/** Returns a listener of `listen`. `isFree` says whether its port is free for UDP. */
export async function listenWithRelay(
  listen: () => Promise<Listener>,
  isFree: (port: number) => Promise<boolean>,
): Promise<Listener> {
  const refused: Listener[] = [];
  let listener = await listen();
  while (refused.length < MAX_PORT_ATTEMPTS - 1 && !await isFree(listener.port)) {
    refused.push(listener); // Still open, so that the system chooses another port.
    listener = await listen();
  }
  await Promise.all(refused.map((one) => one.close()));
  return listener;
}
