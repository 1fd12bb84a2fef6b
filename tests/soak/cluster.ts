/**
 * Mixed troubles of workers and server, whose jobs are to sleep:
 *
 *     deno run -A tests/soak/cluster.ts FOLDER [MINUTES]
 *
 * Four workers; now and then one is killed, or stands still for a while, or the
 * server is killed and comes back. Set after set of jobs must end, each job with
 * one result, and nothing of a set may stay. Prints a line for each set: jobs,
 * seconds, troubles so far, and what the server and a worker have in memory and
 * on the disk. For that, the first worker is never killed, and the server only
 * in the first half of the time.
 */
import { assert, assertEquals } from "@std/assert";
import { join } from "node:path";
import { fetchFolder, JobSet, openBus } from "../../lib/cluster/mod.ts";
import { folderBytes } from "../../lib/files.ts";
import { Random } from "../../lib/random.ts";
import { answer } from "../../lib/cli/mod.ts";
import {
  memoryBytes,
  NatsServer,
  SILENCE,
  sleepJob,
  startSleeper,
} from "../cluster/nats.ts";

const [folder, minutes = "60"] = Deno.args as [string, string?];
Deno.env.set("DINO_NATS_SILENCE", SILENCE);
const JOBS = 40;
/** What a snapshot of a job has. */
const SNAPSHOT_BYTES = 300_000;
const random = new Random(1);
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const begin = performance.now();
const until = begin + Number(minutes) * 60_000;
const disk = join(folder, "server");
await Deno.mkdir(disk, { recursive: true });
const server = await NatsServer.start(["-js", "-sd", disk]);
const bus = await openBus(server.url);
const troubles = { killed: 0, stopped: 0, server: 0 };
let running = true;

const workers: Deno.ChildProcess[] = [];
/** As systemd does: another one for each that has died. */
async function keepAlive(slot: number): Promise<void> {
  for (let i = 0; running; i++) {
    workers[slot] = startSleeper(server.url, `w${slot}-${i}`);
    await workers[slot].status;
  }
}

async function makeTrouble(): Promise<void> {
  while (running) {
    await pause(1000 + random.integer(4000));
    const slot = random.integer(workers.length);
    const worker = workers[slot]!;
    const kind = random.integer(10);
    try {
      if (kind < 6 && slot > 0) {
        worker.kill("SIGKILL");
        troubles.killed++;
      } else if (kind < 9) {
        worker.kill("SIGSTOP");
        await pause(500 + random.integer(4000));
        worker.kill("SIGCONT");
        troubles.stopped++;
      } else if (performance.now() < (begin + until) / 2) {
        await server.kill();
        await pause(random.integer(4000));
        await server.start();
        troubles.server++;
      }
    } catch (error) {
      // A worker may have ended just now.
      if (!(error instanceof TypeError)) throw error;
    }
  }
}

async function playSet(number: number): Promise<void> {
  const begun = performance.now();
  const signal = new AbortController().signal;
  const set = (await JobSet.open(bus, {
    ...{ name: "soak", meaning: number, mixed: false, signal },
    say: () => {},
  }))!;
  const ids = Array.from({ length: JOBS }, (_, i) => `j${i}`);
  const results = new Map<string, number>();
  const watch = await bus.jobs.watch({ key: `${set.name}.*` });
  const counting = (async () => {
    for await (const entry of watch) {
      const { state } = entry.json<{ state: string }>();
      if (state === "running" || state === "waiting") continue;
      results.set(entry.key, (results.get(entry.key) ?? 0) + 1);
    }
  })();
  await Promise.all(ids.map(async (id) => {
    const ms = 50 + random.integer(1500);
    const job = sleepJob(set.name, id, ms, SNAPSHOT_BYTES);
    await set.queue(job);
    const state = await set.ended(id, () => {}, signal);
    // Workers are killed so often that a job may be unlucky three times.
    const given = state?.reason === "3 workers have died with it";
    assert(state?.state === "finished" || given, JSON.stringify(state));
    if (given) return;
    const done = await fetchFolder(set.filesOf(id), state!.files);
    const text = new TextDecoder().decode(done["done.txt"]);
    assertEquals(text, `${id} by ${state!.worker}`);
    assertEquals(done["snapshot.bin"]?.length, SNAPSHOT_BYTES);
  }));
  watch.stop();
  await counting;
  assertEquals([...results.values()], ids.map(() => 1), "results of each job");
  await set.remove();
  for (const stream of ["dino-work", "KV_dino-jobs"]) {
    const { state } = await bus.jsm.streams.info(stream);
    assertEquals(state.messages, 0, stream);
  }
  const seconds = ((performance.now() - begun) / 1000).toFixed(1);
  const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(1)} MB`;
  answer(
    `set ${number}: ${JOBS} jobs, ${seconds} s, ${JSON.stringify(troubles)}, ` +
      `server ${megabytes(await server.memoryBytes())}, disk ${
        megabytes(folderBytes(disk))
      }, worker ${megabytes(await memoryBytes(workers[0]!))}, here ${
        megabytes(Deno.memoryUsage().rss)
      }`,
  );
}

const alive = [0, 1, 2, 3].map(keepAlive);
await pause(3000);
const trouble = makeTrouble();
for (let number = 1; performance.now() < until; number++) await playSet(number);
running = false;
await trouble;
for (const worker of workers) worker.kill("SIGKILL");
await Promise.all(alive);
await bus.nc.close();
await server.kill();
answer("Nothing was lost, nothing twice, nothing stayed.");
