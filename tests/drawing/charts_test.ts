import {
  assert,
  assertEquals,
  assertGreater,
  assertStringIncludes,
} from "@std/assert";
import sharp from "sharp";
import { CHART_WIDTH, drawChart, svgToPng } from "../../lib/drawing/chart.ts";
import {
  cappedSentence,
  crashChart,
  performanceProfile,
  scoreDistribution,
} from "../../lib/drawing/evaluation_charts.ts";
import { LIGHT, withThemeVariables } from "../../lib/drawing/theme.ts";
import {
  learnerCharts,
  learningCurves,
  scoreCharts,
  scoreGroups,
  thin,
} from "../../lib/drawing/training_charts.ts";
import { playedGame } from "../report/example_report.ts";

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
  for (const colour of Object.values(LIGHT)) {
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

Deno.test("scoreGroups() has mean and maximum of each 10 games", () => {
  const games = Array.from({ length: 25 }, (_, i) => ({ score: i }));
  assertEquals(scoreGroups(games), {
    size: 10,
    groups: [
      { games: 10, mean: 4.5, max: 9 },
      { games: 20, mean: 14.5, max: 19 },
    ],
  });
  assertEquals(scoreGroups(games.slice(0, 3)).groups, [
    { games: 3, mean: 1, max: 2 },
  ]);
});

Deno.test("scoreGroups() makes larger groups of many games, whole tens", () => {
  const games = Array.from({ length: 100_000 }, () => ({ score: 1 }));
  const { size, groups } = scoreGroups(games);
  assertEquals(size % 10, 0);
  assert(groups.length > 300 && groups.length <= 600, `${groups.length}`);
});

Deno.test("thin() averages what there is, and keeps what is missing missing", () => {
  const rows = Array.from({ length: 1200 }, (_, i) => ({
    step: i,
    loss: i < 2 ? null : 1,
  }));
  const thinned = thin(rows);
  assertEquals(thinned.length, 600);
  assertEquals(thinned[0], { step: 0.5, loss: null });
  assertEquals(thinned[1], { step: 2.5, loss: 1 });
  assertEquals(thin(rows.slice(0, 3)), rows.slice(0, 3));
});

Deno.test("training charts of an empty or very short run are not empty plots", async () => {
  assertEquals(await learningCurves([]), []);
  const line = {
    ...{ step: 1, loss: null, q_mean: null, td_error: null, epsilon: 1 },
    ...{ env_steps_per_s: 1, learner_steps_per_s: 0, wall_s: 1, rss_mb: 1 },
  };
  assertEquals(
    (await learnerCharts([line])).map(({ name }) => name),
    ["epsilon"],
  );
  const [average] = await scoreCharts([{ score: 40 }]);
  assertStringIncludes(average!.svg, "Average score per 10 games");
});

Deno.test("cappedSentence() counts the games that were ended", () => {
  assertEquals(
    cappedSentence({ episodes: 20, capped: 0.9, cap: 1000 }),
    "18 of 20 games ended at the cap of 1,000 points",
  );
  assertEquals(
    cappedSentence({ episodes: 20, capped: 0, cap: 4000 }),
    "no game reached the cap of 4,000 points",
  );
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
