/** What can be looked at: reports, charts, animations, model cards. */
export { animatedWebp } from "./animation.ts";
export {
  type EvaluationContext,
  type EvaluationReport,
  evaluationReport,
  gameName,
  PAGE_SCRIPT,
} from "./evaluation_report.ts";
export { drawChart, type PageChart } from "./chart.ts";
export { pageHtml, type Section } from "./page.ts";
export {
  type ChartedResult,
  compareRuns,
  comparisonFiles,
  comparisonNotes,
  comparisonRows,
  sideBySideCharts,
} from "./compare.ts";
export { readReport, readRunData } from "./run_data.ts";
export { checkExportFolder, exportFiles } from "./export.ts";
export { commandText } from "./command_text.ts";
export { evaluationFiles, reportFolder, writeReport } from "./write.ts";
export { measureAgent, recordEvaluation } from "./measure.ts";
export {
  playLive,
  showLiveGame,
  showLockstepGame,
  type ShownGame,
  showStoredGame,
} from "./play.ts";
export { evaluationText } from "./text.ts";
export { replaceFolder } from "./folder.ts";
export { reportFiles } from "./report.ts";
