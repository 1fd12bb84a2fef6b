/** What a run was made with, and how its trainings ended: its `run.json`. */
import { resolve } from "node:path";
import { z } from "zod";
import { type Config, displayPath } from "../config/mod.ts";
import { firstIssue, UsageError } from "../errors.ts";
import { namesIn, readText, ROOT } from "../files.ts";
import { replaceDurably, run as runProgram } from "../system/mod.ts";
import { points } from "../text.ts";
import type { RunFolder } from "./run_folder.ts";

/** What of `run.json` other code relies on; the rest is told as it stands. */
const infoSchema = z.looseObject({
  name: z.string(),
  seed: z.number(),
  from: z.string().optional(),
  ownReward: z.boolean().optional(),
  starts: z.array(
    z.looseObject({
      time: z.string(),
      fromStep: z.number(),
      commandLine: z.array(z.string()),
      commit: z.string().nullable(),
      versions: z.record(z.string(), z.string()),
      pageScript: z.string(),
      engine: z.string(),
      device: z.string(),
      numerics: z.string().optional(),
      end: z.looseObject({
        ...{ time: z.string(), reason: z.string(), step: z.number() },
        seconds: z.number().optional(),
      }).nullable().optional(),
    }),
  ),
});

/** One start of a run: at its beginning, or when it was resumed. */
export interface RunStart {
  /** ISO 8601. */
  time: string;
  /** Agent steps that were done before. */
  fromStep: number;
  commandLine: string[];
  /** Commit of the program, with "+" if files were changed; null: unknown. */
  commit: string | null;
  /** Deno, V8, TensorFlow, Chrome: name to version. */
  versions: Record<string, string>;
  /** Hash of the page's own script, which is the game. */
  pageScript: string;
  engine: "graph" | "eager";
  /** Where TensorFlow runs: "CPU", or the GPU's name. */
  device: string;
  /** TensorFlow's, on the CPU. Absent: an earlier version trained. */
  threads?: { intraOp: number; interOp: number };
  /** What the learner computed in; absent as well. */
  precision?: "float32" | "bfloat16";
  /**
   * Hash of the weights after a few updates, which is equal where the CPUs
   * compute the same bits; absent as well.
   */
  numerics?: string;
  /**
   * How it ended; null: it has not yet, or was killed. Absent: an earlier
   * version trained, which did not say.
   */
  end?: RunEnd | null;
}

/** How a training ended by itself or by its signal. */
export interface RunEnd {
  /** ISO 8601. */
  time: string;
  /** "signal" when somebody stopped it, else what of the config ended it. */
  reason: string;
  /** Agent steps done. */
  step: number;
  /** Seconds of training, over all resumptions; absent: it did not say. */
  seconds?: number;
}

/** How far a run has come at least, by its last start; its tables may end before. */
export function comeTo(
  { starts }: RunInfo,
): { steps: number; seconds: number } {
  const { end, fromStep = 0 } = starts.at(-1) ?? {};
  return { steps: end?.step ?? fromStep, seconds: end?.seconds ?? 0 };
}

/** Why a training ended, as a part of a sentence. */
export function endText(
  reason: string,
  { evaluation: { target, maxScore } }: Pick<Config, "evaluation">,
): string {
  const texts: Record<string, string> = {
    steps: "all steps are done",
    minutes: "the time is over",
    target: target !== null && target >= maxScore
      ? "nothing left to show: every selection game reached the cap of " +
        `${points(maxScore)} points`
      : "the target was reached",
    patience: "it did not get better any more",
    signal: "it was stopped",
  };
  return Object.hasOwn(texts, reason) ? texts[reason]! : reason;
}

/** The content of `run.json`. */
export interface RunInfo {
  name: string;
  seed: number;
  /** The agent whose weights it began with; absent: random ones. */
  from?: string;
  /** A script rewarded its decisions, not the config. */
  ownReward?: boolean;
  starts: RunStart[];
}

/** Writes `run.json` anew. */
export async function writeRunInfo(
  run: RunFolder,
  info: RunInfo,
): Promise<void> {
  await replaceDurably(run.info, JSON.stringify(info, null, 2) + "\n");
}

/** @throws UsageError if `run.json` cannot be read or is none */
export async function readRunInfo(run: RunFolder): Promise<RunInfo> {
  try {
    const { data, error } = infoSchema.safeParse(
      JSON.parse(await readText(run.info)),
    );
    if (error) throw new Error(firstIssue(error));
    return data as unknown as RunInfo;
  } catch (cause) {
    throw new UsageError(
      `Cannot read ${displayPath(run.info)}: ${(cause as Error).message}`,
      { cause },
    );
  }
}

/**
 * Whether a run without a checkpoint had one once: it went on from one, set one
 * aside as damaged, or trained on after an evaluation that was its best.
 */
export async function hasTrained(run: RunFolder): Promise<boolean> {
  const { starts } = await readRunInfo(run);
  const names = await namesIn(run.checkpoints);
  return starts.some(({ fromStep }) => fromStep > 0) ||
    names.some((name) => name.endsWith(".damaged")) ||
    (await namesIn(run.evaluations)).length > 1;
}

/**
 * The commit that the program itself is at, with "+" if files were changed;
 * null where it was not cloned or there is no git. A repository that it only
 * lies in, or that git's variables name (in a hook), is not its own.
 */
export async function programCommit(): Promise<string | null> {
  const git = async (...args: string[]) => {
    const ended = await runProgram("git", args, {
      cwd: ROOT,
      withoutEnv: /^GIT_/,
    });
    return ended?.success ? ended.stdout.trim() : null;
  };
  const folder = await git("rev-parse", "--show-toplevel");
  if (folder === null || resolve(folder) !== await Deno.realPath(ROOT)) {
    return null;
  }
  const commit = await git("rev-parse", "HEAD");
  const changes = await git("status", "--porcelain", "--untracked-files=no");
  return commit && (changes === "" ? commit : `${commit}+`);
}
