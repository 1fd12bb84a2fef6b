/** Reports and comparisons as pages, tables and text. */
export { pageHtml, type Section } from "./page.ts";
export {
  type ChartedResult,
  compareRuns,
  COMPARISON_NAMES,
  comparisonFiles,
  comparisonNotes,
  comparisonRows,
  sideBySideCharts,
} from "./compare.ts";
export { evaluationFiles, reportFolder, writeReport } from "./write.ts";
export { evaluationText } from "./text.ts";
export { REPORT_NAMES, reportFiles } from "./report.ts";
export { seedsText } from "./evaluation_sections.ts";
