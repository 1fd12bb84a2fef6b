/** Doing a job by the program's own commands, in processes of their own. */
import { dirname, join } from "node:path";
import { loadConfig, machineSets, readYamlFile } from "../config/mod.ts";
import { DinoDqnError } from "../errors.ts";
import {
  evaluatedSteps,
  listCheckpoints,
  readRunData,
  type RunFolder,
  runFolderAt,
} from "../runs/mod.ts";
import {
  type Ended,
  failureText,
  lookUntilEnd,
  startCommand,
  stopOn,
} from "../system/mod.ts";
import {
  fetchBytes,
  fetchFolder,
  removeOlder,
  storeBytes,
  storeFolder,
} from "./files.ts";
import type { GamesJob, JobState, Manifest, TrainingJob } from "./jobs.ts";
import type { Execute, JobContext } from "./worker.ts";

/** Name of the file that a part of an evaluation answers with. */
export const GAMES_FILE = "games.json";

/**
 * Does jobs in a folder of this worker's own.
 *
 * @param root where the folders of jobs are made
 */
export function jobExecutor(root: string): Execute {
  return async (job, context) => {
    const folder = await Deno.makeTempDir({ dir: root });
    try {
      return job.kind === "games"
        ? await playPart(job, context, folder)
        : await train(job, context, folder);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  };
}

/**
 * A config that was sent, as a file; `extends` would read one of this machine.
 * What is this machine's own in it, and could start a program or open an
 * address, its commands do not take from an agent, and are told by `--set` else.
 */
async function writeConfig(path: string, config: Record<string, unknown>) {
  const { extends: _, ...own } = config;
  await Deno.writeTextFile(path, JSON.stringify(own));
}

async function playPart(
  job: GamesJob,
  { files, signal }: JobContext,
  folder: string,
): Promise<Partial<JobState>> {
  // The agent is the set's: all parts have the same.
  const shared = { ...files, job: "agent" };
  const agent = join(folder, "agent");
  await Deno.mkdir(agent);
  for (
    const [name, hash] of [
      ["model.json", job.model],
      ["weights.bin", job.weights],
    ] as const
  ) {
    await Deno.writeFile(
      join(agent, name),
      await fetchBytes(shared, hash, name),
    );
  }
  await writeConfig(join(agent, "config.yaml"), job.config);
  const ended = await runHere(
    [
      ...["eval", agent, "--episodes", `${job.episodes}`],
      ...["--first-seed", `${job.firstSeed}`, "--max-score", `${job.maxScore}`],
      ...["--part-of", `${job.whole.firstSeed}+${job.whole.episodes}`],
      ...(job.baselines ? [] : ["--no-baselines"]),
    ],
    folder,
    signal,
  );
  if (signal.aborted) return {};
  if (!ended.success) throw new DinoDqnError(failureText(ended));
  const bytes = new TextEncoder().encode(ended.stdout);
  const hash = await storeBytes(files, bytes);
  return { state: "finished", files: { [GAMES_FILE]: hash } };
}

async function train(
  job: TrainingJob,
  context: JobContext,
  folder: string,
): Promise<Partial<JobState>> {
  const { claim, files, signal } = context;
  const run = runFolderAt(join(folder, "runs", job.run));
  const known = Object.keys(claim.state.files).length > 0
    ? claim.state.files
    : job.files;
  const snapshot = await fetchFolder(files, known);
  for (const [name, bytes] of Object.entries(snapshot)) {
    await Deno.mkdir(dirname(join(run.path, name)), { recursive: true });
    await Deno.writeFile(join(run.path, name), bytes);
  }
  const isNew = Object.keys(snapshot).length === 0;
  if (!isNew) await refuseExtends(run.config);
  const config = join(folder, "config.yaml");
  await writeConfig(config, job.config);
  const { threads } = Object(job.config.learner);
  const own = [
    ...machineSets(await loadConfig(), "program"),
    // What a run was begun with may be: all cores of another machine.
    ...isNew ? [] : [`learner.threads=${Number(threads) || 1}`],
  ].flatMap((set) => ["--set", set]);
  const snapshots = new Snapshots(run, context, known);
  const training = runHere(
    [
      "train",
      ...isNew
        ? ["--config", config, "--run", job.run, "--seed", `${job.seed}`]
        : ["--resume", job.run, "--best-after", `${job.bestAfter ?? 0}`],
      ...own,
    ],
    folder,
    signal,
  );
  const end = await lookUntilEnd(training, async () => {
    // What could not be stored now is stored the next time.
    if (!signal.aborted) await snapshots.look().catch(() => {});
  });
  if (!end.success && end.code !== 130) {
    throw new DinoDqnError(failureText(end));
  }
  await snapshots.store();
  return end.success ? { state: "finished" } : {};
}

/** What of a training is known to others. */
class Snapshots {
  readonly #run: RunFolder;
  readonly #context: JobContext;
  #files: Manifest;
  #steps = "";
  #evaluations = "";

  constructor(run: RunFolder, context: JobContext, files: Manifest) {
    this.#run = run;
    this.#context = context;
    this.#files = files;
  }

  /** Tells of new evaluations and stores new checkpoints. */
  async look(): Promise<void> {
    const evaluations = (await evaluatedSteps(this.#run)).join();
    const steps = (await listCheckpoints(this.#run.checkpoints)).join();
    if (steps !== this.#steps && steps !== "") await this.store();
    else if (evaluations !== this.#evaluations) {
      await this.#context.claim.write(await this.#progress());
    }
    this.#steps = steps;
    this.#evaluations = evaluations;
  }

  /** Stores the run as it is; then what nobody needs any more goes. */
  async store(): Promise<void> {
    const { claim, files } = this.#context;
    const former = this.#files;
    const now = await storeFolder(files, this.#run.path, former);
    await claim.write({ ...await this.#progress(), files: now, deaths: 0 });
    this.#files = now;
    await removeOlder(files, former, now).catch(() => {});
  }

  async #progress(): Promise<Partial<JobState>> {
    const { evaluations, steps, minutes } = await readRunData(this.#run);
    const means = evaluations.map(({ step, mean }) => ({ step, mean }));
    return { evaluations: means, steps, minutes };
  }
}

/** @throws DinoDqnError when a config that was sent leads to another file */
async function refuseExtends(path: string): Promise<void> {
  const { values } = await readYamlFile(path, {
    ...{ noun: "config", example: "seed: 1", folder: "", whenEmpty: "" },
  });
  if ("extends" in values) {
    throw new DinoDqnError("the run's config extends another one");
  }
}

/** Runs a command with a data folder of its own, and no key of the server. */
async function runHere(
  args: readonly string[],
  folder: string,
  signal: AbortSignal,
): Promise<Ended> {
  const child = await startCommand(args, {
    env: { DINO_DATA: folder },
    withoutEnv: /^(DINO_NATS_.*|INIT_CWD)$/,
  });
  using _stopping = stopOn(signal, child);
  return await child.ended;
}
