/** A run of this machine that workers train, and that comes home. */
import { type Config, loadConfig } from "../config/mod.ts";
import { DinoDqnError } from "../errors.ts";
import { isFile } from "../files.ts";
import type { RunFolder } from "../runs/mod.ts";
import { writeFolder } from "../system/mod.ts";
import type { Bus } from "./bus.ts";
import { fetchFolder, storeFolder } from "./files.ts";
import type { JobState, TrainingJob } from "./jobs.ts";
import { JobSet, type SetOptions } from "./set.ts";

/** What of a run that comes home may be in the place of an older one. */
const OWN_NAMES = [
  ...["config.yaml", "run.json", "scores.csv", "metrics.csv"],
  ...["log.txt", "lock", "teacher/*"],
  ...["tensorboard/*", "checkpoints/*/*", "evaluations/*/*"],
  ...["report/*", "report/*/*"],
];

/**
 * Queues a training, with what the run has here unless workers know more.
 *
 * @param job by `config`, on one thread where it leaves that open: threads
 * decide a training's bits, and cores are not everywhere the same
 */
export async function queueTraining(
  set: JobSet,
  { config, ...job }: Pick<TrainingJob, "id" | "seed" | "bestAfter"> & {
    config: Config;
  },
  run: RunFolder,
): Promise<void> {
  const isOurs = await isFile(run.info) && !await set.stateOf(job.id);
  const files = isOurs ? await storeFolder(set.filesOf(job.id), run.path) : {};
  const threads = config.learner.threads ?? 1;
  await set.queue({
    ...{ ...job, set: set.name, kind: "training", run: run.name, files },
    config: { ...config, learner: { ...config.learner, threads } },
  });
}

/**
 * Brings the newest snapshot of a training home.
 *
 * @returns whether there is one
 */
export async function bringHome(
  set: JobSet,
  id: string,
  { files }: JobState,
  run: RunFolder,
): Promise<boolean> {
  if (Object.keys(files).length === 0) return false;
  const home = await fetchFolder(set.filesOf(id), files);
  await writeFolder(run.path, home, OWN_NAMES);
  return true;
}

/**
 * Lets a worker go on with a run up to the budget in its config. One that was
 * left to the workers with the same budget goes on there.
 *
 * @param options `bestAfter`: the best checkpoint is of evaluations after it
 * @throws DinoDqnError when the training has failed, the signal's reason when
 * it was stopped; what was saved has come home
 */
export async function trainElsewhere(
  bus: Bus,
  run: RunFolder,
  { bestAfter, signal, say }:
    & Pick<SetOptions, "signal" | "say">
    & { bestAfter: number },
): Promise<void> {
  const config = await loadConfig(run.config);
  const { steps, minutes } = config.training;
  const set = await JobSet.open(bus, {
    ...{ name: run.name, meaning: [bestAfter, steps, minutes] },
    ...{ mixed: false, signal, say },
  });
  signal.throwIfAborted();
  const id = "training";
  const job = { id, config, seed: config.seed, bestAfter };
  await queueTraining(set!, job, run);
  const state = await set!.ended(id, () => {}, signal);
  if (state) await bringHome(set!, id, state, run);
  await set!.remove();
  signal.throwIfAborted();
  if (state?.state !== "finished") {
    throw new DinoDqnError(`The training of ${run.name}: ${state?.reason}`);
  }
}
