/** What comes from the network: floods, resets, crowds, and a Redis that fails. */

import assert from "node:assert/strict";
import { once } from "node:events";
import { delay } from "../../server/base/timeout.ts";
import { BareClient } from "../support/bare_client.ts";
import { HANDSHAKE } from "../support/raw_client.ts";
import { type Fault, pause, type Scene } from "./fault.ts";

/** A flood of requests by one address. */
const FLOOD_CONNECTIONS = 10;
const REQUESTS_EACH = 1_900;
const FLOOD_TIME = 5_000;

/** How many connections are reset. */
const RESETS = 200;

/** How many clients connect at the same moment, each from its own address. */
const CROWD = 300;

export const NETWORK_FAULTS: readonly Fault[] = [
  {
    name: "pipelined requests",
    promise: "the requests of one address don't keep other clients from chatting",
    happen: pipeline,
  },
  {
    name: "resets",
    promise: "nothing is left of connections that are reset during the handshake",
    happen: resetMany,
  },
  {
    name: "crowd",
    promise: `${CROWD} clients that connect at the same moment are all admitted`,
    happen: admitCrowd,
  },
  {
    name: "killed Redis",
    promise: "Redis is reported as failing, and is used again when it is back, even if empty",
    isPossible: ({ redis }) => redis,
    happen: killRedis,
  },
  {
    name: "stopped Redis",
    promise: "chats don't wait for Redis",
    isPossible: ({ redis }) => redis,
    happen: stopRedis,
  },
];

async function pipeline(scene: Scene): Promise<void> {
  const request = [
    "GET /robots.txt HTTP/1.1",
    "Host: localhost",
    "X-Forwarded-For: 192.0.2.77",
    "\r\n",
  ].join("\r\n");
  const sending = Array.from({ length: FLOOD_CONNECTIONS }, () => flood(scene, request));
  await Promise.all(sending);
}

/** Sends requests and reads the responses, until the server ends the connection or the time is over. */
async function flood({ target }: Scene, request: string): Promise<void> {
  const socket = await target.connect();
  const closed = once(socket, "close");
  const over = setTimeout(() => socket.destroy(), FLOOD_TIME);
  socket.resume();
  socket.write(request.repeat(REQUESTS_EACH));
  await closed;
  clearTimeout(over);
}

/** Half of them are reset in the middle of the handshake, the others after it. */
async function resetMany(scene: Scene): Promise<void> {
  const { target, random } = scene;
  for (let n = 0; n < RESETS; n++) {
    const socket = await target.connect();
    const whole = [...HANDSHAKE, `X-Forwarded-For: 10.9.0.${n}`, "", ""].join("\r\n");
    const isPart = random() < 0.5;
    socket.write(isPart ? whole.slice(0, Math.floor(random() * whole.length)) : whole);
    await delay(isPart ? 0 : 2);
    socket.resetAndDestroy();
  }
}

async function admitCrowd(scene: Scene): Promise<void> {
  const { target } = scene;
  const entering = Array.from({ length: CROWD }, (_, n) => {
    const headers = { "x-forwarded-for": `10.10.${n >> 8}.${n & 255}` };
    return BareClient.enter(target.socketUrl, { headers });
  });
  const entered = await Promise.allSettled(entering);
  const clients = entered.flatMap((one) => one.status === "fulfilled" ? [one.value] : []);
  await pause(scene, 0, 2);
  for (const client of clients) client.vanish();
  assert.equal(clients.length, CROWD, "clients admitted");
}

async function killRedis(scene: Scene): Promise<void> {
  const { target } = scene;
  await target.redis?.kill();
  try {
    await target.reports("degraded redis");
    await pause(scene, 0, 4);
  } finally {
    await target.redis?.restart();
  }
}

async function stopRedis(scene: Scene): Promise<void> {
  const { redis } = scene.target;
  redis?.signal("SIGSTOP");
  try {
    await pause(scene, 1, 8);
  } finally {
    redis?.signal("SIGCONT");
  }
}
