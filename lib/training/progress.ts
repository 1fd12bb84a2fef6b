/** What a person sees while training runs; all on stderr. */
import { ProgressBar } from "@std/cli/unstable-progress-bar";
import type { Config } from "../config/mod.ts";
import { type Evaluation, mean } from "../evaluation/mod.ts";
import type { GameRecord, IntervalRecord } from "../runs/mod.ts";
import { mention, say, terminalWidth } from "../say.ts";
import { counted, duration, points, scoresText } from "../text.ts";

/** How far training is. */
interface TrainingStatus extends IntervalRecord {
  /** Scores of the last games, at most 10. */
  lastScores: readonly number[];
  /** Highest score of a training game; null: none ended yet. */
  bestScore: number | null;
  /** How long the last evaluation took; null: there was none yet. */
  evaluationSeconds: number | null;
  /** Seconds that have passed since all of this was so. */
  since: number;
  /** Whether nothing more comes. */
  ended: boolean;
}

/** What of the config says how far training goes. */
export type TrainingPlan = Pick<Config, "training" | "evaluation">;

/** How {@linkcode Progress} shows. */
export interface ProgressOptions {
  plan: TrainingPlan;
  /** Whether a bar can be drawn. @default {Deno.stderr.isTerminal()} */
  terminal?: boolean;
  /** Least seconds between two plain lines. @default {10} */
  lineSeconds?: number;
  /** Takes the plain lines. @default {say} */
  write?: (line: string) => void;
}

/**
 * Shows how training goes: a bar on a terminal, a line every so often
 * elsewhere.
 */
export class Progress implements AsyncDisposable {
  readonly #plan: TrainingPlan;
  readonly #lineMs: number;
  readonly #write: (line: string) => void;
  readonly #bar: ProgressBar | undefined;
  #lastScores: readonly number[] = [];
  #bestScore: number | null = null;
  #evaluationSeconds: number | null = null;
  #status: TrainingStatus | null = null;
  /** When an interval was told of, and when a plain line was written last. */
  #told = 0;
  #written = -Infinity;
  /** Characters of the bar's line that stands there. */
  #drawn = 0;

  constructor(
    {
      plan,
      terminal = Deno.stderr.isTerminal(),
      lineSeconds = 10,
      write = say,
    }: ProgressOptions,
  ) {
    this.#plan = plan;
    this.#lineMs = lineSeconds * 1000;
    this.#write = write;
    if (!terminal) return;
    const formatter = ({ styledTime }: { styledTime: string }) =>
      this.#line(styledTime);
    this.#bar = new ProgressBar({ max: 1, formatter });
  }

  /** Takes note of a training game that ended. */
  game({ score }: Pick<GameRecord, "score">): void {
    this.#lastScores = [...this.#lastScores, score].slice(-10);
    this.#bestScore = Math.max(this.#bestScore ?? 0, score);
  }

  /** Takes note of an interval; shown at once or with the next drawing. */
  interval(record: IntervalRecord): void {
    this.#status = {
      ...record,
      lastScores: this.#lastScores,
      bestScore: this.#bestScore,
      evaluationSeconds: this.#evaluationSeconds,
      ...{ since: 0, ended: false },
    };
    const now = performance.now();
    this.#told = now;
    if (now - this.#written < this.#lineMs) return;
    this.#written = now;
    const line = formatStatus(this.#status, this.#plan);
    // A bar shows it already: it is for the log.
    if (this.#bar) mention(line);
    else this.#write(line);
  }

  /** Takes note of how far training came; only the last games are left. */
  end(last: Pick<IntervalRecord, "step" | "games" | "wallSeconds">): void {
    const { step, games, wallSeconds } = last;
    if (this.#status) {
      this.#status = { ...this.#status, step, games, wallSeconds };
      this.#told = performance.now();
    }
  }

  /** Tells of an evaluation. @param seconds that it took */
  evaluation(step: number, evaluation: Evaluation, seconds: number): void {
    this.#evaluationSeconds = seconds;
    this.log(`Evaluation at step ${step}: ${scoresText(evaluation)}`);
  }

  /** Says a sentence, above the bar, which draws itself again. */
  log(message: string): void {
    this.#write((this.#bar ? this.#erase(terminalWidth()) : "") + message);
    this.#drawn = 0;
  }

  #line(time: string): string {
    const width = terminalWidth();
    const erase = this.#erase(width);
    const since = (performance.now() - this.#told) / 1000;
    const status = this.#status && { ...this.#status, since };
    // A line that wraps would not be overwritten by the next one.
    const line = formatBar(status, this.#plan, time, width - 1);
    this.#drawn = line.length;
    return erase + line;
  }

  /**
   * Clears the bar's line; also where the terminal, made narrower since, has
   * broken it into several.
   */
  #erase(width: number): string {
    const above = Math.ceil(this.#drawn / width) - 1;
    return above > 0 ? `\u001b[${above}A\r\u001b[J` : "\r\u001b[K";
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#status) this.#status = { ...this.#status, ended: true };
    await this.#bar?.stop();
  }
}

/**
 * The status in one line: `1:05 left · mean 81 · best 340 · step 4,000 of …`,
 * the mean being that of the last 10 games. What matters most comes first; the
 * fields that do not fit the width any more are left out.
 */
function formatStatus(
  status: TrainingStatus,
  plan: TrainingPlan,
  width = Infinity,
): string {
  const { step, games, lastScores, bestScore, epsilon, loss, updates } = status;
  const fields = [
    ...status.ended ? [] : [timeLeft(status, plan)],
    ...lastScores.length > 0 ? [`mean ${points(mean(lastScores))}`] : [],
    ...bestScore === null ? [] : [`best ${points(bestScore)}`],
    `step ${points(step)} of ${points(plan.training.steps)}`,
    `${points(status.steps / status.seconds)} steps/s`,
    `${points(games)} games`,
    `ε ${epsilon.toFixed(3)}`,
    ...updates > 0 ? [`loss ${(loss / updates).toPrecision(3)}`] : [],
  ];
  let line = "";
  for (const field of fields) {
    const longer = line === "" ? field : `${line} · ${field}`;
    if (longer.length <= width) line = longer;
    else if (line !== "") break;
  }
  return line;
}

/**
 * Until the end, with the evaluations that are still to come; as long as nobody
 * knows how long those take, they are counted.
 */
function timeLeft(
  { step, steps, seconds, wallSeconds, since, evaluationSeconds }:
    TrainingStatus,
  { training, evaluation }: TrainingPlan,
): string {
  const done = (step: number) => Math.floor(step / evaluation.every);
  const evaluations = Math.max(0, done(training.steps) - done(step));
  const untilMinutes = (training.minutes ?? Infinity) * 60 - wallSeconds;
  const untilSteps = Math.max(0, training.steps - step) * seconds / steps +
    evaluations * (evaluationSeconds ?? 0);
  const final = (evaluationSeconds ?? 0) * evaluation.finalEpisodes /
    evaluation.episodes;
  const until = Math.max(0, Math.min(untilSteps, untilMinutes)) + final;
  const left = duration(Math.max(0, until - since));
  if (evaluationSeconds !== null) return `${left} left`;
  const more = untilMinutes < untilSteps ? 1 : evaluations + 1;
  return `${left} + ${counted(more, "evaluation")} left`;
}

/** Share of the training that is done: of its steps or of its time. */
function shareDone(
  { step, wallSeconds, since }: TrainingStatus,
  { training: { steps, minutes } }: TrainingPlan,
): number {
  const ofTime = minutes === null ? 0 : (wallSeconds + since) / (minutes * 60);
  return Math.min(1, Math.max(step / steps, ofTime));
}

/**
 * The bar's line, of at most `width` characters.
 *
 * @param time since the start, in words
 */
function formatBar(
  status: TrainingStatus | null,
  plan: TrainingPlan,
  time: string,
  width: number,
): string {
  const length = width < 60 ? 0 : width < 100 ? 10 : 20;
  const done = Math.trunc(length * (status ? shareDone(status, plan) : 0));
  const bar = `[${"#".repeat(done)}${"-".repeat(length - done)}] ${time}`;
  if (status === null) return length > 0 ? bar : time;
  if (length === 0) return formatStatus(status, plan, width);
  return `${bar} ${formatStatus(status, plan, width - bar.length - 1)}`;
}
