import { basename, extname, join } from "node:path";
import {
  answer,
  CONFIG_OPTIONS,
  defineCommand,
  INTERRUPTED,
  JSON_OPTION,
  notified,
  NOTIFY_OPTION,
  say,
  settings,
  stopOnSignal,
  whomToTell,
} from "../lib/cli/mod.ts";
import { UsageError } from "../lib/errors.ts";
import type {
  Evaluation,
  EvaluationContext,
  EvaluationReport,
} from "../lib/evaluation/mod.ts";
import { commandText, replaceFolder, startCommand } from "../lib/system/mod.ts";
import { duration, intervalText, points, scoresText } from "../lib/text.ts";
import type { TrainingOutcome } from "../lib/training/mod.ts";

/** `deno task train`. */
export const command = defineCommand({
  details:
    "Trains on the real page from one config file and leaves a run's folder in " +
    "data/runs: checkpoints, scores.csv, metrics.csv, TensorBoard events, " +
    "evaluations and a report. Ctrl-C saves and ends; --resume goes on from " +
    "there as if nothing had happened.",
  options: {
    ...CONFIG_OPTIONS,
    run: {
      type: "string",
      placeholder: "NAME",
      description: "Name of the new run (default: the config's and a number).",
    },
    resume: {
      type: "string",
      placeholder: "RUN",
      description: "Goes on with a run, from its newest checkpoint.",
    },
    from: {
      type: "string",
      placeholder: "AGENT",
      description: "Begins a new run with an agent's weights; all else is " +
        "fresh: memory, optimizer, exploration.initial. RUN, RUN@last, " +
        "RUN@step-5000, pretrained/constant, a folder.",
    },
    "best-after": {
      type: "integer",
      minimum: 0,
      placeholder: "STEP",
      description:
        "With --resume: forgets the best evaluation up to there, as of other games.",
    },
    steps: {
      type: "integer",
      minimum: 1,
      description: "Agent steps of the whole run (training.steps).",
    },
    minutes: {
      type: "number",
      minimum: 0,
      description: "Minutes of the whole run (training.minutes).",
    },
    seed: {
      type: "integer",
      minimum: 0,
      description: "Seed of everything random (seed).",
    },
    watch: {
      type: "boolean",
      description: "Serves the page of 'deno task watch' as long as it trains.",
    },
    notify: NOTIFY_OPTION,
    json: JSON_OPTION,
  },
  examples: [
    ["", "the game at constant speed, in minutes"],
    ["--config configs/accelerating.yaml", "the real game"],
    ["--run wide --set network.layers=nature", "another network"],
    ["--resume default-1 --steps 80000", "goes on, for longer"],
    ["--from pretrained/constant --set exploration.initial=0.1", "fine-tunes"],
  ],
  exitCodes: "130 stopped, and saved",
  async run({ options }) {
    // Most of a start is to load these, which --help does not wait for.
    const { DEFAULT_CONFIG, loadConfig, readOwnConfig } = await import(
      "../lib/config/mod.ts"
    );
    const {
      agentTarget,
      checkpointTarget,
      findAgent,
      runTarget,
      weightsToBeginWith,
    } = await import("../lib/agents/mod.ts");
    const { evaluationReport, playedSetting } = await import(
      "../lib/evaluation/mod.ts"
    );
    const {
      evaluationFiles,
      REPORT_KIND,
      writeIndex,
      writeReport,
    } = await import("../lib/report/mod.ts");
    const { recordEvaluation } = await import("../lib/recording/mod.ts");
    const { loadSharp } = await import("../lib/sharp.ts");
    const { createRun, endText, openRun, removeUnstartedRun } = await import(
      "../lib/runs/mod.ts"
    );
    const { findTeacher, notePlay, runTraining } = await import(
      "../lib/training/mod.ts"
    );
    const { resume, config: file = DEFAULT_CONFIG } = options;
    if (resume === undefined && options["best-after"] !== undefined) {
      throw new UsageError(
        "--best-after goes with --resume: a new run has no evaluation yet",
      );
    }
    if (resume !== undefined) {
      for (const name of ["config", "run", "seed", "from"] as const) {
        if (options[name] !== undefined) {
          throw new UsageError(
            `--${name} does not go with --resume: the run has its own`,
          );
        }
      }
    }
    const sets = [
      ...options.set,
      ...settings({
        "training.steps": options.steps,
        "training.minutes": options.minutes,
        seed: options.seed,
      }),
    ];
    await loadSharp(); // for the pictures of its evaluations
    using stop = await stopOnSignal({
      message: "Saving and stopping; once more to stop at once.",
    });
    const former = resume === undefined ? null : await openRun(resume);
    const own = former && await readOwnConfig(former.config, "run");
    const config = own ? own(sets, say) : await loadConfig(file, sets);
    const whom = whomToTell(options.notify, config);
    const agent = options.from === undefined
      ? null
      : await findAgent(options.from);
    const weights = agent && weightsToBeginWith(agent, config, say);
    const teacher = former ? null : await findTeacher(config);
    const run = former ?? await createRun({
      ...{ config, name: options.run },
      configName: basename(file, extname(file)),
      from: agent ? agentTarget(agent) : undefined,
    });
    const context = (
      checkpoint: string,
      { episodes, firstSeed, cap }: Evaluation,
    ): EvaluationContext => ({
      run: run.name,
      checkpoint,
      ...playedSetting(config),
      command: commandText([
        ...["eval", checkpointTarget(run, checkpoint)],
        ...["--episodes", `${episodes}`],
        ...["--first-seed", `${firstSeed}`, "--max-score", `${cap}`],
        ...["--clock", config.env.clock],
      ]),
      versions: { Deno: Deno.version.deno },
    });
    let report: EvaluationReport | null = null;
    // In a process of its own, so that neither waits for the other.
    const page = options.watch
      ? await startCommand(["watch", run.name, "--no-open"], { onLine: say })
      : null;
    const work = async () => {
      const outcome = await runTraining({
        config,
        run,
        former: own && own(),
        weights: weights ?? undefined,
        teacher,
        bestAfter: options["best-after"] ?? 0,
        commandLine: Deno.args,
        signal: stop.signal,
        onEvaluation: async (step, evaluation) => {
          const name = `step-${step}`;
          const report = evaluationReport(
            context(name, evaluation),
            evaluation,
          );
          const files = await evaluationFiles(report, evaluation, config);
          const folder = join(run.evaluations, name);
          await replaceFolder(folder, files, REPORT_KIND.names);
        },
        onEnd: async (outcome, stage) => {
          const { checkpoint, evaluation } = outcome;
          try {
            if (!evaluation) return;
            report = evaluationReport(
              context(basename(checkpoint), evaluation),
              evaluation,
            );
            const measurement = await recordEvaluation(
              { ...stage, config, evaluation, report, gif: true },
            );
            const agent = { name: run.name, run };
            await writeReport(run.report, agent, measurement, {
              keepEarlier: true,
            });
            const { step } = outcome.counters.best ?? outcome.counters;
            notePlay(run, step, measurement.recordings);
            say(`Report: ${join(run.report, "index.html")}`);
          } finally {
            const why = endText(outcome.reason, config);
            sayOutcome(runTarget(run), outcome, why);
          }
        },
      });
      const { step, games, wallSeconds, best } = outcome.counters;
      const document = {
        run: run.name,
        steps: step,
        games,
        minutes: wallSeconds / 60,
        best: best && {
          ...{ step: best.step, mean: best.mean },
          seedPurpose: "selection",
        },
        reason: outcome.reason,
        evaluation: report,
      };
      if (options.json) answer(JSON.stringify(document));
      return { document, code: stop.signal.aborted ? INTERRUPTED : 0 };
    };
    try {
      const about = { command: "train", run: run.name };
      return await notified(whom, about, work);
    } finally {
      page?.stop();
      await page?.ended;
      if (!former) await removeUnstartedRun(run);
      await writeIndex();
    }
  },
});

/** Where the agent is, what comes next, and in the last line what was done. */
function sayOutcome(run: string, outcome: TrainingOutcome, why: string): void {
  const { counters, reason, evaluation, checkpoint } = outcome;
  say(`The agent: ${checkpoint}`);
  say(
    evaluation
      ? `Next: ${commandText(["play", run])}`
      : `Go on: ${commandText(["train", "--resume", run])}`,
  );
  const further = {
    ...{ steps: ["--steps", `${2 * counters.step}`] },
    ...{ target: ["--set", "evaluation.target=null"] },
  }[reason as string];
  if (further) {
    const again = commandText(["train", "--resume", run, ...further]);
    say(`To train on all the same: ${again}`);
  }
  const result = evaluation
    ? ` On games that it had never seen: ${scoresText(evaluation)}; 95 % ` +
      `interval of the mean: ${intervalText(evaluation.mean95)}.`
    : "";
  say(
    `Trained ${points(counters.step)} steps and ${points(counters.games)} ` +
      `games in ${duration(counters.wallSeconds)}: ${why}.${result}`,
  );
}
