import { FRAMES_PER_SECOND } from "../constants.ts";
import { CsvFile } from "./csv_file.ts";
import type {
  GameRecord,
  IntervalRecord,
  MetricSink,
  SinkPositions,
} from "./metric_sink.ts";
import type { RunFolder } from "../runs/mod.ts";

/** Columns of `scores.csv`: one line per game. */
const SCORES_COLUMNS = [
  "game", // number of the game, from 1
  "env", // environment it was played in, from 0
  "seed", // of the game
  "score", // what the counter at the top right shows
  "frames", // rendered frames; 60 are one second of play
  "steps", // agent steps
  "return", // sum of the rewards
  "points_per_second", // score per second of play: 9 at constant speed 6
  "epsilon", // share of random actions at its end
  "step", // agent steps of the run at its end
  "wall_s", // seconds of training at its end
  "end", // crash, truncated, or interrupted (Chrome died)
] as const;

/** Columns of `metrics.csv`: one line per interval of training. */
const METRICS_COLUMNS = [
  "step", // agent steps of the run
  "loss", // mean over the interval's updates; empty without updates
  "q_mean", // mean Q(s, a) of the sampled transitions; empty without updates
  "td_error", // mean absolute TD error; empty without updates
  "epsilon", // share of random actions
  "env_steps_per_s", // agent steps per second
  "learner_steps_per_s", // updates per second
  "wall_s", // seconds of training
  "rss_mb", // memory of this process, in 10^6 bytes
] as const;

/** `scores.csv` and `metrics.csv`. */
export class CsvSink implements MetricSink {
  readonly #scores: CsvFile;
  readonly #metrics: CsvFile;

  constructor(run: RunFolder, positions?: SinkPositions) {
    this.#scores = new CsvFile(
      run.scores,
      SCORES_COLUMNS,
      positions?.["scores.csv"],
    );
    try {
      this.#metrics = new CsvFile(
        run.metrics,
        METRICS_COLUMNS,
        positions?.["metrics.csv"],
      );
    } catch (error) {
      this.#scores[Symbol.dispose]();
      throw error;
    }
  }

  game({ game, environment, episode, epsilon, step, wallSeconds }: GameRecord) {
    const { seed, score, frames, steps, end } = episode;
    this.#scores.append([
      game,
      environment,
      seed,
      score,
      frames,
      steps,
      episode.return,
      rounded(score / (frames / FRAMES_PER_SECOND), 3),
      epsilon,
      step,
      rounded(wallSeconds, 3),
      end,
    ]);
  }

  interval(record: IntervalRecord) {
    this.#metrics.append([
      record.step,
      record.loss,
      record.meanQ,
      record.tdError,
      record.epsilon,
      rounded(record.stepsPerSecond, 2),
      rounded(record.updatesPerSecond, 2),
      rounded(record.wallSeconds, 3),
      rounded(record.rssMegabytes, 1),
    ]);
  }

  /** An evaluation has a folder of its own. */
  evaluation() {}

  flush(): SinkPositions {
    return {
      "scores.csv": this.#scores.flush(),
      "metrics.csv": this.#metrics.flush(),
    };
  }

  [Symbol.dispose]() {
    this.#scores[Symbol.dispose]();
    this.#metrics[Symbol.dispose]();
  }
}

function rounded(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}
