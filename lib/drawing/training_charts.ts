/** Charts of how a run's training went. */
import { max, mean, range } from "d3-array";
import type {
  EvaluationPoint,
  MetricsLine,
  Table,
  TrainingGame,
} from "../runs/mod.ts";
import { points } from "../text.ts";
import {
  AT_MOST,
  type Chart,
  drawChart,
  names,
  number,
  type NumberField,
  SHORT_NUMBERS,
} from "./chart.ts";
import { LIGHT } from "./theme.ts";

/** Points that a line of a chart has at most: more cannot be told apart. */
const MAX_POINTS = 600;

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
function scoreGroups(
  games: readonly TrainingGame[],
): { size: number; groups: ScoreGroup[] } {
  const size = 10 * Math.max(1, Math.ceil(games.length / 10 / MAX_POINTS));
  const groups = chunks(games, size).map((group, i) => ({
    games: size * i + group.length,
    mean: mean(group, ({ score }) => score)!,
    max: max(group, ({ score }) => score)!,
  }));
  const partial = games.length % size > 0 && groups.length > 1;
  return { size, groups: partial ? groups.slice(0, -1) : groups };
}

/** The means of consecutive lines, so that at most 600 are left. */
function thin<Line extends Record<string, number | null>>(
  lines: readonly Line[],
): Line[] {
  const size = Math.ceil(lines.length / MAX_POINTS);
  if (size <= 1) return [...lines];
  return chunks(lines, size).map((group) =>
    Object.fromEntries(
      Object.keys(group[0]!)
        .map((key) => [key, mean(group, (line) => line[key]) ?? null]),
    ) as Line
  );
}

/** Consecutive parts of this size; the last one may be smaller. */
const chunks = <T>(all: readonly T[], size: number): T[][] =>
  range(0, all.length, size).map((start) => all.slice(start, start + size));

const AGENT_STEPS = number("step", "agent steps", { axis: SHORT_NUMBERS });

/** The tutorial's two plots: average and maximum score per 10 games. */
export async function scoreCharts(
  games: readonly TrainingGame[],
): Promise<Chart[]> {
  const { size, groups } = scoreGroups(games);
  const chart = (field: "mean" | "max", word: string) =>
    drawChart({
      name: `${word.toLowerCase()}-score`,
      title: `${word} score per ${size} games`,
      subtitle: "training games, random actions included",
      description: `${word} score of each ${size} training games.`,
    }, {
      data: { values: groups },
      mark: { type: "line", point: groups.length < 3 },
      encoding: {
        x: number("games", "games played", { axis: SHORT_NUMBERS }),
        y: number(field, "points"),
      },
    });
  return [await chart("mean", "Average"), await chart("max", "Maximum")];
}

/** Evaluations during training, against agent steps and against time. */
export async function learningCurves(
  evaluations: readonly EvaluationPoint[],
): Promise<Chart[]> {
  if (evaluations.length === 0) return [];
  const { cap, episodes } = evaluations[0]!;
  const values = evaluations.map((point) => ({
    ...point,
    minutes: point.wallSeconds / 60,
  }));
  const label = { align: "right", baseline: "bottom", dy: -3 } as const;
  const chart = (name: string, x: NumberField) =>
    drawChart({
      name: `learning-curve-${name}`,
      title: `Learning curve, by ${name}`,
      subtitle: `greedy: mean and 95 % interval of ${episodes} games` +
        (evaluations.some(({ atMost }) => atMost) ? "; ▽ at most" : ""),
      description: `Mean score of the evaluations, by ${name}.`,
    }, {
      data: { values },
      layer: [
        {
          data: { values: [{ cap }] },
          mark: { type: "rule", strokeDash: [4, 4] },
          encoding: { y: number("cap", "points") },
        },
        {
          data: {
            values: [{ cap, label: `cap: games end at ${points(cap)}` }],
          },
          mark: { type: "text", ...label, color: LIGHT.muted },
          encoding: {
            x: { value: "width" },
            y: number("cap"),
            text: names("label"),
          },
        },
        {
          mark: { type: "area" },
          encoding: { x, y: number("low"), y2: { field: "high" } },
        },
        {
          mark: { type: "line", point: true },
          encoding: { x, y: number("mean") },
        },
        { ...AT_MOST, encoding: { x, y: number("mean") } },
      ],
    });
  const scale = { zero: true };
  return [
    await chart("steps", { ...AGENT_STEPS, scale }),
    await chart("time", number("minutes", "minutes of training", { scale })),
  ];
}

/**
 * Each figure of the intervals that has a chart, against agent steps.
 *
 * @param figures what the lines hold
 */
export async function learnerCharts(
  metrics: readonly MetricsLine[],
  figures: Table<never>["figures"],
): Promise<Chart[]> {
  const rows = thin(metrics);
  const drawn: Chart[] = [];
  for (const [column, , subtitle, , title] of figures) {
    if (column === null || title === undefined) continue;
    const field = column as keyof MetricsLine;
    const values = rows.filter((row) => typeof row[field] === "number");
    if (values.length === 0) continue;
    const scale = { zero: field !== "q_mean" };
    drawn.push(
      await drawChart({
        ...{ title, subtitle },
        name: column.replace("_mean", ""),
        description: `${title} by agent steps.`,
      }, {
        data: { values },
        mark: { type: "line", point: values.length < 3 },
        encoding: { x: AGENT_STEPS, y: number(field, null, { scale }) },
      }),
    );
  }
  return drawn;
}
