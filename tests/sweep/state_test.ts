import { assertEquals, assertRejects } from "@std/assert";
import { join } from "node:path";
import { UsageError } from "../../lib/errors.ts";
import {
  readState,
  reconcile,
  type Trial,
  writeState,
} from "../../lib/sweep/state.ts";
import { inFolder } from "../folder.ts";
import { makePlan, nSteps } from "./fixtures.ts";

const runs = (trials: readonly Trial[]) => trials.map(({ run }) => run);

Deno.test("reconcile() plans all settings with the first seed first", () => {
  const { state, trials, changes } = reconcile(makePlan(), null);
  assertEquals(runs(trials), [
    ...["steps-01-seed-1", "steps-02-seed-1"],
    ...["steps-01-seed-2", "steps-02-seed-2"],
  ]);
  assertEquals(trials.map((trial) => trial.state), Array(4).fill("waiting"));
  assertEquals([state.trials, changes], [trials, []]);
});

Deno.test("reconcile() goes on where an unchanged sweep was", () => {
  const { state, trials } = reconcile(makePlan(), null);
  trials[0]!.state = "finished";
  trials[1]!.state = "begun";
  const again = reconcile(makePlan(), JSON.parse(JSON.stringify(state)));
  assertEquals(again, { state, trials, changes: [] });
});

Deno.test("reconcile() keeps a setting's number when the file changes", () => {
  const { state, trials } = reconcile(makePlan(), null);
  trials.forEach((trial) => trial.state = "finished");
  const changed = makePlan({ settings: nSteps(5, 3), seeds: [2, 3] });
  const { trials: now, state: all, changes } = reconcile(changed, state);
  assertEquals(runs(now), [
    ...["steps-03-seed-2", "steps-02-seed-2"],
    ...["steps-03-seed-3", "steps-02-seed-3"],
  ]);
  assertEquals(now.map(({ state }) => state), [
    ...["waiting", "finished", "waiting", "waiting"],
  ]);
  assertEquals(all.trials.length, 7);
  assertEquals(changes, [
    "The sweep's file names one setting more.",
    "The sweep's file does not name 3 trainings of before any more; they are kept, and left out of the table.",
  ]);
});

Deno.test("reconcile() takes up stopped trainings when nothing is to be stopped", () => {
  const rule = { rule: "median", after: 1, others: 1 } as const;
  const { state, trials } = reconcile(makePlan({ stopping: rule }), null);
  trials[0]!.state = "stopped";
  const states = (stopping: "none" | typeof rule) =>
    reconcile(makePlan({ stopping }), structuredClone(state)).trials
      .map(({ state }) => state);
  assertEquals(states(rule)[0], "stopped");
  assertEquals(states("none")[0], "begun");
});

Deno.test("a sweep's state is read as it was written, or refused", () =>
  inFolder(async (folder) => {
    const path = join(folder, "state.json");
    assertEquals(await readState(path), null);
    const { state } = reconcile(makePlan(), null);
    await writeState(path, state);
    assertEquals(await readState(path), state);
    for (const text of ["{", "null", "[]", '{"settings": []}']) {
      await Deno.writeTextFile(path, text);
      await assertRejects(() => readState(path), UsageError, "remove its");
    }
  }));
