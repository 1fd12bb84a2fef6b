/** A NATS server for tests, and workers that sleep in place of training. */
import { fileURLToPath } from "node:url";
import {
  type Bus,
  JobSet,
  type JobState,
  openBus,
  type TrainingJob,
} from "../../lib/cluster/mod.ts";
import { inFolder } from "../folder.ts";

/** Seconds of silence after which a worker counts as dead here. */
export const SILENCE = "2";
Deno.env.set("DINO_NATS_SILENCE", SILENCE);

/** A real nats-server on a port of its own. */
export class NatsServer implements AsyncDisposable {
  readonly #args: readonly string[];
  readonly #options: Deno.CommandOptions;
  #process: Deno.ChildProcess | null = null;
  port = -1;

  private constructor(args: readonly string[], options: Deno.CommandOptions) {
    this.#args = args;
    this.#options = options;
  }

  /** @param args beside its address: `-js`, `-sd`, FOLDER; or `-c`, FILE */
  static async start(
    args: readonly string[],
    options: Deno.CommandOptions = {},
  ): Promise<NatsServer> {
    const server = new NatsServer(args, options);
    await server.start();
    return server;
  }

  get url(): string {
    return `nats://127.0.0.1:${this.port}`;
  }

  /** Starts it on the port that it had; returns when it answers. */
  async start(): Promise<void> {
    const address = ["-a", "127.0.0.1", "-p", `${this.port}`];
    const program = Deno.env.get("NATS_SERVER") ?? "nats-server";
    this.#process = new Deno.Command(program, {
      ...this.#options,
      args: [...address, ...this.#args],
      stdout: "null",
      stderr: "piped",
    }).spawn();
    let log = "";
    for await (
      const text of this.#process.stderr.pipeThrough(new TextDecoderStream())
        .values({ preventCancel: true })
    ) {
      log += text;
      const [, port] = /client connections on 127\.0\.0\.1:(\d+)/.exec(log) ??
        [];
      if (port) this.port = Number(port);
      if (log.includes("Server is ready")) return;
    }
    throw new Error(`nats-server did not start: ${log}`);
  }

  /** What it has in memory; 0 where ps does not say. */
  memoryBytes(): Promise<number> {
    return memoryBytes(this.#process);
  }

  /** Kills it at once; what it has on the disk stays. */
  async kill(): Promise<void> {
    this.#process?.kill("SIGKILL");
    await this.#process?.status;
    await this.#process?.stderr.cancel().catch(() => {});
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
  }
}

/** What a process has in memory; 0 where ps does not say. */
export async function memoryBytes(
  process: Deno.ChildProcess | null,
): Promise<number> {
  const { stdout } = await new Deno.Command("ps", {
    args: ["-o", "rss=", "-p", `${process?.pid}`],
  }).output();
  return Number(new TextDecoder().decode(stdout)) * 1024;
}

/** A worker as a process, whose jobs are to sleep. */
export function startSleeper(
  url: string,
  name: string,
  mostMs = 1e6,
): Deno.ChildProcess {
  return new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "--allow-all", "--no-check"],
      fileURLToPath(new URL("./sleeper.ts", import.meta.url)),
      ...[url, name, `${mostMs}`],
    ],
    env: { DINO_NATS_SILENCE: SILENCE },
    stdout: "null",
    stderr: "null",
  }).spawn();
}

/** A job that takes so many milliseconds, or kills who has it. */
export const sleepJob = (
  set: string,
  id: string,
  ms: number,
  bytes = 0,
): TrainingJob => ({
  ...{ set, id, kind: "training", run: id, seed: 1, files: {} },
  config: { ms, bytes },
});

/** A signal that never comes. */
export const never = new AbortController().signal;

/** A server with its disk, and a connection to it. */
export async function withServer(
  use: (server: NatsServer, bus: Bus) => Promise<void>,
): Promise<void> {
  await inFolder(async (folder) => {
    await using server = await NatsServer.start(["-js", "-sd", folder]);
    const bus = await openBus(server.url);
    try {
      await use(server, bus);
    } finally {
      await bus.nc.close();
    }
  });
}

export const openSet = async (bus: Bus, name = "test", signal = never) =>
  (await JobSet.open(bus, {
    ...{ name, meaning: "a test", mixed: false, signal },
    say: () => {},
  }))!;

/** Queues jobs that sleep so long and waits for all of them. */
export async function endOf(set: JobSet, times: Record<string, number>) {
  const ends = Object.entries(times).map(async ([id, ms]) => {
    await set.queue(sleepJob(set.name, id, ms));
    return [id, await set.ended(id, () => {}, never)] as const;
  });
  return new Map(await Promise.all(ends));
}

/** Waits until a job has a state that is so. */
export async function until(
  set: JobSet,
  id: string,
  reached: (state: JobState) => boolean,
): Promise<void> {
  for (;;) {
    const state = await set.stateOf(id);
    if (state && reached(state)) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** Kills workers that have not ended. */
export async function ended(...workers: Deno.ChildProcess[]) {
  for (const worker of workers) {
    try {
      worker.kill("SIGKILL");
    } catch {
      // It has ended already.
    }
  }
  await Promise.all(workers.map(({ status }) => status));
}
