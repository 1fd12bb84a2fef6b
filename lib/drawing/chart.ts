/** From a chart's description to SVG (Vega-Lite, Vega) and PNG (sharp). */
import type { Config, TopLevelSpec } from "vega-lite";
import { loadSharp } from "../sharp.ts";
import { escapeXml } from "../text.ts";
import { LIGHT, SERIES } from "./theme.ts";

/**
 * Charts are drawn at about the width of a phone, so that their text stays
 * readable there; on wider displays two stand side by side.
 */
export const CHART_WIDTH = 400;
const CHART_HEIGHT = 240;
const PADDING = 8;
const TITLE_HEIGHT = 46;

const FONT = "system-ui, 'Segoe UI', 'DejaVu Sans', sans-serif";

const config: Config = {
  background: LIGHT.paper,
  font: FONT,
  padding: PADDING,
  view: { stroke: null },
  range: { category: [...SERIES] },
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
  /** The same as PNG, of a chart that was not drawn but read; absent: drawn. */
  png?: Uint8Array;
}

/** A chart in one form, or wide for desktops and narrow for phones. */
export type PageChart = Chart | { wide: Chart; narrow: Chart };

/** What a chart says beside its drawing. */
export interface ChartText {
  name: string;
  title: string;
  subtitle: string;
  /** What it shows, in a sentence. @default title and subtitle */
  description?: string;
}

/** How numbers stand on an axis: 0, 500, 1.5k, 2M. */
export const SHORT_NUMBERS = { labelExpr: "format(datum.value, '~s')" };
/** How counts stand on an axis: 0, 1, 2. */
export const COUNTS = { tickMinStep: 1, format: "d" };
/** How shares stand on an axis: 0 % to 100 %. */
export const SHARES = { axis: { format: "%" }, scale: { domain: [0, 1] } };

/** {@linkcode number} with whatever else. */
export type NumberField = ReturnType<typeof number> & Record<string, unknown>;

/** A field that holds numbers, as a part of an encoding. */
export const number = <More extends object = object>(
  field: string,
  title?: string | null,
  more?: More,
) => ({
  ...{ field, type: "quantitative" as const },
  ...(title !== undefined && { title }),
  ...more as More,
});

/** How many values there are, as a part of an encoding. */
export const count = (title: string) => ({
  aggregate: "count" as const,
  ...{ type: "quantitative" as const, title, axis: COUNTS },
});

/** A field that holds names, as a part of an encoding. */
export const names = <More extends object = object>(
  field: string,
  more?: More,
) => ({ field, type: "nominal" as const, ...more as More });

/** The same with a colour for each name. */
export const coloured = (field: string, colours: Record<string, string>) =>
  names(field, {
    scale: { domain: Object.keys(colours), range: Object.values(colours) },
  });

/** Marks the points of a line that are upper bounds. */
export const AT_MOST = {
  transform: [{ filter: "datum.atMost" }],
  mark: {
    type: "point" as const,
    ...{ shape: "triangle-down", filled: false, size: 120 },
  },
};

/**
 * Draws a chart, {@linkcode CHART_WIDTH} wide unless it is made of several
 * views with widths of their own.
 */
export async function drawChart(
  text: ChartText,
  spec: TopLevelSpec,
): Promise<Chart> {
  const sized = ("vconcat" in spec ? spec : {
    width: CHART_WIDTH,
    height: CHART_HEIGHT,
    autosize: { type: "fit", contains: "padding" },
    ...spec,
  }) as TopLevelSpec;
  const [vega, { compile }] = await Promise.all([
    import("vega"),
    import("vega-lite"),
  ]);
  const view = new vega.View(vega.parse(compile(sized, { config }).spec), {
    renderer: "none",
  });
  try {
    const { name, title, subtitle } = text;
    const { description = `${title}: ${subtitle}.` } = text;
    return { name, description, svg: withTitle(await view.toSVG(), text) };
  } finally {
    view.finalize();
  }
}

/**
 * Puts the title above a drawing. Vega would do it too, but without a canvas
 * it can only guess how long a text is, and widens the drawing by that guess.
 */
function withTitle(svg: string, { title, subtitle }: ChartText): string {
  const [, width, height] = svg.match(/viewBox="0 0 ([\d.]+) ([\d.]+)"/)!;
  const total = Number(height) + TITLE_HEIGHT;
  const line = (y: number, style: string, words: string) =>
    `<text x="${PADDING}" y="${y}" ${style}>${escapeXml(words)}</text>`;
  return `<svg xmlns="http://www.w3.org/2000/svg" ` +
    `xmlns:xlink="http://www.w3.org/1999/xlink" width="${width}" ` +
    `height="${total}" viewBox="0 0 ${width} ${total}">` +
    `<rect width="100%" height="100%" fill="${LIGHT.paper}"/>` +
    `<g font-family="${FONT}">` +
    line(20, `font-size="14" font-weight="600" fill="${LIGHT.ink}"`, title) +
    line(38, `font-size="12" fill="${LIGHT.muted}"`, subtitle) +
    `</g><g transform="translate(0,${TITLE_HEIGHT})">${svg}</g></svg>`;
}

/** An SVG drawing as PNG with `scale` pixels per unit. */
export async function svgToPng(svg: string, scale = 2): Promise<Uint8Array> {
  const sharp = await loadSharp();
  const image = sharp(new TextEncoder().encode(svg), { density: 72 * scale });
  return new Uint8Array(await image.png({ compressionLevel: 9 }).toBuffer());
}
