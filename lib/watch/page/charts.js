/** Curves that grow, with values under the pointer and zoom by dragging. */
import { clock, fill, make, number } from "./dom.js";

/** From its own script, which is no module. */
const { uPlot } = globalThis;

const HEIGHT = 230;

/** @param {string} role of the theme: `series1` */
const colour = (role) =>
  getComputedStyle(document.documentElement).getPropertyValue(`--${role}`)
    .trim();

/** Charts that are to be drawn, one per picture of the page. */
const waiting = new Set();

/** @param {Chart} chart */
function drawLater(chart) {
  if (waiting.size === 0) requestAnimationFrame(drawNext);
  waiting.add(chart);
}

function drawNext() {
  const [chart] = waiting;
  waiting.delete(chart);
  chart.draw();
  if (waiting.size > 0) requestAnimationFrame(drawNext);
}

/**
 * A chart whose points are set again and again.
 *
 * @typedef {{ label: string, role: string, dots?: boolean, faint?: boolean, show?: (value: number) => string }} Line
 */
export class Chart {
  /** @type {any} */ #plot = null;
  /** Whether what is drawn has another axis or other colours. */
  #stale = false;
  /** Where the curves ended that are drawn: the arrays grow by themselves. */
  #end = 0;
  #time = false;
  #data;
  #options;
  #place;

  /**
   * @param {{ title: string, meaning?: string, lines: Line[], bands?: [number, number, string][], wide?: boolean }} options
   * `bands`: between which two lines, counted from 1, and in which colour
   */
  constructor(options) {
    this.#options = options;
    this.#data = [[], ...options.lines.map(() => [])];
    this.#place = make("div");
    this.element = make(
      `figure${options.wide ? ".wide" : ""}`,
      { role: "group", "aria-label": options.title },
      make(
        "figcaption",
        options.title,
        options.meaning && make("span.muted.small", `  ${options.meaning}`),
      ),
      this.#place,
    );
    new ResizeObserver(() => this.#resize()).observe(this.#place);
    matchMedia("(prefers-color-scheme: dark)").addEventListener(
      "change",
      () => this.#redraw(),
    );
  }

  /** @param {boolean} time whether x is seconds, not agent steps */
  set(data, time) {
    this.#stale ||= time !== this.#time;
    this.#time = time;
    this.#data = data;
    drawLater(this);
  }

  #redraw() {
    this.#stale = true;
    drawLater(this);
  }

  #zoomed() {
    const { min, max } = this.#plot.scales.x;
    return this.#end > 0 && (min > this.#data[0][0] || max < this.#end);
  }

  #resize() {
    const width = Math.floor(this.#place.clientWidth);
    if (width === 0 || width === this.#plot?.width) return;
    if (this.#plot) this.#plot.setSize({ width, height: HEIGHT });
    else drawLater(this);
  }

  draw() {
    const width = Math.floor(this.#place.clientWidth);
    if (width === 0) return;
    if (this.#plot && !this.#stale) {
      this.#plot.setData(this.#data, !this.#zoomed());
    } else this.#make(width);
    this.#end = this.#data[0].at(-1) ?? 0;
  }

  #make(width) {
    this.#stale = false;
    this.#plot?.destroy();
    const axis = {
      stroke: colour("muted"),
      grid: { stroke: colour("grid"), width: 1 },
      ticks: { show: false },
      font: "12px system-ui, sans-serif",
    };
    const shown = (value) => this.#time ? clock(value) : number(value);
    fill(this.#place);
    this.#plot = new uPlot(
      {
        width,
        height: HEIGHT,
        scales: { x: { time: false } },
        axes: [
          {
            ...axis,
            values: (_, marks) => marks.map(shown),
            space: 70,
            size: 30,
          },
          { ...axis, size: 58, values: (_, marks) => marks.map(number) },
        ],
        legend: { live: true },
        cursor: { drag: { x: true, y: false }, points: { size: 7 } },
        bands: (this.#options.bands ?? []).map(([upper, lower, role]) => ({
          series: [upper, lower],
          fill: `${colour(role)}33`,
        })),
        series: [
          {
            label: this.#time ? "time" : "step",
            value: (_, value) => value === null ? "–" : shown(value),
          },
          ...this.#options.lines.map((
            { label, role, dots, faint, show = number },
          ) => ({
            label,
            stroke: faint ? `${colour(role)}66` : colour(role),
            width: faint ? 1 : 2,
            spanGaps: true,
            value: (_, value) => value === null ? "–" : show(value),
            points: dots
              ? {
                show: true,
                size: 4,
                stroke: colour(role),
                fill: colour(role),
              }
              // One value alone is no line yet.
              : { show: ({ data: [x] }) => x.length === 1, size: 6 },
            ...(dots && { paths: () => null }),
          })),
        ],
      },
      this.#data,
      this.#place,
    );
  }
}

/**
 * An exponential moving average; as TensorBoard smooths.
 *
 * @param {number[]} values
 * @param {number} weight of what came before, 0 to 1
 */
export function smooth(values, weight) {
  let sum = 0;
  let norm = 0;
  return values.map((value) => {
    sum = weight * sum + (1 - weight) * value;
    norm = weight * norm + (1 - weight);
    return sum / norm;
  });
}
