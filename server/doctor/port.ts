/** Whether the server can listen on its port, or already does. */

import { errorCode } from "../base/error_code.ts";
import { type Finding, ok, problem } from "./finding.ts";
import { askOwnServer, type ServerAddress } from "./health_client.ts";

/** Listens on a port briefly. If it is in use, `own` is where to ask whether this server uses it. */
export async function checkPort(where: ServerAddress, own = where): Promise<Finding> {
  const { host, port } = where;
  const of = `port ${port}`;
  try {
    Deno.listen({ hostname: host, port }).close();
    return ok(of, port === 0 ? "the system will choose a port" : "free");
  } catch (error) {
    return await explain(of, where.host, own, errorCode(error));
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
        "permission denied: use a port from 1024 up, or give the service CAP_NET_BIND_SERVICE",
      );
    case "EADDRNOTAVAIL":
    case "AddrNotAvailable":
      return problem(of, `this machine does not have the address ${host}: check --host`);
    default:
      return problem(of, `cannot listen on ${host} (${code}): check --host and --port`);
  }
}

async function inUse(of: string, own: ServerAddress): Promise<Finding> {
  const reply = await askOwnServer(own);
  if (reply.kind !== "answered") {
    return problem(of, "another program is listening there: stop it, or choose another port");
  }
  const { status, failing } = reply.health;
  return failing.length === 0
    ? ok(of, `Anonymous Chat is already listening there, with status ${status}`)
    : problem(
      of,
      `Anonymous Chat is already listening there, but parts of it are failing (${
        failing.join(", ")
      }): check its log`,
    );
}
