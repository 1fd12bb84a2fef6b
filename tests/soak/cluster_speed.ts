/**
 * What the queue and the store of files cost, on one machine:
 *
 *     deno run -A tests/soak/cluster_speed.ts [WORKERS] [JOBS_OF_EACH] [SECONDS]
 *
 * Simulated workers (64), each with its own connection, whose jobs are to sleep:
 * the share of their time in which they did. Then a snapshot of 20 MB, up and
 * down, with `sync_interval: always` where the server knows it (2.10 and newer).
 * Then 100 jobs of which three kill each worker. Another server than the one on
 * the PATH: `NATS_SERVER=/path/to/nats-server`.
 */
import { assert, assertEquals } from "@std/assert";
import { join } from "node:path";
import { answer } from "../../lib/cli/mod.ts";
import {
  type Bus,
  fetchFolder,
  openBus,
  storeFolder,
  work,
} from "../../lib/cluster/mod.ts";
import { inFolder } from "../folder.ts";
import {
  ended,
  endOf,
  NatsServer,
  openSet,
  SILENCE,
  startSleeper,
} from "../cluster/nats.ts";
import { about, sleep } from "../cluster/sleeper.ts";

const [workers = 64, rounds = 8, seconds = 5] = Deno.args.map(Number);
const MEGABYTES = 20;

/** A server as `docs/many-machines.md` starts it, or one that syncs always. */
async function startServer(folder: string, always: boolean) {
  const store = join(folder, "server");
  const plain = ["-js", "-sd", store];
  if (!always) return await NatsServer.start(plain);
  const config = join(folder, "nats.conf");
  await Deno.writeTextFile(
    config,
    `jetstream {\nstore_dir: ${JSON.stringify(store)}\n` +
      "sync_interval: always\n}\n",
  );
  return await NatsServer.start(["-c", config]).catch(() => {
    answer("this server does not know sync_interval: always");
    return NatsServer.start(plain);
  });
}

/** The share of the workers' time in which jobs were done. */
async function efficiency({ server, bus }: Engine): Promise<number> {
  const stop = new AbortController();
  const buses = await Promise.all(
    Array.from({ length: workers }, () => openBus(server.url)),
  );
  const working = buses.map((bus, i) =>
    work({
      ...{ bus, worker: about(`w${i}`), execute: sleep, say: () => {} },
      signal: stop.signal,
    })
  );
  const set = await openSet(bus, "speed");
  const jobs = Array.from(
    { length: workers * rounds },
    (_, i) => [`j${i}`, seconds * 1000] as const,
  );
  const begun = performance.now();
  const states = await endOf(set, Object.fromEntries(jobs));
  const wall = (performance.now() - begun) / 1000;
  assert([...states.values()].every((state) => state?.state === "finished"));
  await set.remove();
  stop.abort();
  await Promise.all(working);
  await Promise.all(buses.map(({ nc }) => nc.close()));
  return rounds * seconds / wall;
}

/** Seconds that a snapshot takes up, and down. */
async function snapshotSeconds(
  { bus, folder }: Engine,
): Promise<[up: number, down: number]> {
  const run = join(folder, "run");
  await Deno.mkdir(run);
  // As a checkpoint: a replay memory, and smaller files.
  for (const [name, megabytes] of [["replay", 16], ["learner", 3], ["w", 1]]) {
    const bytes = new Uint8Array(Number(megabytes) * 1e6);
    for (let at = 0; at < bytes.length; at += 2 ** 16) {
      crypto.getRandomValues(bytes.subarray(at, at + 2 ** 16));
    }
    await Deno.writeFile(join(run, `${name}.bin`), bytes);
  }
  const store = await bus.stores.create("dino-snapshot");
  const files = { store, job: "j" };
  const begun = performance.now();
  const manifest = await storeFolder(files, run);
  const stored = performance.now();
  const bytes = Object.values(await fetchFolder(files, manifest))
    .reduce((sum, { length }) => sum + length, 0);
  const fetched = performance.now();
  assertEquals(bytes, MEGABYTES * 1e6);
  await store.destroy();
  await Deno.remove(run, { recursive: true });
  return [(stored - begun) / 1000, (fetched - stored) / 1000];
}

/** Of 100 jobs three kill each worker; another one comes for each that died. */
async function badJobs({ server, bus }: Engine): Promise<string> {
  let running = true;
  const processes: Deno.ChildProcess[] = [];
  const alive = [0, 1, 2, 3].map(async (slot) => {
    while (running) {
      processes[slot] = startSleeper(server.url, `k${slot}`);
      await processes[slot].status;
    }
  });
  const set = await openSet(bus, "bad");
  const jobs = Array.from({ length: 100 }, (_, i) => [
    `j${i}`,
    i % 40 === 10 ? -1 : 20,
  ]);
  const begun = performance.now();
  const states = [...(await endOf(set, Object.fromEntries(jobs))).values()];
  const wall = (performance.now() - begun) / 1000;
  running = false;
  await ended(...processes);
  await Promise.all(alive);
  await set.remove();
  const count = (wanted: string) =>
    states.filter((state) => state?.state === wanted).length;
  for (const state of states) {
    if (state?.state !== "failed") continue;
    assertEquals(state.reason, "3 workers have died with it");
  }
  return `${count("finished")} of 100 jobs finished, ${count("failed")} ` +
    `given up after 3 deaths each, in ${wall.toFixed(1)} s`;
}

/** A server, a connection to it, and a folder of its own. */
interface Engine {
  server: NatsServer;
  bus: Bus;
  folder: string;
}

async function onEngine(
  always: boolean,
  use: (engine: Engine) => Promise<void>,
): Promise<void> {
  await inFolder(async (folder) => {
    await using server = await startServer(folder, always);
    const bus = await openBus(server.url);
    await use({ server, bus, folder });
    await bus.nc.close();
  });
}

// As workers have it, and not as tests that do not want to wait.
Deno.env.delete("DINO_NATS_SILENCE");
await onEngine(false, async (engine) => {
  answer(`nats-server ${engine.bus.nc.info!.version}`);
  const share = await efficiency(engine);
  answer(
    `${workers} workers, ${workers * rounds} jobs of ${seconds} s: ` +
      `${(100 * share).toFixed(1)} % efficiency`,
  );
});
await onEngine(true, async (engine) => {
  for (let i = 0; i < 3; i++) {
    const [up, down] = await snapshotSeconds(engine);
    answer(
      `a snapshot of ${MEGABYTES} MB: up ${up.toFixed(2)} s, down ` +
        `${down.toFixed(2)} s`,
    );
  }
});
Deno.env.set("DINO_NATS_SILENCE", SILENCE);
await onEngine(false, async (engine) => answer(await badJobs(engine)));
