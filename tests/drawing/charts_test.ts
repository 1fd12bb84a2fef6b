import {
  assert,
  assertEquals,
  assertGreater,
  assertStringIncludes,
} from "@std/assert";
import sharp from "sharp";
import {
  CHART_WIDTH,
  crashChart,
  drawChart,
  learnerCharts,
  learningCurves,
  performanceProfile,
  scoreCharts,
  scoreDistribution,
  sideBySideCharts,
  svgToPng,
  themeCss,
  withThemeVariables,
} from "../../lib/drawing/mod.ts";
import { INTERVALS, type MetricsLine } from "../../lib/runs/mod.ts";
import { playedGame } from "../examples.ts";

/** What a chart's dots say, in their order. */
const dots = ({ svg }: { svg: string }) =>
  [...svg.matchAll(/aria-label="([^"]*)"[^>]*aria-roledescription="point"/g)]
    .map(([, label]) => label);

/** Points of a chart's line. */
const vertices = ({ svg }: { svg: string }) =>
  /aria-roledescription="line mark" d="([^"]*)"/.exec(svg)![1]!
    .split(/[ML]/).length - 1;

const text = {
  name: "test",
  title: 'A & "B"',
  subtitle: "<units>",
  description: "",
};
const bars = {
  data: { values: [{ a: 1, b: 2 }, { a: 2, b: 3 }] },
  mark: "bar" as const,
  encoding: {
    x: { field: "a", type: "ordinal" as const },
    y: { field: "b", type: "quantitative" as const },
  },
};

Deno.test("drawChart() is as wide as a phone and has its title as text", async () => {
  const { svg } = await drawChart(text, bars);
  assertStringIncludes(svg, `width="${CHART_WIDTH}"`);
  assertStringIncludes(svg, "A &amp; &quot;B&quot;");
  assertStringIncludes(svg, "&lt;units&gt;");
});

Deno.test("withThemeVariables() leaves no light colour behind", async () => {
  const { svg } = await drawChart(text, bars);
  const themed = withThemeVariables(svg);
  assertStringIncludes(themed, '"var(--series1)"');
  const light = themeCss().match(/#[0-9a-f]{6}/g)!;
  for (const colour of light.slice(0, light.length / 2)) {
    assert(!themed.includes(colour), `${colour} is left`);
  }
});

Deno.test("svgToPng() draws two pixels per unit, and not blank ones", async () => {
  const { svg } = await drawChart(text, bars);
  const png = await svgToPng(svg, 2);
  const { width } = await sharp(png).metadata();
  assertEquals(width, 2 * CHART_WIDTH);
  const { channels } = await sharp(png).stats();
  assertGreater(channels[0]!.stdev, 10);
});

Deno.test("scoreCharts() has mean and maximum of each 10 games, whole tens", async () => {
  const games = Array.from({ length: 25 }, (_, i) => ({ score: i }));
  const [average, maximum] = await scoreCharts(games);
  assertEquals(dots(average!), [
    "games played: 10; points: 4.5",
    "games played: 20; points: 14.5",
  ]);
  assertEquals(dots(maximum!), [
    "games played: 10; points: 9",
    "games played: 20; points: 19",
  ]);
  const [few] = await scoreCharts(games.slice(0, 3));
  assertEquals(dots(few!), ["games played: 3; points: 1"]);
});

Deno.test("scoreCharts() makes larger groups of many games", async () => {
  const games = Array.from({ length: 100_000 }, (_, i) => ({ score: i % 7 }));
  const [average] = await scoreCharts(games);
  assertStringIncludes(average!.svg, "Average score per 170 games");
  assertEquals(vertices(average!), 588);
});

function metrics(lines: Partial<MetricsLine>[]): MetricsLine[] {
  return lines.map((line, step) => ({
    ...{ step, wall_s: step, loss: null, q_mean: null, td_error: null },
    ...{ epsilon: 1, env_steps_per_s: null, learner_steps_per_s: null },
    ...{ rss_mb: null, ...line },
  }));
}

Deno.test("learnerCharts() averages many lines; what is missing stays missing", async () => {
  const lines = Array.from(
    { length: 1200 },
    (_, i) => i < 2 ? {} : { loss: i % 2 },
  );
  const [loss, epsilon] = await learnerCharts(
    metrics(lines),
    INTERVALS.figures,
  );
  assertEquals([vertices(loss!), vertices(epsilon!)], [599, 600]);
  assertStringIncludes(loss!.svg, 'aria-label="agent steps: 2.5; loss: 0.5"');
});

Deno.test("training charts of an empty or very short run are not empty plots", async () => {
  assertEquals(await learningCurves([]), []);
  const drawn = await learnerCharts(metrics([{}]), INTERVALS.figures);
  assertEquals(drawn.map(({ name }) => name), ["epsilon"]);
  const [average] = await scoreCharts([{ score: 40 }]);
  assertStringIncludes(average!.svg, "Average score per 10 games");
});

Deno.test("crashChart() is left out where nothing crashed", async () => {
  const capped = playedGame({ end: "cap", obstacle: null });
  assertEquals(await crashChart({ games: [capped] }), null);
  const chart = await crashChart({ games: [capped, playedGame({})] });
  assertStringIncludes(chart!.svg, "small cactus");
  assertStringIncludes(chart!.svg, "1 of 2 games crashed");
});

Deno.test("scoreDistribution() says in the chart how many games were ended", async () => {
  const games = [playedGame({ score: 50, end: "cap" }), playedGame({})];
  const { svg } = await scoreDistribution({
    games,
    episodes: 2,
    capped: 0.5,
    cap: 50,
  });
  assertStringIncludes(svg, "1 of 2 games ended at the cap of 50 points");
  assertStringIncludes(svg, "at the cap");
});

Deno.test("performanceProfile() draws a line for each player", async () => {
  const { svg } = await performanceProfile([
    { name: "one", scores: [50, 60], cap: 100 },
    { name: "two", scores: [100], cap: 100 },
  ]);
  assertStringIncludes(svg, ">one<");
  assertStringIncludes(svg, ">two<");
});

Deno.test("sideBySideCharts() draws what there is: figures, intervals, curves", async () => {
  const interval: [number, number] = [10, 30];
  const result = { name: "one", iqm: { value: 20, interval }, curve: [] };
  const single = { ...result, name: "two", iqm: { value: 9, interval: null } };
  const [iqm, ...others] = await sideBySideCharts([
    ...[result, single],
    { ...result, name: "three", iqm: null },
  ], 100);
  assertEquals(others, []);
  assertEquals(dots(iqm!).length, 2);
  assertEquals(iqm!.svg.match(/aria-roledescription="rule mark"/g)?.length, 1);
  const curve = [{ step: 1, mean: 2 }, { step: 2, mean: 3 }];
  const charts = await sideBySideCharts([{ ...result, curve }], 100);
  assertEquals(vertices(charts[1]!), 2);
});
