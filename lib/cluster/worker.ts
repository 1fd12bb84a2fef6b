/** A worker: takes jobs from the queue until it is stopped. */
import type { Consumer, JsMsg } from "@nats-io/jetstream";
import type { Machine } from "../doctor/mod.ts";
import { DinoDqnError } from "../errors.ts";
import { type Bus, classOf, insist, queueOf } from "./bus.ts";
import { Claim, LostJobError } from "./claim.ts";
import type { JobFiles } from "./files.ts";
import { type Job, jobSchema, type JobState, saidBy } from "./jobs.ts";
import type { Worker } from "./workers.ts";
import { sleep } from "../time.ts";

/** Workers that may die with a job in a row without a new snapshot. */
const MOST_DEATHS = 3;
/** Milliseconds until who is there is told of a job that begins or ends. */
const TELL_AFTER_MS = 100;

/** What a job is done with. */
export interface JobContext {
  claim: Claim;
  files: JobFiles;
  /** Saves and stops it: the worker ends, or the job is another one's. */
  signal: AbortSignal;
}

/** Does a job. @throws DinoDqnError when nobody could do it */
export type Execute = (
  job: Job,
  context: JobContext,
) => Promise<Partial<JobState>>;

/** How a worker works. */
export interface WorkOptions {
  bus: Bus;
  /** What it says of itself. */
  worker: Omit<Worker, "jobs"> & { machine: Machine };
  execute: Execute;
  /** Gives everything back, saved. */
  signal: AbortSignal;
  say: (line: string) => void;
}

/** A job under way. */
interface Begun {
  since: number;
  /** Looks at orders, and at who owns it. */
  look: () => Promise<void>;
}

/** Works until the signal. */
export async function work(options: WorkOptions): Promise<void> {
  const { bus, worker, signal, say } = options;
  const { name, ...about } = worker;
  const begun = new Map<string, Begun>();
  const beat = () => {
    const jobs = [...begun].map(([job, { since }]) => ({
      job,
      seconds: Math.round((performance.now() - since) / 1000),
    }));
    bus.workers.put(name, JSON.stringify({ ...about, jobs })).catch(() => {});
  };
  let telling: ReturnType<typeof setTimeout> | undefined;
  const tell = () => {
    clearTimeout(telling);
    telling = setTimeout(beat, TELL_AFTER_MS);
  };
  const beating = setInterval(beat, bus.silenceMs / 3);
  beat();
  const orders = await insist(() => bus.orders.watch());
  const obeying = (async () => {
    for await (const { key } of orders) void begun.get(key)?.look();
  })();
  const slot = async () => {
    // What gave the last job is asked first.
    let queues: Consumer[] = [];
    while (!signal.aborted) {
      try {
        if (queues.length === 0) queues = await queuesOf(bus, worker.machine);
        const queue = queues.shift()!;
        const message = await queue.next({ expires: 1000 });
        if (!message) {
          queues.push(queue);
          continue;
        }
        queues.unshift(queue);
        if (signal.aborted) message.nak();
        else await doJob(options, message, { begun, tell });
      } catch (error) {
        // The server is away, or was emptied.
        queues = [];
        say(`waits: ${(error as Error).message}`);
        await sleep(1000);
      }
    }
  };
  await Promise.all(Array.from({ length: worker.slots }, slot));
  clearInterval(beating);
  clearTimeout(telling);
  orders.stop();
  await obeying;
  await bus.workers.purge(name).catch(() => {});
}

const queuesOf = async (bus: Bus, machine: Machine): Promise<Consumer[]> =>
  await Promise.all(
    [false, true].map(async (mixed) =>
      await queueOf(bus, await classOf(machine, mixed))
    ),
  );

async function doJob(
  { bus, worker, execute, signal, say }: WorkOptions,
  message: JsMsg,
  { begun, tell }: { begun: Map<string, Begun>; tell: () => void },
): Promise<void> {
  // Not waited for: nobody answers when the set was taken away meanwhile, and
  // a message that comes again is of a job that has ended.
  const acknowledge = () => message.ack();
  const { data: job, error: wrong } = jobSchema.safeParse(saidBy(message));
  const [, , set, id] = message.subject.split(".");
  if (!job || job.set !== set || job.id !== id) {
    say(
      `refuses ${message.subject}, which is no job: ${
        wrong?.issues[0]?.message
      }`,
    );
    return acknowledge();
  }
  const key = `${job.set}.${job.id}`;
  const store = await insist(() =>
    bus.stores.open(`dino-${job.set}`).catch((error) => {
      // Whoever wanted it has taken its set away.
      if (error.message === "object store not found") return null;
      throw error;
    })
  );
  if (!store) return acknowledge();
  const stop = new AbortController();
  let ordered = "";
  const obey = async () => {
    const order = await bus.orders.get(key);
    if (order?.length) stop.abort(ordered = order.string());
  };
  const look = async () => {
    message.working();
    await claim?.check().catch((error) => {
      if (error instanceof LostJobError) stop.abort(error);
    });
    await obey();
  };
  let claim: Claim | null = null;
  try {
    claim = await Claim.take(bus, key, worker.name, worker.machine);
    if (!claim) return acknowledge();
    const looking = () => look().catch(() => {});
    begun.set(key, { since: performance.now(), look: looking });
    tell();
    await obey();
    say(`takes ${key}`);
    using _looking = every(bus.silenceMs / 3, looking);
    const { deaths } = claim.state;
    const end: Partial<JobState> = ordered !== ""
      ? {}
      : deaths >= MOST_DEATHS
      ? { state: "failed", reason: `${deaths} workers have died with it` }
      : await done(execute, job, {
        ...{ claim, files: { store, job: job.id } },
        signal: AbortSignal.any([signal, stop.signal]),
      });
    if (stop.signal.reason instanceof LostJobError) throw stop.signal.reason;
    await claim.write({
      state: ordered === "" ? "waiting" : "stopped",
      reason: ordered,
      ...end,
    });
    say(`${key} is ${claim.state.state} ${claim.state.reason}`.trim());
    if (claim.state.state === "waiting") message.nak();
    else acknowledge();
  } catch (error) {
    if (!(error instanceof LostJobError)) {
      message.nak(bus.silenceMs);
      throw error;
    }
    say(`drops ${key}: it is another worker's, or nobody wants it any more`);
  } finally {
    begun.delete(key);
    tell();
  }
}

/** What nobody could do has failed; what the machine cannot do is thrown. */
async function done(execute: Execute, job: Job, context: JobContext) {
  try {
    return await execute(job, context);
  } catch (error) {
    if (!(error instanceof DinoDqnError)) throw error;
    return { state: "failed" as const, reason: error.message };
  }
}

function every(ms: number, action: () => void): Disposable {
  const timer = setInterval(action, ms);
  return { [Symbol.dispose]: () => clearInterval(timer) };
}
