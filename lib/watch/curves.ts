/** A run's curves, as the page draws them. */
import {
  evaluatedSteps,
  type EvaluationPoint,
  GAMES,
  INTERVALS,
  readEvaluation,
  type RunFolder,
} from "../runs/mod.ts";
import { capitalized } from "../text.ts";
import { GrowingTable } from "./growing_table.ts";
import { meanOfLast, thin } from "./thin.ts";

/** Points of one curve at most; more cannot be told apart on a screen. */
const MOST_POINTS = 3000;
/** Games of the mean that follows the scores. */
const MEAN_GAMES = 10;

/** One curve: a point per number, by agent steps and by seconds of training. */
export interface Curve {
  /** Its column, by which more of it is added. */
  key: string;
  title: string;
  /** What is measured, and its unit. */
  meaning: string;
  step: number[];
  seconds: number[];
  value: number[];
  /** Beside scores: mean of the last ten. */
  mean?: number[];
}

/** What is new of a run's curves. */
export interface CurveNews {
  /** Whether these points follow those before; false: they are all. */
  more: boolean;
  /** How far they go: to be handed over when more is wanted. */
  upTo: string;
  curves: Curve[];
  evaluations: Omit<EvaluationPoint, "wallSeconds">[];
}

const columnsOf = ({ figures }: { figures: readonly (readonly unknown[])[] }) =>
  figures.flatMap(([column]) => column === null ? [] : [String(column)]);

/** A run's tables, read as they grow. */
export class RunCurves {
  #run: RunFolder;
  #games: GrowingTable;
  #intervals: GrowingTable;
  #evaluations = new Map<number, CurveNews["evaluations"][number]>();
  #reading: Promise<unknown> = Promise.resolve();

  constructor(run: RunFolder) {
    this.#run = run;
    this.#games = new GrowingTable(run.scores, ["step", "wall_s", "score"]);
    this.#intervals = new GrowingTable(run.metrics, columnsOf(INTERVALS));
  }

  /**
   * Reads what has come.
   *
   * @returns how far the curves go now
   * @throws UsageError naming the file and the line that is broken
   */
  read(): Promise<string> {
    // One after the other, or they would take the same lines twice.
    const reading = this.#reading.then(() => this.#read());
    this.#reading = reading.catch(() => {});
    return reading;
  }

  async #read(): Promise<string> {
    await this.#games.read();
    await this.#intervals.read();
    for (const step of await evaluatedSteps(this.#run)) {
      if (this.#evaluations.has(step)) continue;
      const figures = await readEvaluation(this.#run, step);
      if (figures) this.#evaluations.set(step, { step, ...figures });
    }
    const tables = [this.#games, this.#intervals];
    return [
      ...tables.map(({ generation }) => generation),
      ...tables.map(({ length }) => length),
      this.#evaluations.size,
    ].join(".");
  }

  /** The curves, or what follows `after`, the {@linkcode CurveNews.upTo} of before. */
  async news(after?: string): Promise<CurveNews> {
    const upTo = await this.read();
    const known = after?.split(".").map(Number) ?? [];
    const generations = [this.#games.generation, this.#intervals.generation];
    const more = known.length === 5 &&
      generations.every((generation, i) => generation === known[i]);
    const [games = 0, intervals = 0] = more ? known.slice(2) : [];
    return {
      ...{ more, upTo },
      curves: [
        this.#scores(games),
        ...INTERVALS.figures.flatMap(([column, , meaning, , title]) =>
          column === null || column === "step" || column === "wall_s"
            ? []
            : title === undefined
            ? [this.#curve(column, intervals, capitalized(meaning))]
            : [this.#curve(column, intervals, title, meaning)]
        ),
      ],
      evaluations: [...this.#evaluations.values()]
        .sort((a, b) => a.step - b.step),
    };
  }

  #scores(from: number): Curve {
    const { step, wall_s, score } = this.#games.columns;
    const at = thin(score!, from, MOST_POINTS);
    const [, , meaning] = GAMES.figures.find(([name]) => name === "score")!;
    return {
      ...{ key: "score", title: "Score", meaning },
      ...picked(at, step!, wall_s!, score!),
      mean: meanOfLast(score!, at, MEAN_GAMES),
    };
  }

  #curve(key: string, from: number, title: string, meaning = ""): Curve {
    const { [key]: values, step, wall_s } = this.#intervals.columns;
    const at = thin(values!, from, MOST_POINTS);
    return { key, title, meaning, ...picked(at, step!, wall_s!, values!) };
  }
}

function picked(
  at: readonly number[],
  ...[step, seconds, value]: readonly (readonly number[])[]
): Pick<Curve, "step" | "seconds" | "value"> {
  const pick = (column: readonly number[]) => at.map((i) => column[i]!);
  return { step: pick(step!), seconds: pick(seconds!), value: pick(value!) };
}
