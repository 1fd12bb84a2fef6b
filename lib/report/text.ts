/** An evaluation as a person reads it in a terminal. */
import type { EvaluationReport, PlayerFigures } from "../evaluation/mod.ts";
import { cappedText, crashesText, intervalText, points } from "../text.ts";
import { liveText, seedsText } from "./evaluation_sections.ts";
import { tableOf, tableText } from "./table.ts";

/** The figures of the agent and of the simple players beside it. */
export function evaluationText(report: EvaluationReport): string {
  const table = tableOf<PlayerFigures>("", [
    ["", ({ name }) => name],
    ["games", ({ scores }) => scores.length],
    ["mean", ({ mean }) => mean],
    ["95 %", ({ mean95 }) => intervalText(mean95)],
    ["median", ({ median }) => median],
    ["95 %", ({ median95 }) => intervalText(median95)],
    ["IQM", ({ iqm }) => iqm],
    ["95 %", ({ iqm95 }) => intervalText(iqm95)],
    ["min", ({ min }) => min],
    ["max", ({ max }) => max],
  ], [{ name: report.run, ...report }, ...report.baselines]);
  const capped = cappedText(report) +
    (report.capped > 0 ? "; the true figures are higher" : "");
  const { episodes, firstSeed, clock } = report;
  const seeds = clock === "live"
    ? `in real time, by ${liveText(report)}`
    : `on the seeds ${points(firstSeed)} to ${
      points(firstSeed + episodes - 1)
    }, ${seedsText(report)}`;
  return `${tableText(table)}\n${report.run}, ${seeds}: ${capped}; ` +
    `${crashesText(report)}. ` +
    `${report.pointsPerSecond.toFixed(1)} points per second of play.`;
}
