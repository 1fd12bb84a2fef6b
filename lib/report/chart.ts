/** From a chart's description to SVG (Vega-Lite, Vega) and PNG (sharp). */
import sharp from "sharp";
import * as vega from "vega";
import { compile, type Config, type TopLevelSpec } from "vega-lite";
import { LIGHT, SERIES } from "./theme.ts";

/**
 * Charts are drawn at about the width of a phone, so that their text stays
 * readable there; on wider displays two stand side by side.
 */
export const CHART_WIDTH = 340;
export const CHART_HEIGHT = 200;

const FONT = "system-ui, 'Segoe UI', 'DejaVu Sans', sans-serif";

const config: Config = {
  background: LIGHT.paper,
  font: FONT,
  padding: 8,
  view: { stroke: null },
  range: { category: [...SERIES] },
  title: {
    anchor: "start",
    color: LIGHT.ink,
    fontSize: 14,
    fontWeight: 600,
    subtitleColor: LIGHT.muted,
    subtitleFontSize: 12,
    offset: 10,
  },
  axis: {
    labelColor: LIGHT.muted,
    labelFontSize: 12,
    titleColor: LIGHT.muted,
    titleFontSize: 12,
    titleFontWeight: "normal",
    gridColor: LIGHT.grid,
    domainColor: LIGHT.muted,
    tickColor: LIGHT.muted,
    tickCount: 5,
    labelOverlap: true,
    labelFlush: true,
  },
  axisX: { grid: false },
  axisY: { domain: false, ticks: false },
  legend: {
    orient: "top",
    direction: "horizontal",
    title: null,
    labelColor: LIGHT.ink,
    labelFontSize: 12,
    labelLimit: 260,
    columnPadding: 12,
    offset: 4,
  },
  line: { color: LIGHT.series1, strokeWidth: 1.75 },
  bar: { color: LIGHT.series1 },
  area: { color: LIGHT.series1, opacity: 0.2 },
  rule: { color: LIGHT.muted },
  point: { color: LIGHT.series1, filled: true, size: 30 },
  text: { color: LIGHT.ink, fontSize: 12 },
};

/** A finished chart. */
export interface Chart {
  /** Name of its files, without an ending. */
  name: string;
  /** What it shows, in a sentence, for those who cannot see it. */
  description: string;
  /** The drawing in light colours. */
  svg: string;
}

/** Draws a chart. Sizes are {@linkcode CHART_WIDTH} unless it says its own. */
export async function drawChart(
  name: string,
  description: string,
  spec: TopLevelSpec,
): Promise<Chart> {
  const sized = {
    width: CHART_WIDTH,
    height: CHART_HEIGHT,
    ...spec,
  } as TopLevelSpec;
  const view = new vega.View(vega.parse(compile(sized, { config }).spec), {
    renderer: "none",
  });
  try {
    return { name, description, svg: await view.toSVG() };
  } finally {
    view.finalize();
  }
}

/** An SVG drawing as PNG with `scale` pixels per unit. */
export async function svgToPng(svg: string, scale = 2): Promise<Uint8Array> {
  const image = sharp(new TextEncoder().encode(svg), { density: 72 * scale });
  return new Uint8Array(await image.png({ compressionLevel: 9 }).toBuffer());
}
