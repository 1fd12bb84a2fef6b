import {
  CHART_WIDTH,
  COUNTS,
  drawChart,
  names,
  number,
  type PageChart,
} from "./chart.ts";

/** Width of the chart on desktops, where it stands alone. */
const WIDE = 1000;

/** How an agent played in a night of retraining. */
export interface NightPoint {
  night: number;
  player: "champion" | "challenger";
  /** In points, with its 95 % interval. */
  mean: number;
  low: number;
  high: number;
}

/**
 * Mean scores of champion and challenger, night by night.
 *
 * @param promotions nights after which there was another champion
 */
export async function nightsChart(
  values: NightPoint[],
  promotions: readonly number[],
): Promise<PageChart> {
  const x = number("night", "night", {
    axis: COUNTS,
    scale: { zero: false, nice: false, padding: 12 },
  });
  const color = names("player", {
    scale: { domain: ["champion", "challenger"] },
  });
  const draw = (width: number) =>
    drawChart({
      name: `nights-${width}`,
      title: "Mean score, night by night",
      subtitle: "with 95 % intervals; a dashed line: a new champion",
      description: "Mean scores of champion and challenger by night, with " +
        `95 % intervals; ${promotions.length} nights had a new champion.`,
    }, {
      width,
      layer: [
        {
          data: { values: promotions.map((night) => ({ night })) },
          mark: { type: "rule", strokeDash: [3, 3], opacity: 0.5 },
          encoding: { x },
        },
        {
          data: { values },
          mark: { type: "rule", opacity: 0.6 },
          encoding: {
            x,
            color,
            y: number("low", "points"),
            y2: { field: "high" },
          },
        },
        {
          data: { values },
          mark: { type: "line", point: true },
          encoding: { x, color, y: number("mean") },
        },
      ],
    });
  return { wide: await draw(WIDE), narrow: await draw(CHART_WIDTH) };
}
