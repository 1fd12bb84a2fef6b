/** A sweep from its plan to its table. */
import { join } from "node:path";
import { configToYaml, machineSets } from "../config/mod.ts";
import { mean } from "../evaluation/mod.ts";
import { points } from "../text.ts";
import { acquireLock, type Process, replaceDurably } from "../system/mod.ts";
import { runFolderAt, RUNS_FOLDER } from "../runs/mod.ts";
import type { JobSet } from "../cluster/mod.ts";
import { checkRepeats, jobOf, trainElsewhere } from "./elsewhere.ts";
import { checkBeforeStart, type SweepFolder, sweepFolder } from "./folder.ts";
import type { SweepPlan } from "./plan.ts";
import { sweepCsv, sweepPage } from "./report.ts";
import { type SweepResults, sweepResults } from "./results.ts";
import { settingText, variedKeys } from "./settings.ts";
import { type Reconciled, type Trial, writeState } from "./state.ts";
import { medianStop, type Progress } from "./stopping.ts";
import { runTrial, type TrialOptions } from "./trial.ts";

/** How a sweep is run. */
export interface SweepOptions {
  plan: SweepPlan;
  /** Folder of the sweeps. @default {data/sweeps} */
  root?: string;
  /** Saves and stops all trainings. */
  signal: AbortSignal;
  /** The trainings that run, for whoever wants to end them at once. */
  children: Set<Process>;
  /** Receives what happens, line by line. */
  say: (line: string) => void;
  /** Workers that train in place of processes of this machine. */
  elsewhere?: Elsewhere;
}

/** How workers train. */
export interface Elsewhere {
  /** @returns null: the signal came before any worker did */
  open: () => Promise<JobSet | null>;
  /** Leave it to them once all is queued. */
  detach: boolean;
}

/**
 * Trains what has not been trained yet and leaves the table. A training that
 * fails does not end the others.
 *
 * @throws UsageError, before anything begins, when the config is not the one
 * that the earlier trainings had or a run has the name of one to be made;
 * RunLockedError when another process works on this sweep
 */
export async function runSweep(options: SweepOptions): Promise<SweepResults> {
  const { plan } = options;
  const folder = sweepFolder(plan.name, options.root);
  await checkBeforeStart(plan, folder);
  await Deno.mkdir(folder.logs, { recursive: true });
  using _lock = await acquireLock(folder.lock, `The sweep ${plan.name}`);
  const reconciled = await checkBeforeStart(plan, folder);
  await replaceDurably(folder.file, plan.text);
  await replaceDurably(folder.config, configToYaml(plan.base));
  reconciled.changes.forEach(options.say);
  if (!options.elsewhere) {
    return await new Sweeper(options, folder, reconciled).run();
  }
  const { open, detach } = options.elsewhere;
  checkRepeats(plan);
  const set = await open();
  if (!set) return sweepResults(plan, reconciled.state, reconciled.trials);
  let isLeft = true;
  try {
    const sweeper = new Sweeper(options, folder, reconciled, { set, detach });
    const results = await sweeper.run();
    isLeft = detach;
    return results;
  } finally {
    await (isLeft ? set.leave() : set.remove());
  }
}

/** The trainings of a sweep, some of them at the same time. */
class Sweeper {
  readonly #options: SweepOptions;
  readonly #folder: SweepFolder;
  readonly #reconciled: Reconciled;
  readonly #waiting: Trial[];
  readonly #elsewhere: { set: JobSet; detach: boolean } | undefined;
  /** Writes follow each other, as they replace the same files. */
  #writing: Promise<void> = Promise.resolve();

  constructor(
    options: SweepOptions,
    folder: SweepFolder,
    reconciled: Reconciled,
    elsewhere?: { set: JobSet; detach: boolean },
  ) {
    this.#elsewhere = elsewhere;
    this.#options = options;
    this.#folder = folder;
    this.#reconciled = reconciled;
    this.#waiting = reconciled.trials.filter(({ state }) =>
      state !== "finished" && state !== "stopped"
    );
  }

  async run(): Promise<SweepResults> {
    const { plan, signal } = this.#options;
    const work = async () => {
      for (let trial; !signal.aborted && (trial = this.#next());) {
        await this.#train(trial);
      }
    };
    // A queue takes all of them.
    const sideBySide = this.#elsewhere ? this.#waiting.length : plan.parallel;
    await Promise.all(Array.from({ length: sideBySide }, work));
    await this.#save();
    return this.#results();
  }

  /** The next training whose setting has not been given up. */
  #next(): Trial | undefined {
    for (let trial; (trial = this.#waiting.shift());) {
      if (!this.#isGivenUp(trial.setting)) return trial;
    }
    return undefined;
  }

  #isGivenUp(setting: number): boolean {
    return this.#reconciled.trials.some((trial) =>
      trial.setting === setting && trial.state === "stopped"
    );
  }

  async #train(trial: Trial): Promise<void> {
    const { plan, signal, children } = this.#options;
    const { values } = this.#reconciled.state.settings.find(({ number }) =>
      number === trial.setting
    )!;
    this.#say(
      trial,
      `${
        this.#elsewhere
          ? "is queued"
          : trial.state === "waiting"
          ? "begins"
          : "goes on"
      }: ${settingText(values, variedKeys(plan.settings))}, seed ${trial.seed}`,
    );
    trial.state = "begun";
    trial.reason = "";
    await this.#saveIfPossible();
    let said = trial.evaluations.length;
    let verdict: string | null = null;
    const trialOptions: TrialOptions = {
      ...{ trial, values, signal, children, threads: plan.threads },
      run: runFolderAt(join(RUNS_FOLDER, trial.run)),
      config: this.#folder.config,
      machine: machineSets(plan.base, "program"),
      log: join(this.#folder.logs, `${trial.run}.log`),
      onEvaluation: (isLast) => {
        for (const { step, mean } of trial.evaluations.slice(said)) {
          this.#say(trial, `step ${points(step)}: mean ${points(mean)}`);
        }
        said = trial.evaluations.length;
        if (!isLast) verdict ??= this.#verdict(trial);
        return verdict !== null;
      },
      say: (what) => this.#say(trial, what),
    };
    const end = this.#elsewhere
      ? await trainElsewhere(trialOptions, this.#elsewhere)
      : await runTrial(trialOptions);
    if (!end) return;
    if (end.code === 0 && trial.final) {
      trial.state = "finished";
      this.#say(
        trial,
        `has finished: mean ${points(mean(trial.final.scores))} of ` +
          `${trial.final.scores.length} unseen games`,
      );
    } else if (end.code === 130 && verdict !== null) {
      trial.state = "stopped";
      trial.reason = verdict;
      this.#say(trial, `is given up: ${verdict}`);
      await this.#withdraw(trial.setting);
    } else if (end.code === 130 && this.#isGivenUp(trial.setting)) {
      trial.state = "waiting";
    } else if (end.code !== 130 || !signal.aborted) {
      trial.state = "failed";
      trial.reason = end.error;
      this.#say(trial, `has failed: ${trial.reason}`);
    }
    await this.#saveIfPossible();
  }

  /** Takes the trainings of a setting back that no worker has begun. */
  async #withdraw(setting: number): Promise<void> {
    for (const trial of this.#reconciled.trials) {
      const { steps, evaluations } = trial;
      if (trial.setting !== setting || steps > 0 || evaluations.length > 0) {
        continue;
      }
      await this.#elsewhere?.set.order(jobOf(trial), "its setting is given up");
    }
  }

  /** Why the trial's setting should be given up; null: it goes on. */
  #verdict({ setting, evaluations }: Trial): string | null {
    const { plan } = this.#options;
    const progress = new Map<number, Progress>();
    for (const trial of this.#reconciled.trials) {
      const curves = progress.get(trial.setting)?.curves ?? [];
      progress.set(trial.setting, {
        setting: trial.setting,
        curves: [...curves, trial.evaluations],
      });
    }
    const { stopping } = plan;
    const { step } = evaluations.at(-1)!;
    const stop = medianStop(setting, step, [...progress.values()], stopping);
    return stop &&
      `at step ${points(stop.step)} its best was ${
        points(stop.best)
      }, below the others' median of ${points(stop.median)}`;
  }

  #say({ run }: Trial, what: string): void {
    const { trials } = this.#reconciled;
    const ended =
      trials.filter(({ state }) => state === "finished" || state === "stopped")
        .length;
    this.#options.say(`[${ended} of ${trials.length}] ${run} ${what}`);
  }

  #results(): SweepResults {
    const { state, trials } = this.#reconciled;
    return sweepResults(this.#options.plan, state, trials);
  }

  /** Writes state and results as they are now. */
  #save(): Promise<void> {
    const write = async () => {
      await writeState(this.#folder.state, this.#reconciled.state);
      const results = this.#results();
      await replaceDurably(this.#folder.csv, sweepCsv(results));
      await replaceDurably(
        this.#folder.json,
        JSON.stringify(results, null, 2) + "\n",
      );
      await replaceDurably(this.#folder.page, await sweepPage(results));
    };
    return this.#writing = this.#writing.catch(() => {}).then(write);
  }

  /** The same while trainings go on, which a full disk must not end. */
  #saveIfPossible(): Promise<void> {
    return this.#save().catch(({ message }) =>
      this.#options.say(`The sweep's state could not be saved: ${message}`)
    );
  }
}
