/** The parts of a night that may hang, crash or be killed: other processes. */
import { type Config, machineSets } from "../config/mod.ts";
import { DinoDqnError } from "../errors.ts";
import { type EvaluationReport, PAGE_SCRIPT } from "../evaluation/mod.ts";
import {
  type Ended,
  failureText,
  type Log,
  runCommand,
} from "../system/mod.ts";
import type { Challenger } from "./challenger.ts";

/** How often a part is begun that ends before its time. */
const ATTEMPTS = 3;
/** Exit code of wrong use: to try again would not help. */
const WRONG_USE = 2;

/** What every part of a night needs. */
export interface StepOptions {
  /** Tonight's config: this machine's Chrome and device. */
  config: Config;
  log: Log;
  /** Ends the part: it may save, and is killed if it takes too long. */
  signal: AbortSignal;
  /** Told of each end before its time, in a sentence. */
  warn: (message: string) => void;
}

/** Which games an agent plays. */
export interface Games {
  episodes: number;
  firstSeed: number;
  maxScore: number;
  /** Folder of their report. */
  out: string;
}

/** An agent's games. */
export interface Measured {
  report: EvaluationReport;
  /** SHA-256 of the page's own script. */
  pageScript: string;
}

/** What trains and plays in a night. */
export interface NightParts {
  /** Whether challengers are trained at the same time. @default {false} */
  sideBySide?: boolean;
  /**
   * Trains the challenger up to the budget in its config. Its best checkpoint
   * is then one of this night: a lucky evaluation of another one must not be.
   *
   * @throws DinoDqnError when it ends before, again and again
   */
  train(challenger: Challenger, options: StepOptions): Promise<void>;
  /**
   * Lets an agent play, and leaves a report of it.
   *
   * @param agent as `deno task eval` takes it
   * @throws DinoDqnError when it could not play
   */
  measure(
    agent: string,
    games: Games,
    options: StepOptions,
  ): Promise<Measured>;
}

/**
 * By other commands of this program; each goes on where it was broken off.
 *
 * @param nats server of the workers that play in place of this machine
 */
export const commandsOf = (nats?: string): NightParts => ({
  async train({ run, from: { step } }, options) {
    const args = ["train", "--resume", run.name, "--best-after", `${step}`];
    await insist("training", args, options);
  },

  async measure(agent, { episodes, firstSeed, maxScore, out }, options) {
    const { stdout } = await insist(`the evaluation of ${agent}`, [
      ...["eval", agent, "--json", "--no-baselines", "--out", out],
      ...["--episodes", `${episodes}`, "--first-seed", `${firstSeed}`],
      ...["--max-score", `${maxScore}`],
      ...(nats === undefined ? [] : ["--nats", nats]),
    ], options);
    const report: EvaluationReport = JSON.parse(stdout);
    return { report, pageScript: report.versions[PAGE_SCRIPT] ?? "" };
  },
});

/**
 * Runs a command until it succeeds: one that crashed, or was killed, is begun
 * again.
 *
 * @param what it is, for the sentence: "training"
 * @throws DinoDqnError when it ends badly again and again, or is wrong use;
 * the signal's reason when it was stopped
 */
async function insist(
  what: string,
  args: readonly string[],
  { config, log, signal, warn }: StepOptions,
): Promise<Ended> {
  const sets = machineSets(config).flatMap((set) => ["--set", set]);
  for (let attempt = 1;; attempt++) {
    log.keep(`$ ${args.join(" ")}`);
    const keep = (line: string) => log.keep(line);
    const end = await runCommand([...args, ...sets], signal, keep);
    if (end.success) return end;
    const why = `${what} ended early (${failureText(end)})`;
    if (attempt === ATTEMPTS || end.code === WRONG_USE) {
      throw new DinoDqnError(why);
    }
    warn(why);
  }
}
