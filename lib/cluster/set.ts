/** Jobs that belong together, from who wants them done. */
import { addAbortListener } from "node:events";
import { hostname } from "node:os";
import type { ObjectStore } from "@nats-io/obj";
import { z } from "zod";
import { DATA_FOLDER } from "../runs/mod.ts";
import { programHash } from "../system/mod.ts";
import { sha256 } from "../sha256.ts";
import { type Bus, insist, queueOf, STREAM } from "./bus.ts";
import type { JobFiles } from "./files.ts";
import { hasEnded, type Job, type JobState, saidBy, stateIn } from "./jobs.ts";
import { alikeWorkers, listWorkers, unlike, type Worker } from "./workers.ts";
import { sleep } from "../time.ts";

/** JetStream's code for: there is a message of this subject already. */
const IS_QUEUED = 10077;
/** And for: there is no such stream. */
const IS_GONE = 10059;
/** Milliseconds between two looks at who is there. */
const LOOK_EVERY_MS = 2000;

/** What of a set is kept on the server. */
const recordSchema = z.object({
  className: z.string().regex(/^[0-9a-f]{16}$/),
});

/** How a set is opened. */
export interface SetOptions {
  /** What it is called; what else it depends on decides what it is. */
  name: string;
  meaning?: unknown;
  /** Whether machines may work on it that compute other bits. */
  mixed: boolean;
  /** Ends the wait for the first worker. */
  signal: AbortSignal;
  say: (line: string) => void;
}

/** Jobs on the server. Whoever opens a set again finds them as they are. */
export class JobSet {
  readonly #bus: Bus;
  readonly #className: string;
  readonly #states = new Map<string, JobState>();
  readonly #listeners = new Map<string, (state: JobState) => void>();
  /** What was queued here. */
  readonly #jobs = new Map<string, Job>();
  /** Of them, what nobody had at the last look. */
  #forgotten = new Set<string>();
  readonly #healing: ReturnType<typeof setInterval>;
  readonly #watch: { stop(): void };
  readonly #watching: Promise<void>;
  readonly store: ObjectStore;

  private constructor(
    bus: Bus,
    readonly name: string,
    className: string,
    store: ObjectStore,
    watch: Awaited<ReturnType<Bus["jobs"]["watch"]>>,
  ) {
    this.#bus = bus;
    this.#className = className;
    this.store = store;
    this.#watch = watch;
    this.#watching = (async () => {
      for await (const entry of watch) {
        const state = stateIn(entry);
        if (!state) continue;
        const id = entry.key.slice(name.length + 1);
        this.#states.set(id, state);
        this.#listeners.get(id)?.(state);
      }
    })();
    this.#watching.catch(() => {});
    const heal = () => void this.#heal().catch(() => {});
    this.#healing = setInterval(heal, bus.silenceMs);
  }

  /**
   * Opens a set, or makes it, for the machines of which most are there; waits
   * for the first worker.
   *
   * @returns null: the signal came first
   */
  static async open(bus: Bus, options: SetOptions): Promise<JobSet | null> {
    const name = await setName(options);
    const store = await insist(() => bus.stores.create(`dino-${name}`));
    const known = await insist(() => bus.jobs.get(name));
    const className = recordSchema.safeParse(saidBy(known)).data?.className ??
      await chooseClass(bus, options);
    if (className === null) return null;
    const record = JSON.stringify({ className });
    await insist(() => bus.jobs.put(name, record));
    await insist(() => queueOf(bus, className));
    await clear(bus, "dino-orders", `${name}.*`);
    const watch = await insist(() => bus.jobs.watch({ key: `${name}.*` }));
    return new JobSet(bus, name, className, store, watch);
  }

  /** Where a job's files are. */
  filesOf(job: string): JobFiles {
    return { store: this.store, job };
  }

  /** The state of a job; null: nobody has begun it. */
  async stateOf(id: string): Promise<JobState | null> {
    const entry = await insist(() => this.#bus.jobs.get(`${this.name}.${id}`));
    return stateIn(entry);
  }

  /** Queues a job that is not queued, under way or finished. */
  async queue(job: Job): Promise<void> {
    const { jobs } = this.#bus;
    const state = await this.stateOf(job.id);
    if (state?.state === "finished") return;
    this.#jobs.set(job.id, job);
    if (state && !hasEnded(state)) return;
    if (state) {
      await insist(() => jobs.purge(`${this.name}.${job.id}`));
      this.#states.delete(job.id);
    }
    await this.#publish(job);
  }

  async #publish(job: Job): Promise<void> {
    const { js } = this.#bus;
    await insist(() => js.publish(this.#subject(job.id), JSON.stringify(job)))
      .catch((error) => {
        if (error.code !== IS_QUEUED) throw error;
      });
  }

  readonly #subject = (id: string) =>
    `${STREAM}.${this.#className}.${this.name}.${id}`;

  /** Whether one of these works on a job: it has not died, nor dropped it. */
  readonly #isWith = (workers: readonly Worker[], id: string): boolean => {
    const state = this.#states.get(id);
    return state?.state === "running" &&
      workers.some(({ name, jobs }) =>
        name === state.worker &&
        jobs.some(({ job }) => job === `${this.name}.${id}`)
      );
  };

  /**
   * Queues again what nobody has and nobody would get: a server that was killed
   * may have forgotten that it gave a job to a worker that is no more, or that
   * could not write its result meanwhile.
   */
  async #heal(): Promise<void> {
    const { jsm } = this.#bus;
    const before = this.#forgotten;
    this.#forgotten = new Set();
    const { num_pending, num_ack_pending } = await jsm.consumers
      .info(STREAM, this.#className);
    if (num_pending + num_ack_pending > 0) return;
    const workers = await listWorkers(this.#bus);
    for (const [id, job] of this.#jobs) {
      const state = this.#states.get(id);
      if (state && hasEnded(state) || this.#isWith(workers, id)) continue;
      this.#forgotten.add(id);
      // What was on its way at one look is not at the next.
      if (!before.has(id)) continue;
      await jsm.streams.purge(STREAM, { filter: this.#subject(id) });
      await this.#publish(job);
    }
  }

  /**
   * Waits for the end of a job.
   *
   * @param onChange receives each of its states
   * @param signal ends the wait: who works on it is asked to save and stop
   * @returns its last state; null: nobody had begun it
   */
  async ended(
    id: string,
    onChange: (state: JobState) => void,
    signal: AbortSignal,
  ): Promise<JobState | null> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#watching.then(
      () => reject(new Error("the connection is closed")),
      reject,
    );
    const see = (state: JobState) => {
      onChange(state);
      if (hasEnded(state)) resolve();
    };
    this.#listeners.set(id, see);
    const now = this.#states.get(id);
    if (now) see(now);
    using _stopping = addAbortListener(
      signal,
      () => void this.#stopped(id).then(resolve, reject),
    );
    try {
      await promise;
    } finally {
      this.#listeners.delete(id);
    }
    return this.#states.get(id) ?? null;
  }

  /** Asks whoever has a job to save and stop. */
  async order(id: string, reason: string): Promise<void> {
    await insist(() => this.#bus.orders.put(`${this.name}.${id}`, reason));
  }

  /** Takes a job back, and waits until nobody works on it. */
  async #stopped(id: string): Promise<void> {
    const { jsm, silenceMs } = this.#bus;
    const filter = this.#subject(id);
    this.#jobs.delete(id);
    const takeBack = () => insist(() => jsm.streams.purge(STREAM, { filter }));
    await this.order(id, "it was stopped");
    if (!this.#states.has(id)) {
      await takeBack();
      // Who has just taken it from the queue says so in a moment.
      await sleep(LOOK_EVERY_MS);
    }
    // Workers say three times in this span what they do.
    for (let unseen = 0; unseen < silenceMs; unseen += LOOK_EVERY_MS) {
      if (this.#states.get(id)?.state !== "running") break;
      const workers = await listWorkers(this.#bus);
      if (this.#isWith(workers, id)) unseen = -LOOK_EVERY_MS;
      await sleep(LOOK_EVERY_MS);
    }
    await takeBack();
  }

  /** Leaves the jobs to whoever works on them. */
  async leave(): Promise<void> {
    clearInterval(this.#healing);
    this.#watch.stop();
    await this.#watching.catch(() => {});
  }

  /** Removes all of it from the server: nothing is to be done any more. */
  async remove(): Promise<void> {
    await this.leave();
    const { jsm } = this.#bus;
    const filter = `${STREAM}.*.${this.name}.*`;
    await insist(() => jsm.streams.purge(STREAM, { filter }));
    await clear(this.#bus, "dino-jobs", this.name);
    await clear(this.#bus, "dino-jobs", `${this.name}.*`);
    await clear(this.#bus, "dino-orders", `${this.name}.*`);
    await insist(() =>
      this.store.destroy().then(() => {}, (error) => {
        // A try whose answer was lost has removed it.
        if (error.code !== IS_GONE) throw error;
      })
    );
  }
}

/** Removes entries of a table, and that they were there. */
async function clear({ jsm }: Bus, table: string, key: string): Promise<void> {
  const filter = `$KV.${table}.${key}`;
  await insist(() => jsm.streams.purge(`KV_${table}`, { filter }));
}

/** One for each meaning and data folder: two users' never meet. */
async function setName({ name, meaning }: SetOptions): Promise<string> {
  const whose = JSON.stringify([name, meaning, hostname(), DATA_FOLDER]);
  const word = name.replace(/[^\w-]/g, "_").slice(0, 60);
  return `${word}-${(await sha256(whose)).slice(0, 10)}`;
}

/** The class with most slots among the workers with this program. */
async function chooseClass(
  bus: Bus,
  options: SetOptions,
): Promise<string | null> {
  const { mixed, signal, say } = options;
  const program = await programHash();
  let told = "";
  const tell = (line: string) => {
    if (line !== told) say(line);
    told = line;
  };
  while (!signal.aborted) {
    const workers = await listWorkers(bus);
    const own = workers.filter(({ machine }) => machine.program === program);
    const [best] = await alikeWorkers(own, mixed);
    if (best) {
      tell(`${best.workers.length} workers, ${best.slots} slots`);
      for (const worker of workers) {
        if (best.workers.includes(worker)) continue;
        const why = unlike(worker.machine, best.machine);
        say(`note: ${worker.name} gets none of it: ${why}`);
      }
      return best.className;
    }
    const [worker] = workers;
    tell(
      worker
        ? `Waiting for a worker of this program (${program}); there is ` +
          `${worker.name} with ${worker.machine.program}`
        : "Waiting for a worker: deno task worker --nats …",
    );
    await sleep(LOOK_EVERY_MS);
  }
  return null;
}
