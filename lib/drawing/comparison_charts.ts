/** Charts of several runs, or settings, side by side. */
import { points } from "../text.ts";
import {
  AT_MOST,
  type Chart,
  drawChart,
  names,
  number,
  SHORT_NUMBERS,
} from "./chart.ts";

/** What the charts show of a run, or of several as one. */
export interface ChartedResult {
  name: string;
  /** Interquartile mean of its games; null: none were played. */
  iqm: {
    value: number;
    interval: readonly [low: number, high: number] | null;
  } | null;
  /** Mean scores of its evaluations in training; empty: no line is drawn. */
  curve: readonly { step: number; mean: number; atMost?: boolean }[];
}

/** Interquartile means with their intervals, and learning curves if there are. */
export async function sideBySideCharts(
  results: readonly ChartedResult[],
  cap: number,
): Promise<Chart[]> {
  const sort = results.map(({ name }) => name);
  const figures = results.flatMap(({ name, iqm }) => {
    if (iqm === null) return [];
    const [low, high] = iqm.interval ?? [];
    return [{ name, iqm: iqm.value, low, high }];
  });
  const axis = { labelLimit: 130, grid: false };
  const intervals = await drawChart({
    name: "iqm",
    title: "Interquartile mean",
    subtitle: `95 % intervals; games ended at ${points(cap)} points`,
    description: "Interquartile means with their intervals.",
  }, {
    data: { values: figures },
    encoding: { y: names("name", { sort, title: null, axis }) },
    layer: [
      {
        mark: { type: "rule", strokeWidth: 2 },
        encoding: {
          x: number("low", "points", {
            scale: { zero: true },
            axis: SHORT_NUMBERS,
          }),
          x2: { field: "high" },
        },
      },
      {
        mark: { type: "point", size: 60, opacity: 1 },
        encoding: { x: number("iqm") },
      },
    ],
  });
  const values = results.flatMap(({ name, curve }) =>
    curve.map((point) => ({ name, ...point }))
  );
  if (values.length === 0) return [intervals];
  const curves = await drawChart({
    name: "learning-curves",
    title: "Learning curves",
    subtitle: "mean score of the evaluations in training" +
      (values.some(({ atMost }) => atMost) ? "; ▽ at most" : ""),
    description: "Mean scores of the evaluations in training by agent steps.",
  }, {
    data: { values },
    layer: [{ mark: { type: "line", point: true } }, AT_MOST],
    encoding: {
      x: number("step", "agent steps", { axis: SHORT_NUMBERS }),
      y: number("mean", "points"),
      color: names("name", { sort, legend: { columns: 1, labelLimit: 320 } }),
    },
  });
  return [intervals, curves];
}
