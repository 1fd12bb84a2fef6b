/** An evaluation as a person reads it in a terminal. */
import { alignedTable } from "../cli/mod.ts";
import { cappedSentence } from "../drawing/mod.ts";
import type { EvaluationReport } from "../evaluation/mod.ts";
import { intervalText, points } from "../text.ts";

/** The figures of the agent and of the simple players beside it. */
export function evaluationText(report: EvaluationReport): string {
  const players = [{ name: report.run, ...report }, ...report.baselines];
  const table = alignedTable([
    [
      "",
      "games",
      "mean",
      "95 %",
      "median",
      "95 %",
      "IQM",
      "95 %",
      "min",
      "max",
    ],
    ...players.map((player) => [
      player.name,
      points(player.scores.length),
      points(player.mean),
      intervalText(player.mean95),
      points(player.median),
      intervalText(player.median95),
      points(player.iqm),
      intervalText(player.iqm95),
      points(player.min),
      points(player.max),
    ]),
  ]);
  const capped = cappedSentence(report);
  return `${table}\n${report.run}: ${capped}${
    report.capped > 0 ? "; the true figures are higher" : ""
  }. ${report.pointsPerSecond.toFixed(1)} points per second of play.`;
}
