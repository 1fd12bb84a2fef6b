/** Reports: plots, pages, recordings. */
export {
  type EvaluationContext,
  type EvaluationReport,
  evaluationReport,
  gameName,
  scoresCsv,
} from "./evaluation_report.ts";
export { type Files, replaceFolder } from "./folder.ts";
