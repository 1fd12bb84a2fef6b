/** Several runs over each other. */
import { Chart } from "./charts.js";
import {
  bestText,
  choice,
  comparePath,
  fetchJson,
  fill,
  make,
  number,
  row,
  runPath,
  table,
} from "./dom.js";
import { Curves } from "./run.js";

const ROLES = [
  "series1",
  "series2",
  "series3",
  "series4",
  "series5",
  "series6",
];
/** Points of a mean over seeds. */
const POINTS = 200;

/** @param {HTMLElement} main @param {string[]} names */
export async function showCompare(main, names) {
  const { runs: all } = await fetchJson("/api/overview");
  const add = make(
    "select",
    { "aria-label": "Add a run" },
    make("option", { value: "" }, "add a run…"),
    ...all.filter(({ name }) => !names.includes(name)).map(({ name }) =>
      make("option", { value: name }, name)
    ),
  );
  add.onchange = () => go([...names, add.value]);
  const bar = make(
    "div.bar",
    ...names.map((name) => {
      const button = make(
        "button",
        { type: "button", title: "leave it out" },
        `${name} ×`,
      );
      button.onclick = () => go(names.filter((other) => other !== name));
      return button;
    }),
    add,
  );
  if (names.length === 0) return fill(main, make("h1", "Compare"), bar);

  const runs = await Promise.all(names.map(async (name) => {
    const path = `/api/run/${encodeURIComponent(name)}`;
    const curves = new Curves(path);
    const [details] = await Promise.all([fetchJson(path), curves.read()]);
    return { name, details, curves };
  }));
  const charts = make("div.charts");
  const together = choice("Seeds", "seeds", [["each", "each by itself"], [
    "mean",
    "mean over seeds, with their range",
  ]], draw);
  fill(
    main,
    make("h1", "Compare"),
    bar,
    make("div.bar", together.element),
    charts,
    ...keysTable(runs),
  );
  draw();

  function draw() {
    const groups = together.value() === "mean"
      ? bySettings(runs)
      : runs.map((run) => [run]);
    fill(
      charts,
      curveChart(groups, "Score", "mean of ten games while learning", (run) => {
        const score = run.curves.curves.find(({ key }) => key === "score");
        return [score.step, score.mean];
      }),
      curveChart(
        groups,
        "Evaluations",
        "mean of greedy games; of those that ended early, at most",
        ({ curves: { evaluations } }) => [
          evaluations.map(({ step }) => step),
          evaluations.map(({ mean }) => mean),
        ],
      ),
      ...["loss", "q_mean"].map((key) => {
        const known = runs[0].curves.curves.find((curve) => curve.key === key);
        return known &&
          curveChart(groups, known.title, known.meaning, (run) => {
            const { step, value } = run.curves.curves.find((curve) =>
              curve.key === key
            );
            return [step, value];
          });
      }),
    );
  }
}

function go(names) {
  location.href = comparePath(names);
}

/** Runs that differ in their seed alone, together. */
function bySettings(runs) {
  const groups = new Map();
  for (const run of runs) {
    const key = JSON.stringify(
      Object.entries(run.details.settings).filter(([key]) => key !== "seed"),
    );
    groups.set(key, [...(groups.get(key) ?? []), run]);
  }
  return [...groups.values()];
}

/** One chart: a line for each group, and a band where it is of several runs. */
function curveChart(groups, title, meaning, pointsOf) {
  const most = Math.max(
    1,
    ...groups.flat().map((run) => pointsOf(run)[0].at(-1) ?? 0),
  );
  const grid = Array.from(
    { length: POINTS },
    (_, i) => most * (i + 1) / POINTS,
  );
  const lines = [];
  const bands = [];
  const data = [grid];
  for (const [i, group] of groups.entries()) {
    const role = ROLES[i % ROLES.length];
    const curves = group.map((run) => onGrid(...pointsOf(run), grid));
    const over = (what) =>
      grid.map((_, x) => {
        const values = curves.map((curve) => curve[x]);
        return values.includes(null) ? null : what(values);
      });
    const label = group.length === 1
      ? group[0].name
      : `mean of ${group.map(({ name }) => name).join(", ")}`;
    lines.push({ label, role });
    data.push(
      over((values) =>
        values.reduce((sum, value) => sum + value, 0) / values.length
      ),
    );
    if (group.length === 1) continue;
    lines.push({ label: "highest", role, faint: true }, {
      label: "lowest",
      role,
      faint: true,
    });
    data.push(
      over((values) => Math.max(...values)),
      over((values) => Math.min(...values)),
    );
    bands.push([lines.length - 1, lines.length, role]);
  }
  const chart = new Chart({ title, meaning, lines, bands, wide: true });
  chart.set(data, false);
  return chart.element;
}

/** A curve between its points; null before the first and after the last. */
function onGrid(step, value, grid) {
  let i = 0;
  return grid.map((x) => {
    while (i < step.length && step[i] < x) i++;
    if (i >= step.length) return null;
    if (step[i] === x || i === 0) {
      return i === 0 && step[0] > x ? null : value[i];
    }
    const part = (x - step[i - 1]) / (step[i] - step[i - 1]);
    return value[i - 1] + part * (value[i] - value[i - 1]);
  });
}

/** The keys that are not the same in all of them. */
function keysTable(runs) {
  const keys = [
    ...new Set(
      runs.flatMap(({ details }) => Object.keys(details.settings)),
    ),
  ];
  const valueOf = ({ details }, key) =>
    key in details.settings ? JSON.stringify(details.settings[key]) : "default";
  const differing = keys.filter((key) =>
    new Set(runs.map((run) => valueOf(run, key))).size > 1
  );
  const rows = [
    ["steps", (run) => number(run.details.steps)],
    ["best evaluation", (run) => bestText(run.details)],
    ...differing.map((key) => [key, (run) => valueOf(run, key)]),
  ];
  const links = runs.map(({ name }) =>
    make("a", { href: runPath(name) }, name)
  );
  return [
    make("h2", "What differs"),
    table(
      make("thead", row("th.text", "", ...links)),
      make(
        "tbody",
        ...rows.map(([name, shown]) =>
          row("td.text", name, ...runs.map(shown))
        ),
      ),
    ),
    differing.length === 0 &&
    make("p.muted", "Their configs are the same."),
  ];
}
