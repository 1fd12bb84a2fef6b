/** Charts of how a run's training went. */
import type { TopLevelSpec } from "vega-lite";
import { mean } from "../evaluation/mod.ts";
import {
  type EvaluationPoint,
  INTERVALS,
  type MetricsLine,
  type TrainingGame,
} from "../runs/mod.ts";
import { type Chart, drawChart, SHORT_NUMBERS } from "./chart.ts";
import { LIGHT } from "./theme.ts";

/** Points that a line of a chart has at most: more cannot be told apart. */
const MAX_POINTS = 600;

const number = new Intl.NumberFormat("en");

/** Average and maximum score of consecutive groups of games. */
export interface ScoreGroup {
  /** Games played up to the group's end. */
  games: number;
  mean: number;
  max: number;
}

/**
 * Scores in groups of 10 games, as in the tutorial; of more where there would
 * be too many groups to draw. A last group that is not full is left out,
 * unless it is the only one.
 */
export function scoreGroups(
  games: readonly TrainingGame[],
): { size: number; groups: ScoreGroup[] } {
  const size = 10 * Math.max(1, Math.ceil(games.length / 10 / MAX_POINTS));
  const groups: ScoreGroup[] = [];
  for (let start = 0; start < games.length; start += size) {
    const scores = games.slice(start, start + size).map((game) => game.score);
    if (scores.length < size && groups.length > 0) break;
    groups.push({
      games: start + scores.length,
      mean: mean(scores),
      max: Math.max(...scores),
    });
  }
  return { size, groups };
}

/** The means of consecutive lines, so that at most 600 are left. */
export function thin<T extends object>(rows: readonly T[]): T[] {
  const size = Math.ceil(rows.length / MAX_POINTS);
  if (size <= 1) return [...rows];
  const thinned: T[] = [];
  for (let start = 0; start < rows.length; start += size) {
    const group = rows.slice(start, start + size);
    const keys = Object.keys(group[0]!) as (keyof T)[];
    thinned.push(
      Object.fromEntries(keys.map((key) => {
        const values = group.map((row) => row[key])
          .filter((value) => typeof value === "number");
        return [key, values.length === 0 ? null : mean(values)];
      })) as T,
    );
  }
  return thinned;
}

const STEPS_AXIS = { title: "agent steps", ...SHORT_NUMBERS };

/** The tutorial's two plots: average and maximum score per 10 games. */
export async function scoreCharts(
  games: readonly TrainingGame[],
): Promise<Chart[]> {
  const { size, groups } = scoreGroups(games);
  const chart = (field: "mean" | "max", word: string, name: string) =>
    drawChart({
      name,
      title: `${word} score per ${size} games`,
      subtitle: "training games, random actions included",
      description: `${word} score of each ${size} training games.`,
    }, {
      data: { values: groups },
      mark: { type: "line", point: groups.length < 3 },
      encoding: {
        x: {
          field: "games",
          type: "quantitative",
          title: "games played",
          axis: SHORT_NUMBERS,
        },
        y: { field, type: "quantitative", title: "points" },
      },
    });
  return [
    await chart("mean", "Average", "average-score"),
    await chart("max", "Maximum", "maximum-score"),
  ];
}

function learningCurveSpec(
  points: readonly EvaluationPoint[],
  field: "step" | "minutes",
  axis: object,
): TopLevelSpec {
  const { cap } = points[0]!;
  const values = points.map((point) => ({
    ...point,
    minutes: point.wallSeconds / 60,
  }));
  const scale = { zero: true };
  const x = { field, type: "quantitative" as const, axis, scale };
  return {
    data: { values },
    layer: [
      {
        data: { values: [{ cap }] },
        mark: { type: "rule", strokeDash: [4, 4] },
        encoding: {
          y: { field: "cap", type: "quantitative", title: "points" },
        },
      },
      {
        data: {
          values: [{
            cap,
            label: `cap: games end at ${number.format(cap)}`,
          }],
        },
        mark: {
          type: "text",
          align: "right",
          baseline: "bottom",
          dy: -3,
          color: LIGHT.muted,
        },
        encoding: {
          x: { value: "width" },
          y: { field: "cap", type: "quantitative" },
          text: { field: "label", type: "nominal" },
        },
      },
      {
        mark: { type: "area" },
        encoding: {
          x,
          y: { field: "low", type: "quantitative" },
          y2: { field: "high" },
        },
      },
      {
        mark: { type: "line", point: true },
        encoding: { x, y: { field: "mean", type: "quantitative" } },
      },
    ],
  };
}

/** Evaluations during training, against agent steps and against time. */
export async function learningCurves(
  points: readonly EvaluationPoint[],
): Promise<Chart[]> {
  if (points.length === 0) return [];
  const chart = (name: string, against: string, spec: TopLevelSpec) =>
    drawChart({
      name,
      title: `Learning curve, by ${against}`,
      subtitle: `greedy: mean and 95 % interval of ${
        points[0]!.episodes
      } games`,
      description: `Mean score of the evaluations, by ${against}.`,
    }, spec);
  return [
    await chart(
      "learning-curve-steps",
      "steps",
      learningCurveSpec(points, "step", STEPS_AXIS),
    ),
    await chart(
      "learning-curve-time",
      "time",
      learningCurveSpec(points, "minutes", { title: "minutes of training" }),
    ),
  ];
}

/** Each figure of the intervals that has a chart, against agent steps. */
export async function learnerCharts(
  metrics: readonly MetricsLine[],
): Promise<Chart[]> {
  const rows = thin(metrics);
  const drawn: Chart[] = [];
  for (const [column, , subtitle, , title] of INTERVALS.figures) {
    if (column === null || title === undefined) continue;
    const field = column as keyof MetricsLine;
    const values = rows.filter((row) => row[field] !== null);
    if (values.length === 0) continue;
    drawn.push(
      await drawChart({
        ...{ title, subtitle },
        name: column.replace("_mean", ""),
        description: `${title} by agent steps.`,
      }, {
        data: { values },
        mark: { type: "line", point: values.length < 3 },
        encoding: {
          x: { field: "step", type: "quantitative", axis: STEPS_AXIS },
          y: {
            field,
            type: "quantitative",
            title: null,
            scale: { zero: field !== "q_mean" },
          },
        },
      }),
    );
  }
  return drawn;
}
