/** Ports for programs that can't be told to take any. */

/** A TCP port of the loopback address that nobody has at this moment. */
export function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}
