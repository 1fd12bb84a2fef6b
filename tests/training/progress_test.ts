import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { loadConfig } from "../../lib/config/mod.ts";
import type { Evaluation } from "../../lib/evaluation/mod.ts";
import type { IntervalRecord } from "../../lib/runs/mod.ts";
import { Progress } from "../../lib/training/mod.ts";

const plan = await loadConfig(undefined, [
  ...["training.steps=24000", "evaluation.every=6000"],
  ...["evaluation.episodes=20", "evaluation.finalEpisodes=40"],
]);
const RECORD: IntervalRecord = {
  ...{ step: 12_000, steps: 1000, seconds: 1000 / 240, wallSeconds: 50 },
  ...{ updates: 100, loss: 1.23456, meanQ: 0, tdError: 0 },
  ...{ epsilon: 0.4123, learningRate: 1e-4, memory: 1e8, games: 1234 },
};
const evaluation = {
  ...{ mean: 500, episodes: 20, min: 40, max: 1000, capped: 0.1, cap: 1000 },
} as Evaluation;

/** Where training ended, after its last interval. */
const LAST = { step: 24_000, games: 2001, wallSeconds: 60 };

/** What is told at an interval. */
interface Told {
  record?: Partial<IntervalRecord>;
  /** Scores of the games so far. */
  scores?: number[];
  /** How long an evaluation took; null: there was none yet. */
  evaluationSeconds?: number | null;
  minutes?: number | null;
}

/** The line in which a training tells of an interval. */
async function lineOf(
  {
    record,
    scores = [1000, 100, 200],
    evaluationSeconds = 10,
    minutes = null,
  }: Told = {},
): Promise<string> {
  const written: string[] = [];
  await using progress = new Progress({
    plan: { ...plan, training: { ...plan.training, minutes } },
    ...{ terminal: false, lineSeconds: 0 },
    write: (line) => written.push(line),
  });
  if (evaluationSeconds !== null) {
    progress.evaluation(0, evaluation, evaluationSeconds);
  }
  scores.forEach((score) => progress.game({ score }));
  progress.interval({ ...RECORD, ...record });
  return written.at(-1)!;
}

Deno.test("Progress says everything in one line, what matters most first", async () => {
  assertEquals(
    await lineOf(),
    "1:30 left · mean 433 · best 1,000 · step 12,000 of 24,000 · 240 steps/s · 1,234 games · ε 0.412 · loss 0.0123",
  );
});

Deno.test("Progress leaves out what is not known yet", async () => {
  assertEquals(
    await lineOf({
      record: { step: 1000, games: 0, updates: 0, loss: 0 },
      ...{ scores: [], evaluationSeconds: null },
    }),
    "1:36 + 5 evaluations left · step 1,000 of 24,000 · 240 steps/s · 0 games · ε 0.412",
  );
});

Deno.test("Progress counts down to whichever limit comes first, with the evaluations to come", async () => {
  for (
    const [left, told] of [
      // 12,000 steps, evaluations at 18,000 and 24,000, and 40 games at the end.
      ["1:30 left", {}],
      ["0:55 left", { record: { step: 18_001 } }],
      ["0:20 left", { record: { step: 24_001 } }],
      ["0:00 + 2 evaluations left", {
        ...{ record: { step: 23_999 }, evaluationSeconds: null },
      }],
      ["1:30 left", { minutes: 60 }],
      ["0:30 left", { minutes: 1 }],
      ["0:20 left", { minutes: 1, record: { wallSeconds: 61 } }],
      ["0:10 + 1 evaluation left", { minutes: 1, evaluationSeconds: null }],
    ] as [string, Told][]
  ) assertEquals((await lineOf(told)).split(" · ")[0], left);
});

Deno.test("Progress writes plain lines, not too many, where there is no terminal", async () => {
  for (const [lineSeconds, lines] of [[0, 3], [3600, 1]] as const) {
    const written: string[] = [];
    await using progress = new Progress({
      ...{ plan, terminal: false, lineSeconds },
      write: (line) => written.push(line),
    });
    progress.evaluation(0, evaluation, 10);
    for (const score of [1000, 100, 200]) progress.game({ score });
    for (let i = 0; i < 3; i++) progress.interval(RECORD);
    assertEquals(written, [
      "Evaluation at step 0: mean 500 of 20 games (40 to 1,000), 2 of 20 games ended at the cap of 1,000 points",
      ...Array(lines).fill(await lineOf()),
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
    if (score === 40 || score === 51) progress.interval(RECORD);
  }
  assertEquals(written, ["mean 40,best 40", "mean 47,best 51"]);
});

/** What a bar draws on stderr, by the columns of its terminal. */
async function drawn(
  columns: readonly number[],
  { minutes = null, last = LAST }: {
    minutes?: number | null;
    last?: typeof LAST;
  } = {},
) {
  const module = new URL("../../lib/training/mod.ts", import.meta.url);
  const given = { ...plan, training: { ...plan.training, minutes } };
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      "eval",
      `import { Progress } from "${module}";
      for (const columns of ${JSON.stringify(columns)}) {
        Deno.consoleSize = () => ({ columns, rows: 24 });
        await using progress = new Progress({
          plan: ${JSON.stringify(given)}, terminal: true,
        });
        progress.evaluation(0, ${JSON.stringify(evaluation)}, 10);
        for (const score of [1000, 100, 200]) progress.game({ score });
        progress.interval(${JSON.stringify(RECORD)});
        progress.end(${JSON.stringify(last)});
      }`,
    ],
  }).output();
  assertEquals([success, stdout.length], [true, 0]);
  // A sentence, and below it the bar.
  const lines = new TextDecoder().decode(stderr).trimEnd().split("\n");
  // deno-lint-ignore no-control-regex
  const shown = (line: string) => line.replaceAll(/.*\r|\u001b\[\d*[AJK]/g, "");
  return columns.map((columns, i) => ({
    columns,
    raw: lines.slice(2 * i, 2 * i + 2).join("\n"),
    last: shown(lines[2 * i + 1]!),
  }));
}

Deno.test("Progress draws a bar in one line at any width, the most important fields first", async () => {
  // The bar that stays there, when all has ended, has no time left.
  const record = { step: LAST.step, games: LAST.games };
  const fields = (await lineOf({ record })).split(" · ").slice(1);
  const widths = Array.from({ length: 60 }, (_, i) => 21 + 3 * i);
  let full = 0;
  for (const { columns, last } of await drawn(widths)) {
    assert(last.length < columns, `${columns}: ${last}`);
    const text = last.replace(/^\[[#-]*\] 00:0\d ?/, "").split(" · ");
    assertEquals(text, fields.slice(0, text.length), last);
    if (columns >= 80) assertStringIncludes(last, "best 1,000");
    full = Math.max(full, text.length);
  }
  assertEquals(full, fields.length);
});

Deno.test("Progress fills its bar with the steps, or with the time when that is over sooner", async () => {
  for (
    const [minutes, bar] of [
      [null, "[##########----------] 00:0"],
      [1, "[################----] 00:0"],
    ] as const
  ) {
    const [one] = await drawn([120], { minutes, last: RECORD });
    assertStringIncludes(one!.raw, "[--------------------] 00:00");
    assertStringIncludes(one!.raw, "\u001b[KEvaluation at step 0");
    assert(one!.last.startsWith(bar), one!.last);
  }
});
