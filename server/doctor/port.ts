/** Whether the server can listen where it is told to, or does so already. */

import { codeOf, type Finding, ok, problem } from "./finding.ts";
import { askOwnServer, type ServerAddress } from "./health_client.ts";

/** Tries a port for a moment; when it is taken, `own` is where to ask whether it is us. */
export async function checkPort(where: ServerAddress, own = where): Promise<Finding> {
  const { host, port } = where;
  const of = `port ${port}`;
  try {
    Deno.listen({ hostname: host, port }).close();
    return ok(of, port === 0 ? "the system will choose one" : "free");
  } catch (error) {
    return await explain(of, where.host, own, codeOf(error));
  }
}

async function explain(
  of: string,
  host: string,
  own: ServerAddress,
  code: string,
): Promise<Finding> {
  switch (code) {
    case "EADDRINUSE":
    case "AddrInUse":
      return await inUse(of, own);
    case "EACCES":
    case "PermissionDenied":
      return problem(
        of,
        "not for this user: take one from 1024 on, or give the service CAP_NET_BIND_SERVICE",
      );
    case "EADDRNOTAVAIL":
    case "AddrNotAvailable":
      return problem(of, `this machine has no address ${host}: see --host`);
    default:
      return problem(of, `cannot listen on it at ${host} (${code}): see --host and --port`);
  }
}

async function inUse(of: string, own: ServerAddress): Promise<Finding> {
  const reply = await askOwnServer(own);
  if (reply.kind !== "answered") {
    return problem(of, "another program listens there: stop that, or take another --port");
  }
  const { status, failing } = reply.health;
  return failing.length === 0
    ? ok(of, `Anonymous Chat listens there already, and is ${status}`)
    : problem(
      of,
      `Anonymous Chat listens there already, and fails at: ${failing.join(", ")}; see its log`,
    );
}
