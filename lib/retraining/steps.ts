/** The parts of a night that may hang, crash or be killed: other processes. */
import { type Config, machineSets } from "../config/mod.ts";
import { DinoDqnError } from "../errors.ts";
import { type EvaluationReport, PAGE_SCRIPT } from "../evaluation/mod.ts";
import { type ChildEnd, startChild } from "../system/mod.ts";
import type { NightLog } from "./night_log.ts";

/** Longest wait for a process that was asked to save and stop. */
const GRACE_SECONDS = 120;
/** How often a part is begun that ends before its time. */
const ATTEMPTS = 3;
/** Exit code of wrong use: to try again would not help. */
const WRONG_USE = 2;

/** What every part of a night needs. */
export interface StepOptions {
  log: NightLog;
  /** Ends the part: it may save, and is killed if it takes too long. */
  signal: AbortSignal;
  /** Told of each end before its time, in a sentence. */
  warn: (message: string) => void;
}

/**
 * Ends a process when this one ends, however it ends. A training that outlived
 * its night would hold the challenger's lock in the next one.
 */
const WATCHDOG = `trap '' HUP INT TERM
exec 3<&0
{
  cat <&3 > /dev/null
  kill -TERM "$1"
  for second in 1 2 3 4 5 6 7 8 9 10; do
    sleep 1
    kill -0 "$1" || exit
  done
  kill -KILL "$1"
} 2> /dev/null &
wait
`;

function watch(pid: number): AsyncDisposable {
  const watchdog = new Deno.Command("sh", {
    args: ["-c", WATCHDOG, "dino-retrain-watchdog", `${pid}`],
    stdin: "piped",
    stdout: "null",
    stderr: "null",
    detached: true,
  }).spawn();
  return {
    async [Symbol.asyncDispose]() {
      // Its group, before its input ends: the process's number may be another
      // one's by now.
      try {
        Deno.kill(-watchdog.pid, "SIGKILL");
      } catch {
        // Somebody else has killed it.
      }
      await watchdog.status;
      await watchdog.stdin.close().catch(() => {});
    },
  };
}

/**
 * Runs a command of this program to its end.
 *
 * @throws the signal's reason when it was stopped
 */
async function runStep(
  args: readonly string[],
  { log, signal }: StepOptions,
): Promise<ChildEnd> {
  signal.throwIfAborted();
  log.keep(`$ ${args.join(" ")}`);
  const child = await startChild({ args, onLine: (line) => log.keep(line) });
  await using _watchdog = watch(child.pid);
  let killing: ReturnType<typeof setTimeout> | undefined;
  const stop = () => {
    child.stop();
    killing = setTimeout(child.kill, GRACE_SECONDS * 1000);
  };
  signal.addEventListener("abort", stop);
  try {
    const end = await child.ended;
    signal.throwIfAborted();
    return end;
  } finally {
    signal.removeEventListener("abort", stop);
    clearTimeout(killing);
  }
}

/** Why a command ended badly, by the last that it said. */
export function failureText({ code, lastLines }: ChildEnd): string {
  // Who is killed has no last words: what stands there is of before.
  if (code > 128) return `ended by signal ${code - 128}`;
  const said = lastLines.findLast((line) => line.startsWith("error: ")) ??
    lastLines.findLast((line) => /^\S/.test(line));
  const how = `exit code ${code}`;
  return said ? `${how}: ${said.replace(/^error: /, "")}` : how;
}

/**
 * Runs a command until it succeeds: one that crashed, or was killed, is begun
 * again.
 *
 * @param what it is, for the sentence: "training"
 * @throws DinoDqnError when it ends badly again and again, or is wrong use
 */
async function insist(
  what: string,
  args: readonly string[],
  options: StepOptions,
): Promise<ChildEnd> {
  for (let attempt = 1;; attempt++) {
    const end = await runStep(args, options);
    if (end.code === 0) return end;
    const why = `${what} ended early (${failureText(end)})`;
    if (attempt === ATTEMPTS || end.code === WRONG_USE) {
      throw new DinoDqnError(why);
    }
    options.warn(why);
  }
}

/**
 * Trains a run up to the budget in its config; a training that ends before is
 * continued from its newest checkpoint.
 *
 * @throws DinoDqnError when it ends so again and again
 */
export async function trainRun(
  run: string,
  options: StepOptions,
): Promise<void> {
  await insist("training", ["train", "--resume", run], options);
}

/** Which games an agent plays. */
export interface Games {
  episodes: number;
  firstSeed: number;
  maxScore: number;
  /** Tonight's config: this machine's Chrome and device. */
  config: Config;
}

/** An agent's games. */
export interface Measured {
  report: EvaluationReport;
  /** SHA-256 of the page's own script. */
  pageScript: string;
}

/**
 * Lets an agent play, and leaves a report of it.
 *
 * @param agent as `deno task eval` takes it
 * @param out folder of the report
 * @throws DinoDqnError when it could not play
 */
export async function measure(
  agent: string,
  out: string,
  games: Games,
  options: StepOptions,
): Promise<Measured> {
  const end = await insist(`the evaluation of ${agent}`, [
    ...["eval", agent, "--json", "--no-baselines", "--out", out],
    ...["--episodes", `${games.episodes}`],
    ...["--first-seed", `${games.firstSeed}`],
    ...["--max-score", `${games.maxScore}`],
    ...machineSets(games.config).flatMap((set) => ["--set", set]),
  ], options);
  const report: EvaluationReport = JSON.parse(end.output);
  return { report, pageScript: report.versions[PAGE_SCRIPT] ?? "" };
}
