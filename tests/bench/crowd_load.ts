/**
 * Visitors with real connections, in another process than the server. It obeys the orders of `crowd.ts`.
 *
 *   deno run --allow-all tests/bench/crowd_load.ts PEOPLE FIRST PORT...
 */

import { Crowd, type CrowdOrder } from "./crowd.ts";
import { obeyOrders } from "./orders.ts";
import { SocketTransport } from "./socket_transport.ts";

const [people = 0, first = 0, ...ports] = Deno.args.map(Number);
const crowd = new Crowd(new SocketTransport(ports), first, people);
await obeyOrders((order: CrowdOrder) => crowd.obey(order));
