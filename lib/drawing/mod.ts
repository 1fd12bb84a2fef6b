/** From data to pictures: charts, Q-values, films and animations. */
export type { GameFrame } from "./game_frame.ts";
export { animatedWebp, type Animation } from "./animation.ts";
export {
  type Chart,
  CHART_WIDTH,
  drawChart,
  escapeXml,
  type PageChart,
  SHORT_NUMBERS,
  svgToPng,
} from "./chart.ts";
export { filmstrip, FILMSTRIP_FRAMES } from "./filmstrip.ts";
export {
  actionsOverSpeed,
  cappedSentence,
  crashChart,
  obstacleName,
  performanceProfile,
  scoreDistribution,
} from "./evaluation_charts.ts";
export { qValueChart, type Snapshot } from "./q_chart.ts";
export {
  learnerCharts,
  learningCurves,
  scoreCharts,
} from "./training_charts.ts";
export { themeCss, withThemeVariables } from "./theme.ts";
