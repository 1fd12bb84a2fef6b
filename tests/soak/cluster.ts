/**
 * Mixed troubles of workers and server, whose jobs are to sleep:
 *
 *     deno run -A tests/soak/cluster.ts FOLDER [MINUTES]
 *
 * Four workers; now and then one is killed, or stands still for a while, or the
 * server is killed and comes back. Set after set of jobs must end, each job with
 * one result, and nothing of a set may stay. Prints a line for each set: jobs,
 * seconds, troubles so far, bytes of the server's memory and disk.
 */
import { assert, assertEquals } from "@std/assert";
import { join } from "node:path";
import { fetchFolder, JobSet, openBus } from "../../lib/cluster/mod.ts";
import { folderBytes } from "../../lib/files.ts";
import { Random } from "../../lib/random.ts";
import { answer } from "../../lib/cli/mod.ts";
import {
  NatsServer,
  SILENCE,
  sleepJob,
  startSleeper,
} from "../cluster/nats.ts";

const [folder, minutes = "60"] = Deno.args as [string, string?];
Deno.env.set("DINO_NATS_SILENCE", SILENCE);
const JOBS = 40;
const random = new Random(1);
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const until = performance.now() + Number(minutes) * 60_000;
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
    const worker = workers[random.integer(workers.length)]!;
    const kind = random.integer(10);
    try {
      if (kind < 6) {
        worker.kill("SIGKILL");
        troubles.killed++;
      } else if (kind < 9) {
        worker.kill("SIGSTOP");
        await pause(500 + random.integer(4000));
        worker.kill("SIGCONT");
        troubles.stopped++;
      } else {
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
  await Promise.all(ids.map(async (id) => {
    const job = sleepJob(set.name, id, 50 + random.integer(1500));
    await set.queue(job);
    const state = await set.ended(id, () => {}, signal);
    // Workers are killed so often that a job may be unlucky three times.
    const given = state?.reason === "3 workers have died with it";
    assert(state?.state === "finished" || given, JSON.stringify(state));
    if (given) return;
    const { "done.txt": bytes } = await fetchFolder(
      set.filesOf(id),
      state!.files,
    );
    const text = new TextDecoder().decode(bytes);
    assertEquals(text, `${id} by ${state!.worker}`);
  }));
  await set.remove();
  for (const stream of ["dino-work", "KV_dino-jobs"]) {
    const { state } = await bus.jsm.streams.info(stream);
    assertEquals(state.messages, 0, stream);
  }
  const seconds = ((performance.now() - begun) / 1000).toFixed(1);
  const memory = await server.memoryBytes();
  answer(
    `set ${number}: ${JOBS} jobs, ${seconds} s, ${JSON.stringify(troubles)}, ` +
      `server ${(memory / 1e6).toFixed(0)} MB, disk ${
        (folderBytes(disk) / 1e6).toFixed(2)
      } MB, here ${(Deno.memoryUsage().rss / 1e6).toFixed(0)} MB`,
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
