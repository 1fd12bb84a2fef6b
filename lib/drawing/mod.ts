/**
 * From data to pictures: charts, Q-values, films and animations. Runs nothing of
 * any other room, knows no Chrome and no disk.
 */
export type { GameFrame } from "./game_frame.ts";
export {
  animate,
  type Animation,
  type PictureFormat,
  pictureStrip,
} from "./animation.ts";
export {
  type Chart,
  CHART_WIDTH,
  drawChart,
  type PageChart,
  svgToPng,
} from "./chart.ts";
export { type ChartedResult, sideBySideCharts } from "./comparison_charts.ts";
export {
  actionsOverSpeed,
  crashChart,
  obstacleName,
  performanceProfile,
  scoreDistribution,
} from "./evaluation_charts.ts";
export { filmstrip, FILMSTRIP_FRAMES } from "./filmstrip.ts";
export { nightsChart } from "./nights_chart.ts";
export { Q_CHART_NAMES, qValueCharts } from "./q_chart.ts";
export {
  learnerCharts,
  learningCurves,
  scoreCharts,
} from "./training_charts.ts";
export { ACTION_ROLES, themeCss, withThemeVariables } from "./theme.ts";
