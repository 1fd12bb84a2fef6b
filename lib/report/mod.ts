/** Reports and comparisons as pages, tables and text. Plays nothing. */
export {
  harmless,
  type Page,
  pageHtml,
  SCROLL_CSS,
  type Section,
} from "./page.ts";
export {
  compareRuns,
  COMPARISON_KIND,
  comparisonFiles,
  comparisonNotes,
  comparisonTable,
  differencesTable,
} from "./compare.ts";
export {
  figuresTogether,
  type FigureWithInterval,
  reportedFigures,
  type ResultFigures,
  resultsTable,
} from "./results.ts";
export { tableOf, tableText } from "./table.ts";
export {
  evaluationFiles,
  numberEarlier,
  reportFolder,
  writeReport,
} from "./write.ts";
export { evaluationText } from "./text.ts";
export { REPORT_KIND, reportFiles } from "./report.ts";
export { liveText, seedsText } from "./evaluation_sections.ts";
export { otherPages, writeIndex } from "./index_page.ts";
