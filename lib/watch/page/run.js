/** One run: its curves as they grow, its progress, config, files and games. */
import { Chart, smooth } from "./charts.js";
import {
  bestText,
  choice,
  clock,
  comparePath,
  failure,
  fetchJson,
  fileLink,
  fill,
  listen,
  make,
  number,
  remembered,
  renew,
  row,
  stateWord,
  table,
} from "./dom.js";

/** Points of one curve at which all are asked for again, thinned. */
const MOST_POINTS = 8000;

/** @param {HTMLElement} main @param {string} name */
export async function showRun(main, name) {
  const path = `/api/run/${encodeURIComponent(name)}`;
  let details = await fetchJson(path);
  const curves = new Curves(path);
  const charts = new RunCharts();
  const head = make("div");
  const tail = make("div");
  const axis = choice(
    "Over",
    "axis",
    [["step", "steps"], ["seconds", "time"]],
    redraw,
  );
  const weight = make("input", {
    type: "range",
    min: "0",
    max: "0.95",
    step: "0.05",
    value: remembered.get("smoothing", "0.6"),
  });
  weight.oninput = () => {
    remembered.set("smoothing", weight.value);
    redraw();
  };
  fill(
    main,
    head,
    make(
      "div.bar",
      axis.element,
      make("label", "Smoothing", weight),
      make(
        "span.muted.small.wide-only",
        "drag over a chart to zoom in, double-click to see all",
      ),
    ),
    charts.element,
    tail,
  );

  function redraw() {
    charts.draw(curves, axis.value(), Number(weight.value));
  }

  function describe() {
    renew(head, ...headOf(details, curves));
  }

  let reading = Promise.resolve();
  /** One after the other, so that no point is taken twice. */
  const read = () =>
    reading = reading.then(async () => {
      if (!await curves.read()) return;
      redraw();
      describe();
    }).catch(({ message }) => fill(head, failure(message)));

  fill(tail, ...tailOf(details));
  await read();
  listen(`/api/events?run=${encodeURIComponent(name)}`, read);
  listen("/api/events", async (data) => {
    const run = JSON.parse(data).runs?.find((run) => run.name === name);
    if (!run) return fill(head, failure("The run is not there any more."));
    const told = JSON.stringify([run.state, run.best, run.started]);
    const before = JSON.stringify([
      details.state,
      details.best,
      details.started,
    ]);
    Object.assign(details, run);
    describe();
    // There is a new checkpoint, evaluation or report.
    if (told === before) return;
    details = await fetchJson(path);
    describe();
    fill(tail, ...tailOf(details));
  });
}

/** A run's curves, as far as they were read. */
export class Curves {
  #path;
  #upTo = "";
  /** @type {any[]} */ curves = [];
  /** @type {any[]} */ evaluations = [];

  constructor(path) {
    this.#path = path;
  }

  /** @returns whether there was something new */
  async read() {
    const long = this.curves.some(({ step }) => step.length > MOST_POINTS);
    const after = this.#upTo === "" || long ? "" : `?after=${this.#upTo}`;
    const news = await fetchJson(`${this.#path}/curves${after}`);
    if (news.more && news.upTo === this.#upTo) return false;
    this.#upTo = news.upTo;
    this.evaluations = news.evaluations;
    if (!news.more) {
      this.curves = news.curves;
      return true;
    }
    for (const [i, curve] of news.curves.entries()) {
      for (const key of ["step", "seconds", "value", "mean"]) {
        // Thousands of arguments at once are too many.
        for (const value of curve[key] ?? []) this.curves[i][key].push(value);
      }
    }
    return true;
  }

  /** The newest value of a curve. */
  last(key) {
    return this.curves.find((curve) => curve.key === key)?.value.at(-1);
  }
}

class RunCharts {
  #charts = new Map();
  element = make(
    "div.charts",
    make("p.muted", "Nothing is measured yet: the curves begin here."),
  );

  /** @param {Curves} curves @param {string} axis @param {number} weight */
  draw({ curves, evaluations }, axis, weight) {
    const time = axis === "seconds";
    for (const [place, curve] of curves.entries()) {
      if (curve.value.length === 0) continue;
      const score = curve.key === "score";
      const chart = this.#chart(curve.key, place, {
        title: score ? "Score of each game" : curve.title,
        meaning: score
          ? "while learning, random actions included"
          : curve.meaning,
        wide: score,
        lines: score
          ? [{ label: "game", role: "series1", dots: true }, {
            label: "mean of ten",
            role: "series2",
          }]
          : [{ label: "measured", role: "series1", faint: true }, {
            label: "smoothed",
            role: "series1",
          }],
      });
      const { value, mean } = curve;
      chart.set([curve[axis], value, mean ?? smooth(value, weight)], time);
    }
    if (evaluations.length === 0) return;
    const [{ episodes: games, cap }] = evaluations;
    // They stand below the scores, which are the first.
    this.#chart("evaluations", 0.5, {
      title: "Evaluations",
      meaning: `greedy, mean of ${games} games to ${
        number(cap)
      } points that it does not learn from`,
      wide: true,
      lines: [
        { label: "mean", role: "series3" },
        { label: "95 %, high", role: "series3", faint: true },
        { label: "low", role: "series3", faint: true },
        { label: "at most (ended early)", role: "series2", dots: true },
      ],
      bands: [[2, 3, "series3"]],
    }).set([
      evaluations.map(({ step }) => step),
      evaluations.map(({ mean }) => mean),
      evaluations.map(({ mean, high }) => high ?? mean),
      evaluations.map(({ mean, low }) => low ?? mean),
      evaluations.map(({ mean, atMost }) => atMost ? mean : null),
    ], false);
  }

  /** @param {number} place among the others, whichever comes first */
  #chart(key, place, options) {
    let chart = this.#charts.get(key);
    if (!chart) {
      if (this.#charts.size === 0) fill(this.element);
      chart = new Chart(options);
      this.#charts.set(key, chart);
      chart.element.dataset.place = place;
      const behind = [...this.element.children].find(({ dataset }) =>
        Number(dataset.place) > place
      );
      this.element.insertBefore(chart.element, behind ?? null);
    }
    return chart;
  }
}

function headOf(run, curves) {
  const left = run.steps > 0
    ? run.seconds / run.steps * (run.stepsWanted - run.steps)
    : NaN;
  const figure = (label, value, note = "") =>
    make(
      "div.figure",
      make("span.muted.small", label),
      make("strong", value),
      make("span.muted.small", note),
    );
  const training = run.state === "training";
  const mean = curves.curves.find(({ key }) => key === "score")?.mean?.at(-1);
  return [
    make("h1", run.name),
    make(
      "p",
      stateWord(run.state),
      ` · ${run.game} game · `,
      make("a", {
        href: `/play?agent=${
          encodeURIComponent(training ? `${run.name}@last` : run.name)
        }`,
      }, "watch it play"),
      " · ",
      make("a", { href: comparePath([run.name]) }, "compare"),
    ),
    training &&
    make("progress", {
      max: run.stepsWanted,
      value: run.steps,
      "aria-label": "Steps done",
    }),
    make(
      "div.figures",
      figure("steps", number(run.steps), `of ${number(run.stepsWanted)}`),
      figure(
        "time",
        clock(run.seconds),
        training ? `about ${clock(left)} left` : "",
      ),
      figure(
        "best evaluation",
        bestText(run),
        run.best ? `at step ${number(run.best.step)}` : "",
      ),
      figure(
        "mean of the last ten games",
        number(mean === undefined ? null : Math.round(mean)),
      ),
      figure(
        "steps per second",
        number(Math.round(curves.last("env_steps_per_s") ?? NaN)),
      ),
      figure("ε", number(curves.last("epsilon"))),
    ),
  ];
}

function tailOf(run) {
  const differs = Object.entries(run.settings);
  const marked = new Set(Object.keys(run.settings));
  return [
    run.games.length > 0 && make("h2", "Games to look at"),
    run.games.length > 0 &&
    make(
      "ul",
      ...run.games.map(({ name, path }) =>
        make(
          "li",
          make("a", {
            href: `/play?agent=${encodeURIComponent(run.name)}&game=${
              encodeURIComponent(path)
            }`,
          }, name),
        )
      ),
    ),
    make("h2", "Files"),
    make(
      "ul",
      ...run.files.map(({ name, path }) => make("li", fileLink(name, path))),
    ),
    differs.length > 0 && make("h2", "Differs from the default"),
    differs.length > 0 &&
    table(...differs.map(([key, value]) =>
      make(
        "tr",
        make("td.text", key),
        make("td.text.keys", JSON.stringify(value)),
      )
    )),
    make("details", make("summary", "config.yaml"), configText(run, marked)),
    make(
      "details",
      { open: true },
      make("summary", "What it said last"),
      make("pre", run.log ?? "A former version kept no log of its runs."),
    ),
    make("h2", "Starts"),
    table(
      row("th.text", "when", "from step", "ended", "device", "commit"),
      ...run.starts.map((start) =>
        row(
          "td.text",
          new Date(start.time).toLocaleString("en"),
          number(start.fromStep),
          start.end?.reason ?? "–",
          start.device,
          start.commit?.slice(0, 8) ?? "–",
        )
      ),
    ),
  ];
}

/** The config, with the lines marked whose key differs from the default. */
function configText({ config }, marked) {
  const pre = make("pre");
  const groups = [];
  for (const line of config.split("\n")) {
    const [, indent, key] = /^( *)([\w-]+):/.exec(line) ?? [];
    if (key !== undefined) groups.splice(indent.length / 2, Infinity, key);
    const differs = key !== undefined && marked.has(groups.join("."));
    pre.append(differs ? make("mark", line) : line, "\n");
  }
  return pre;
}
