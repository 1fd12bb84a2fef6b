/** What a person sees while training runs; all on stderr. */
import { ProgressBar } from "@std/cli/unstable-progress-bar";
import { mean } from "../evaluation/mod.ts";

/** How far training is. */
export interface TrainingStatus {
  /** Agent steps done. */
  step: number;
  /** Games that ended. */
  games: number;
  /** Scores of the last games, at most 10. */
  lastScores: readonly number[];
  /** Highest score of a training game; null: none ended yet. */
  bestScore: number | null;
  epsilon: number;
  /** NaN before the first update. */
  loss: number;
  /** Agent steps per second lately; 0: not known yet. */
  stepsPerSecond: number;
  /** Seconds of training, over all resumptions. */
  wallSeconds: number;
}

/** Where training ends at the latest. */
export interface TrainingBudget {
  /** Agent steps of the whole run. */
  steps: number;
  /** Minutes of the whole run; null: no limit. */
  minutes: number | null;
}

/** How {@linkcode createProgress} shows. */
export interface ProgressOptions {
  budget: TrainingBudget;
  /** Whether the bar can be drawn. @default {Deno.stderr.isTerminal()} */
  terminal?: boolean;
  /** Least seconds between two plain lines. @default {10} */
  lineSeconds?: number;
  /** Takes the plain lines. @default writes to stderr */
  write?: (text: string) => void;
}

/** Shows how training goes. */
export interface Progress extends AsyncDisposable {
  /** Says that training goes on from a step, before its first status. */
  resumed(step: number): void;
  /** Takes note; shown at once or with the next drawing. */
  update(status: TrainingStatus): void;
  /** Says a sentence, above the bar. */
  log(message: string): void;
}

/** A bar on a terminal, a line every so often elsewhere. */
export function createProgress(options: ProgressOptions): Progress {
  return options.terminal ?? Deno.stderr.isTerminal()
    ? new ProgressLine(options)
    : new PlainProgress(options);
}

/** The status in one line: `step 4,000 of 24,000 · 57 games · mean 81 …`. */
export function formatStatus(
  status: TrainingStatus,
  { steps, minutes }: TrainingBudget,
): string {
  const { step, games, lastScores, bestScore, epsilon, loss } = status;
  const rate = status.stepsPerSecond;
  const secondsLeft = Math.min(
    Math.max(0, steps - step) / rate,
    Math.max(0, (minutes ?? Infinity) * 60 - status.wallSeconds),
  );
  return [
    `step ${count(step)} of ${count(steps)}`,
    `${count(games)} games`,
    ...lastScores.length > 0
      ? [`mean of last ${lastScores.length} ${count(mean(lastScores))}`]
      : [],
    ...bestScore === null ? [] : [`best ${count(bestScore)}`],
    `ε ${epsilon.toFixed(3)}`,
    ...Number.isNaN(loss) ? [] : [`loss ${loss.toPrecision(3)}`],
    ...rate > 0
      ? [
        `${count(rate)} steps/s`,
        `${formatDuration(secondsLeft)} left`,
      ]
      : [],
  ].join(" · ");
}

/** Seconds as `0:42`, `12:05` or `3:07:00`. */
export function formatDuration(seconds: number): string {
  const total = Math.round(seconds);
  const pad = (n: number) => String(n).padStart(2, "0");
  const [h, m, s] = [
    Math.floor(total / 3600),
    Math.floor(total / 60) % 60,
    total % 60,
  ];
  return h > 0 ? `${h}:${pad(m)}:${pad(s)}` : `${m}:${pad(s)}`;
}

const integers = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });
const count = (n: number) => integers.format(n);

const resumedSentence = (step: number) => `Going on from step ${count(step)}.`;

const encoder = new TextEncoder();
const writeToStderr = (text: string) => {
  try {
    Deno.stderr.writeSync(encoder.encode(text));
  } catch {
    // Nobody reads it any more; training goes on.
  }
};

class PlainProgress implements Progress {
  readonly #budget: TrainingBudget;
  readonly #milliseconds: number;
  readonly #write: (text: string) => void;
  /** When the last line was written, by a clock that never jumps. */
  #last = -Infinity;

  constructor(
    { budget, lineSeconds = 10, write = writeToStderr }: ProgressOptions,
  ) {
    this.#budget = budget;
    this.#milliseconds = lineSeconds * 1000;
    this.#write = write;
  }

  resumed(step: number): void {
    this.log(resumedSentence(step));
  }

  update(status: TrainingStatus): void {
    const now = performance.now();
    if (now - this.#last < this.#milliseconds) return;
    this.#last = now;
    this.log(formatStatus(status, this.#budget));
  }

  log(message: string): void {
    this.#write(message + "\n");
  }

  [Symbol.asyncDispose](): Promise<void> {
    return Promise.resolve();
  }
}

class ProgressLine implements Progress {
  readonly #bar: ProgressBar;
  #status: TrainingStatus | undefined;

  constructor({ budget }: ProgressOptions) {
    this.#bar = new ProgressBar({
      max: budget.steps,
      barLength: 20,
      formatter: ({ progressBar, styledTime }) => {
        const text = this.#status ? formatStatus(this.#status, budget) : "";
        // A line that wraps would not be overwritten by the next one.
        return `[${progressBar}] ${styledTime} ${text}`
          .slice(0, terminalWidth() - 1);
      },
    });
  }

  resumed(step: number): void {
    this.log(resumedSentence(step));
    this.#bar.value = step;
  }

  update(status: TrainingStatus): void {
    this.#status = status;
    this.#bar.value = status.step;
  }

  log(message: string): void {
    // Clears the bar's line; the bar draws itself again below the message.
    writeToStderr(`\r\u001b[K${message}\n`);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#bar.stop();
  }
}

function terminalWidth(): number {
  try {
    return Deno.consoleSize().columns;
  } catch {
    // No terminal to ask: the bar was asked for all the same.
    return 80;
  }
}
