/**
 * Instances on Deno Deploy, simulated as described in `deploy.ts`, that form a cluster through Redis. While an app
 * moves from one Deno version to another, instances of both run, and their visitors are matched with each other. Each
 * instance has a separate database here, because an older Deno can't read the values that a newer one has written to
 * Deno KV. Only what they share in Redis is tested.
 */

import assert from "node:assert/strict";
import { bye } from "../support/cluster.ts";
import { comeBack, couple, haveMet, redisTest } from "../support/cluster_programs.ts";
import { DENO_VERSIONS, newSite, startOnDeploy, takeDatabase } from "../support/deploy.ts";
import { filesIn } from "../support/files.ts";

const [NEW, OLD] = DENO_VERSIONS;

/** What a program logs that got no processor time for so long that it missed the answer of Redis. */
const BUSY = /"code":"no answer"/;

for (const versions of [[NEW, OLD], [OLD, OLD]]) {
  const name = versions.map((version) => `Deno ${version}`).join(" and ");
  redisTest(
    `Instances on Deno Deploy (${name}) share one pool, use no file, and take over the chats of an instance that stops`,
    async (redis) => {
      const sites = versions.map(newSite);
      {
        const env = { CONTACT_EMAIL: "help@chat.example", REDIS_URL: redis.url };
        await using stack = new AsyncDisposableStack();
        const programs = await Promise.all(
          versions.map(async (version, n) =>
            stack.use(await startOnDeploy(version, env, sites[n]))
          ),
        );
        await haveMet(programs, redis);
        const [a, b] = programs;
        for (const [first, second] of [[a!, b!], [b!, a!]] as const) {
          const [ann, bob] = await couple(first, second);
          for (let n = 0; n < 50; n++) ann.send(Uint8Array.of(1, n));
          for (let n = 0; n < 50; n++) assert.deepEqual(await bob.frame(), Uint8Array.of(1, n));
          bob.send(Uint8Array.of(1, 50));
          assert.deepEqual(await ann.frame(), Uint8Array.of(1, 50));
          ann.tell({ type: "leave" });
          await bob.next("partner-left");
          await bye(ann, bob);
        }
        const [ann, bob] = await couple(a!, b!);
        const stopped = b!.stop("SIGINT");
        assert.equal((await bob.closed).code, 1012);
        const back = await comeBack(a!, bob);
        assert.equal(await stopped, 0);
        back.send(Uint8Array.of(1, 51));
        assert.deepEqual(await ann.frame(), Uint8Array.of(1, 51));
        await bye(ann, back);
        assert.equal(await a!.stop("SIGINT"), 0);
        for (const program of programs) {
          const unexpected = program.log.split("\n").filter((line) => !BUSY.test(line)).join("\n");
          assert.doesNotMatch(unexpected, /"level":"(?!INFO)/);
          assert.deepEqual(await filesIn(program.folder), []);
        }
      }
      for (const site of sites) await takeDatabase(site, () => Promise.resolve());
    },
  );
}
