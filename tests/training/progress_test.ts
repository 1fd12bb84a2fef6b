import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { loadConfig } from "../../lib/config/mod.ts";
import type { Evaluation } from "../../lib/evaluation/mod.ts";
import { duration } from "../../lib/text.ts";
import {
  formatBar,
  formatStatus,
  Progress,
  type TrainingStatus,
} from "../../lib/training/mod.ts";

const plan = await loadConfig(undefined, [
  ...["training.steps=24000", "evaluation.every=6000"],
  ...["evaluation.episodes=20", "evaluation.finalEpisodes=40"],
]);
const STATUS: TrainingStatus = {
  step: 12_000,
  ...{ steps: 1000, seconds: 1000 / 240, updates: 100 },
  ...{ loss: 1.23456, meanQ: 0, tdError: 0 },
  epsilon: 0.4123,
  learningRate: 1e-4,
  wallSeconds: 50,
  memory: 1e8,
  games: 1234,
  lastScores: [100, 200],
  bestScore: 1000,
  evaluationSeconds: 10,
};

/** The time that is left. */
const left = (status: Partial<TrainingStatus>, minutes: number | null) =>
  formatStatus({ ...STATUS, ...status }, {
    ...plan,
    training: { ...plan.training, minutes },
  }).split(" · ")[0];

Deno.test("formatStatus() says everything in one line, what matters most first", () => {
  assertEquals(
    formatStatus(STATUS, plan),
    "1:30 left · mean 150 · best 1,000 · step 12,000 of 24,000 · 240 steps/s · 1,234 games · ε 0.412 · loss 0.0123",
  );
});

Deno.test("formatStatus() leaves out what is not known yet", () => {
  assertEquals(
    formatStatus({
      ...STATUS,
      ...{ step: 1000, games: 0, lastScores: [], bestScore: null },
      ...{ updates: 0, loss: 0, evaluationSeconds: null },
    }, plan),
    "1:36 + 5 evaluations left · step 1,000 of 24,000 · 240 steps/s · 0 games · ε 0.412",
  );
});

Deno.test("formatStatus() counts the evaluations that are still to come", () => {
  // 12,000 steps, evaluations at 18,000 and 24,000, and 40 games at the end.
  assertEquals(left({}, null), "1:30 left");
  assertEquals(left({ step: 18_001 }, null), "0:55 left");
  assertEquals(left({ step: 24_001 }, null), "0:20 left");
  assertEquals(
    left({ step: 23_999, evaluationSeconds: null }, null),
    "0:00 + 2 evaluations left",
  );
});

Deno.test("formatStatus() counts down to whichever limit comes first", () => {
  assertEquals(left({}, 60), "1:30 left");
  assertEquals(left({}, 1), "0:30 left");
  assertEquals(left({ wallSeconds: 61 }, 1), "0:20 left");
  assertEquals(
    left({ evaluationSeconds: null }, 1),
    "0:10 + 1 evaluation left",
  );
});

Deno.test("formatBar() has whole fields at any width, the most important ones first", () => {
  const fields = formatStatus(STATUS, plan).split(" · ");
  let shown = 0;
  for (let width = 20; width <= 200; width++) {
    const line = formatBar(STATUS, plan, "01:05", width);
    assert(line.length <= width, line);
    const text = line.replace(/^\[[#-]*\] 01:05 ?/, "").split(" · ");
    assertEquals(text, fields.slice(0, text.length), line);
    shown = text.length;
  }
  assertEquals(shown, fields.length);
  assertStringIncludes(formatBar(STATUS, plan, "01:05", 79), "best 1,000");
  const begun = { ...STATUS, evaluationSeconds: null };
  assertEquals(formatBar(begun, plan, "01:05", 19), "mean 150");
});

Deno.test("formatBar() fills with the steps, or with the time when that is over sooner", () => {
  const bar = (status: TrainingStatus | null, minutes: number | null) =>
    formatBar(
      status,
      { ...plan, training: { ...plan.training, minutes } },
      "00:50",
      120,
    ).slice(0, 28);
  assertEquals(bar(null, null), "[--------------------] 00:50");
  assertEquals(bar(STATUS, null), "[##########----------] 00:50");
  assertEquals(bar(STATUS, 1), "[################----] 00:50");
});

Deno.test("duration() gives minutes and seconds, and hours where there are any", () => {
  assertEquals(
    [0, 9.6, 59.7, 3599, 3600, 360_000].map(duration),
    ["0:00", "0:10", "1:00", "59:59", "1:00:00", "100:00:00"],
  );
});

/** What progress does with a status, as training would tell it. */
function tell(progress: Progress, status: TrainingStatus) {
  progress.evaluation(0, evaluation, status.evaluationSeconds!);
  for (const score of [status.bestScore!, ...status.lastScores]) {
    progress.game({ score });
  }
  progress.interval(status);
}

const evaluation = {
  ...{ mean: 500, episodes: 20, min: 40, max: 1000, capped: 0.1, cap: 1000 },
} as Evaluation;

Deno.test("Progress writes plain lines, not too many, where there is no terminal", async () => {
  for (const [lineSeconds, lines] of [[0, 3], [3600, 1]] as const) {
    const written: string[] = [];
    await using progress = new Progress({
      ...{ plan, terminal: false, lineSeconds },
      write: (line) => written.push(line),
    });
    tell(progress, STATUS);
    for (let i = 0; i < 2; i++) progress.interval(STATUS);
    const lastScores = [1000, 100, 200];
    assertEquals(written, [
      "Evaluation at step 0: mean 500 of 20 games (40 to 1,000), 2 of 20 games ended at the cap of 1,000 points",
      ...Array(lines).fill(formatStatus({ ...STATUS, lastScores }, plan)),
    ]);
  }
});

Deno.test("Progress shows the last ten games, as they were at the interval", async () => {
  const written: string[] = [];
  await using progress = new Progress({
    ...{ plan, terminal: false, lineSeconds: 0 },
    write: (line) => written.push(line.split(" · ").slice(1, 3).join()),
  });
  for (let score = 40; score <= 51; score++) {
    progress.game({ score });
    if (score === 40 || score === 51) progress.interval(STATUS);
  }
  assertEquals(written, ["mean 40,best 40", "mean 47,best 51"]);
});

Deno.test("Progress draws a bar on stderr, in one line, and nothing on stdout", async () => {
  const module = new URL("../../lib/training/mod.ts", import.meta.url);
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      "eval",
      `import { Progress } from "${module}";
      {
        await using progress = new Progress({
          plan: ${JSON.stringify(plan)}, terminal: true,
        });
        progress.log("a sentence");
        for (const score of [1000, 2]) progress.game({ score });
        progress.interval(${JSON.stringify(STATUS)});
      }`,
    ],
  }).output();
  const text = new TextDecoder().decode(stderr);
  assertEquals([success, stdout.length], [true, 0]);
  assertStringIncludes(text, "[----------] 00:00");
  assertStringIncludes(text, "\u001b[Ka sentence\n");
  assertStringIncludes(text, "[#####-----] 00:0");
  assertStringIncludes(text, "left · mean 501 · best 1,000");
  for (const line of text.split(/[\r\n]/)) {
    // deno-lint-ignore no-control-regex
    assert(line.replaceAll(/\u001b\[K/g, "").length < 80, line);
  }
});
