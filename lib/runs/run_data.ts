/** What a run's folder tells about its training. */
import { basename, dirname, join } from "node:path";
import { type Config, loadOwnConfig } from "../config/mod.ts";
import { UsageError } from "../errors.ts";
import { ifThere, namesIn, readText } from "../files.ts";
import {
  type EvaluationPoint,
  INTERVALS,
  type MetricsLine,
  type TrainingGame,
} from "./measurements.ts";
import type { RunFolder } from "./run_folder.ts";
import { comeTo, readRunInfo, type RunInfo } from "./run_info.ts";
import { numberCell, parseCsv, requiredNumber, type Row } from "../csv.ts";
import { type EvaluationReport, storedReport } from "../evaluation/mod.ts";

/** A run as far as it has come. */
export interface RunData {
  name: string;
  config: Config;
  /** The text of its config.yaml. */
  configText: string;
  info: RunInfo;
  games: TrainingGame[];
  metrics: MetricsLine[];
  /** Agent steps, and minutes of training, as far as is known. */
  steps: number;
  minutes: number;
  /** Evaluations during training, in the order of their steps. */
  evaluations: EvaluationPoint[];
}

/**
 * Reads a run that may still be training.
 *
 * @throws UsageError naming the file and line that cannot be read, ConfigError
 * when its config is of another version
 */
export async function readRunData(run: RunFolder): Promise<RunData> {
  const [config, configText, info, scores, metrics] = await Promise.all([
    loadOwnConfig(run.config, "run"),
    readText(run.config),
    readRunInfo(run),
    readTable(run.scores, ["score"]),
    readTable(run.metrics, ["step", "wall_s"]),
  ]);
  const lines = metrics.map((row, i) => metricsLine(row, run.metrics, i));
  const last = lines.at(-1) ?? { step: 0, wall_s: 0 };
  const { steps, seconds } = comeTo(info);
  return {
    name: run.name,
    config,
    configText,
    info,
    games: scores.map((row, i) => ({
      score: requiredNumber(row, "score", run.scores, i),
    })),
    metrics: lines,
    steps: Math.max(last.step, steps),
    minutes: Math.max(last.wall_s, seconds) / 60,
    evaluations: await readEvaluations(run, lines),
  };
}

function metricsLine(row: Row, file: string, index: number): MetricsLine {
  const line: Record<string, number | null> = {};
  for (const [column] of INTERVALS.figures) {
    if (column === null || !(column in row)) continue;
    line[column] = numberCell(row, column, file, index);
  }
  return {
    ...line,
    step: requiredNumber(row, "step", file, index),
    wall_s: requiredNumber(row, "wall_s", file, index),
  };
}

/** A table that is not there yet has no lines. */
async function readTable(file: string, columns: readonly string[]) {
  const text = await ifThere(readText(file, Infinity));
  if (text === null) return [];
  return /[\r\n]/.test(text) ? parseCsv(text, file, columns) : [];
}

async function readEvaluations(
  run: RunFolder,
  metrics: readonly MetricsLine[],
): Promise<EvaluationPoint[]> {
  const points: EvaluationPoint[] = [];
  for (const step of await evaluatedSteps(run)) {
    const figures = await readEvaluation(run, step);
    if (!figures) continue;
    const wallSeconds = wallSecondsAt(step, metrics);
    points.push({ step, wallSeconds, ...figures });
  }
  return points;
}

/** The steps after which a run was evaluated, in their order. */
export async function evaluatedSteps(run: RunFolder): Promise<number[]> {
  return (await namesIn(run.evaluations)).flatMap((name) => {
    const step = /^step-(\d+)$/.exec(name)?.[1];
    return step === undefined ? [] : [Number(step)];
  }).sort((a, b) => a - b);
}

/**
 * The figures of one of them; null when its report is not there.
 *
 * @throws UsageError when its report cannot be used
 */
export async function readEvaluation(
  run: RunFolder,
  step: number,
): Promise<Omit<EvaluationPoint, "step" | "wallSeconds"> | null> {
  const report = await readReport(join(run.evaluations, `step-${step}`));
  if (!report) return null;
  const { mean, mean95, atMost, capped, cap, episodes } = report;
  const [low, high] = mean95 ?? [null, null];
  return { mean, low, high, atMost, capped, cap, episodes };
}

/** Seconds of training at a step, between the lines of metrics.csv. */
function wallSecondsAt(
  step: number,
  metrics: readonly MetricsLine[],
): number {
  const after = metrics.findIndex((line) => line.step >= step);
  if (after < 0) return metrics.at(-1)?.wall_s ?? 0;
  const next = metrics[after]!;
  const before = metrics[after - 1] ?? { step: 0, wall_s: 0 };
  const part = (step - before.step) / (next.step - before.step);
  return before.wall_s + part * (next.wall_s - before.wall_s);
}

/**
 * A report's folder, and those of earlier reports of other games, which have a
 * number: `report`, then `report-2`, `report-1`. Each may be of another
 * checkpoint.
 */
export async function reportFolders(folder: string): Promise<string[]> {
  const numbers = (await namesIn(dirname(folder))).flatMap((name) => {
    const [, stem, number] = /^(.*)-(\d{1,9})$/.exec(name) ?? [];
    return stem === basename(folder) ? Number(number) : [];
  });
  const earlier = numbers.sort((a, b) => b - a);
  return [folder, ...earlier.map((number) => `${folder}-${number}`)];
}

/**
 * The evaluation in a folder; `null` when there is none.
 *
 * @throws UsageError when its report.json cannot be used
 */
export async function readReport(
  folder: string,
): Promise<EvaluationReport | null> {
  const file = join(folder, "report.json");
  const text = await ifThere(readText(file));
  if (text === null) return null;
  try {
    return storedReport(JSON.parse(text));
  } catch (cause) {
    throw new UsageError(
      `${file} is not the report of an evaluation: ` +
        `${(cause as Error).message}; remove it, or evaluate again.`,
      { cause },
    );
  }
}
