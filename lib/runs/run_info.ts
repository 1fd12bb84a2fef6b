/** What a run was made with, and how its trainings ended: its `run.json`. */
import { resolve } from "node:path";
import { z } from "zod";
import { type Config, displayPath } from "../config/mod.ts";
import { firstIssue, UsageError } from "../errors.ts";
import { namesIn, readText, ROOT } from "../files.ts";
import { replaceDurably, run as runProgram } from "../system/mod.ts";
import { points } from "../text.ts";
import type { RunFolder } from "./run_folder.ts";

/** How a training ended by itself or by its signal. */
const endSchema = z.object({
  /** ISO 8601. */
  time: z.string(),
  /** "signal" when somebody stopped it, else what of the config ended it. */
  reason: z.string(),
  /** Agent steps done. */
  step: z.number(),
  /** Seconds of training, over all resumptions; absent: it did not say. */
  seconds: z.number().exactOptional(),
});

const startSchema = z.object({
  /** ISO 8601. */
  time: z.string(),
  /** Agent steps that were done before. */
  fromStep: z.number(),
  commandLine: z.array(z.string()),
  /** Commit of the program, with "+" if files were changed; null: unknown. */
  commit: z.string().nullable(),
  /** Deno, V8, TensorFlow, Chrome: name to version. */
  versions: z.record(z.string(), z.string()),
  /** Hash of the page's own script, which is the game. */
  pageScript: z.string(),
  /** "graph" or "eager". */
  engine: z.string(),
  /** Where TensorFlow runs: "CPU", or the GPU's name. */
  device: z.string(),
  /** TensorFlow's, on the CPU. Absent: an earlier version trained. */
  threads: z.object({ intraOp: z.number(), interOp: z.number() })
    .exactOptional(),
  /** What the learner computed in, "float32" or "bfloat16"; absent as well. */
  precision: z.string().exactOptional(),
  /**
   * Hash of the weights after a few updates, which is equal where the CPUs
   * compute the same bits; absent as well.
   */
  numerics: z.string().exactOptional(),
  /**
   * How it ended; null: it has not yet, or was killed. Absent: an earlier
   * version trained, which did not say.
   */
  end: endSchema.nullable().exactOptional(),
});

const infoSchema = z.object({
  name: z.string(),
  seed: z.number(),
  /** The agent whose weights it began with; absent: random ones. */
  from: z.string().exactOptional(),
  /** A script rewarded its decisions, not the config. */
  ownReward: z.boolean().exactOptional(),
  starts: z.array(startSchema),
});

/** The content of `run.json`. */
export type RunInfo = z.infer<typeof infoSchema>;

/** One start of a run: at its beginning, or when it was resumed. */
export type RunStart = z.infer<typeof startSchema>;

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
    const info: RunInfo = JSON.parse(await readText(run.info));
    const { error } = infoSchema.safeParse(info);
    if (error) throw new Error(firstIssue(error));
    // As it stands: another version's fields stay.
    return info;
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
