import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import {
  settingsTable,
  sweepCsv,
  sweepNotes,
  sweepPage,
} from "../../lib/sweep/report.ts";
import { sweepResults } from "../../lib/sweep/results.ts";
import { trainingThreads } from "../../lib/sweep/run.ts";
import { reconcile, type Trial } from "../../lib/sweep/state.ts";
import { finished, makePlan } from "./fixtures.ts";

const STOPPED: Trial = {
  ...finished(2, 1, [12], []),
  state: "stopped",
  reason: "at step 1,000 its best was 12, below the others' median of 40",
  final: null,
};

function exampleResults() {
  const settings = [[0.8, 0.2], [0.5, 0.5]].map((probabilities) => ({
    "exploration.actionProbabilities": probabilities,
    "training.steps": 2000,
  }));
  const plan = makePlan({ settings, seeds: [1] });
  return sweepResults(plan, reconcile(plan, null).state, [
    finished(1, 1, [10, 50], [20, 40, 100]),
    STOPPED,
  ]);
}

Deno.test("settingsTable() tells a setting by its differences, and what it lacks", () => {
  const { header, rows } = settingsTable(exampleResults());
  assertEquals(header.length, 11);
  assertEquals(rows, [
    [
      "1: exploration.actionProbabilities=[0.8,0.2]",
      ...["1 of 1", "53 (24 to 100)", "40 (14 to 100)", "53 (14 to 99)"],
      ...["1,250 (151 to 4,520)", "33 % (6 % to 79 %)", "50", "finished"],
      ...["2,000", "2.0"],
    ],
    [
      "2: exploration.actionProbabilities=[0.5,0.5]",
      ...["0 of 1", "–", "–", "–", "–", "–", "12", "stopped", "1,000", "1.0"],
    ],
  ]);
});

Deno.test("sweepNotes() says which games chose, and what one seed cannot say", () => {
  const notes = sweepNotes(exampleResults()).join("\n");
  for (
    const part of [
      "3 other games per training seed, from seed 1,000,000 on",
      "say nothing about other training seeds",
      "partly the luckiest",
      `Setting 2 was stopped: ${STOPPED.reason}`,
    ]
  ) assertStringIncludes(notes, part);
});

Deno.test("sweepCsv() quotes lists, so that a table has its columns", () => {
  assertEquals(
    sweepCsv(exampleResults()),
    "run,setting,exploration.actionProbabilities,seed,state,steps,minutes," +
      "best_step,best_mean,games,mean,cap\n" +
      'steps-01-seed-1,1,"[0.8,0.2]",1,finished,2000,2.00,2000,50,3,' +
      "53.333333333333336,100\n" +
      'steps-02-seed-1,2,"[0.5,0.5]",1,stopped,1000,1.00,1000,12,,,\n',
  );
});

Deno.test("sweepPage() holds both tables and the charts", async () => {
  const page = await sweepPage(exampleResults());
  for (
    const part of [
      "<h1>Sweep steps</h1>",
      "53 (24 to 100)",
      "Interquartile means with their intervals.",
      "Mean scores of the evaluations in training by agent steps.",
      "steps-02-seed-1",
      "50 at step 2,000",
    ]
  ) assertStringIncludes(page, part);
});

Deno.test("sweepPage() can be read before any training has finished", async () => {
  const plan = makePlan();
  const { state, trials } = reconcile(plan, null);
  const page = await sweepPage(sweepResults(plan, state, trials));
  assertStringIncludes(page, "No training has finished yet");
  assert(!page.includes("<svg"));
});

Deno.test("trainingThreads() shares the cores, unless threads are named", () => {
  assertEquals(trainingThreads(makePlan(), 8), null);
  assertEquals(trainingThreads(makePlan({ parallel: 3 }), 8), 2);
  assertEquals(trainingThreads(makePlan({ parallel: 4 }), 2), 1);
  const settings = [{ "learner.threads": 2 }];
  assertEquals(trainingThreads(makePlan({ parallel: 2, settings }), 8), null);
});
