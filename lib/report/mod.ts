/** What can be looked at: reports, charts, animations, model cards. */
export { animatedWebp, type AnimationOptions } from "./animation.ts";
export { type Chart, drawChart, escapeXml, svgToPng } from "./chart.ts";
export {
  type EvaluationContext,
  type EvaluationReport,
  evaluationReport,
  gameName,
  type PlayerFigures,
  scoresCsv,
} from "./evaluation_report.ts";
export {
  compareRuns,
  type Comparison,
  comparisonFiles,
  comparisonNotes,
  comparisonRows,
} from "./compare.ts";
export { checkExportFolder, exportFiles } from "./export.ts";
export { commandText } from "./command_text.ts";
export { type CardContent, modelCard } from "./card.ts";
export {
  evaluationFiles,
  measureAgent,
  type Measurement,
  type MeasureOptions,
  recordEvaluation,
  reportFolder,
  writeReport,
} from "./measure.ts";
export {
  playLive,
  showLiveGame,
  showLockstepGame,
  type ShownGame,
  showStoredGame,
} from "./play.ts";
export { evaluationText } from "./text.ts";
export { type Files, replaceFolder } from "./folder.ts";
export { type RecordedGame, recordGame, type Recording } from "./recording.ts";
export { readRecordings, type ReportContent, reportFiles } from "./report.ts";
export { readReport, readRunData, type RunData } from "./run_data.ts";
