import { assertEquals } from "@std/assert";
import {
  createProgress,
  formatDuration,
  formatStatus,
  type TrainingStatus,
} from "../../lib/training/mod.ts";

const STATUS: TrainingStatus = {
  step: 12_000,
  games: 1234,
  lastScores: [100, 200],
  bestScore: 1000,
  epsilon: 0.4123,
  loss: 0.0123456,
  stepsPerSecond: 240,
  wallSeconds: 50,
};
const BUDGET = { steps: 24_000, minutes: null };

Deno.test("formatStatus() says everything in one line", () => {
  assertEquals(
    formatStatus(STATUS, BUDGET),
    "step 12,000 of 24,000 · 1,234 games · mean of last 2 150 · best 1,000 · ε 0.412 · loss 0.0123 · 240 steps/s · 0:50 left",
  );
});

Deno.test("formatStatus() leaves out what is not known yet", () => {
  assertEquals(
    formatStatus({
      ...STATUS,
      ...{ step: 0, games: 0, lastScores: [], bestScore: null },
      ...{ loss: NaN, stepsPerSecond: 0 },
    }, BUDGET),
    "step 0 of 24,000 · 0 games · ε 0.412",
  );
});

Deno.test("formatStatus() counts down to whichever limit comes first", () => {
  const left = (status: Partial<TrainingStatus>, minutes: number) =>
    formatStatus({ ...STATUS, ...status }, { steps: 24_000, minutes })
      .split(" · ").at(-1);
  assertEquals(left({}, 60), "0:50 left");
  assertEquals(left({}, 1), "0:10 left");
  assertEquals(left({ wallSeconds: 61 }, 1), "0:00 left");
  assertEquals(left({ step: 24_001 }, 60), "0:00 left");
});

Deno.test("formatDuration() gives minutes and seconds, and hours where there are any", () => {
  assertEquals(
    [0, 9.6, 59.7, 3599, 3600, 360_000].map(formatDuration),
    ["0:00", "0:10", "1:00", "59:59", "1:00:00", "100:00:00"],
  );
});

Deno.test("createProgress() writes plain lines, not too many, where there is no terminal", async () => {
  for (const [lineSeconds, lines] of [[0, 3], [3600, 1]] as const) {
    let written = "";
    await using progress = createProgress({
      ...{ budget: BUDGET, terminal: false, lineSeconds },
      write: (text) => written += text,
    });
    for (let i = 0; i < 3; i++) progress.update(STATUS);
    progress.log("Chrome was started again.");
    assertEquals(
      written,
      `${formatStatus(STATUS, BUDGET)}\n`.repeat(lines) +
        "Chrome was started again.\n",
    );
  }
});

Deno.test("createProgress() draws a bar on stderr, in one line, and nothing on stdout", async () => {
  const module = new URL("../../lib/training/progress.ts", import.meta.url);
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      "eval",
      `import { createProgress } from "${module}";
      {
        await using progress = createProgress({
          budget: ${JSON.stringify(BUDGET)}, terminal: true,
        });
        progress.log("a sentence");
        progress.update(${JSON.stringify(STATUS)});
      }`,
    ],
  }).output();
  const text = new TextDecoder().decode(stderr);
  assertEquals([success, stdout.length], [true, 0]);
  assertEquals(text.includes("[--------------------] 00:00"), true, text);
  assertEquals(
    text.includes("\ra sentence\n") || text.includes("\u001b[Ka sentence\n"),
    true,
    text,
  );
  assertEquals(text.includes("[##########----------] 00:0"), true, text);
  assertEquals(text.includes("step 12,000 of 24,000"), true, text);
  for (const line of text.split(/[\r\n]/)) {
    // deno-lint-ignore no-control-regex
    assertEquals(line.replace(/\u001b\[K/, "").length < 80, true, line);
  }
});

Deno.test("createProgress() says from where a run goes on", async () => {
  let written = "";
  await using progress = createProgress({
    ...{ budget: BUDGET, terminal: false },
    write: (text) => written += text,
  });
  progress.resumed(12_000);
  assertEquals(written, "Going on from step 12,000.\n");
});
