import { assertEquals, assertGreater, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import { listCheckpoints } from "../../lib/runs/mod.ts";
import { inFolder } from "../folder.ts";
import { outcome, SMOKE, start } from "../program.ts";
import { results } from "./training_process.ts";

/** A run with evaluations and a memory that wraps around, in a few seconds. */
const SMALL = [
  "training.steps=1200",
  "evaluation.every=500",
  "evaluation.maxScore=60",
  ...["env.crashStarts.share=0.5", "env.crashStarts.games=8"],
  "env.crashStarts.maxScore=60",
  "env.stochasticFrameSkip=0.2",
];

/** Resolves when a run has so many checkpoints, or has ended. */
async function untilCheckpoints(
  process: Deno.ChildProcess,
  run: string,
  count: number,
) {
  let over = false;
  process.status.then(() => over = true);
  while (!over) {
    const steps = await listCheckpoints(join(run, "checkpoints"));
    if (steps.length >= count) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

const TAUGHT = ["learner.teacher=pretrained/constant"];

for (const [how, sets] of [["", []], [", with a teacher", TAUGHT]] as const) {
  Deno.test(`train --resume equals the uninterrupted run, byte for byte, after kill -9 and after SIGINT${how}`, () =>
    inFolder(async (data) => {
      const folder = (run: string) => join(data, "runs", run);
      const begin = (run: string) =>
        start(data, [
          ...["train", "--config", SMOKE, "--run", run],
          ...[...SMALL, ...sets].flatMap((set) => ["--set", set]),
        ]);
      const resume = () => start(data, ["train", "--resume", "broken"]);
      const whole = await outcome(begin("whole"));
      assertEquals(whole.code, 0, whole.said);

      const killed = begin("broken");
      await untilCheckpoints(killed, folder("broken"), 1);
      killed.kill("SIGKILL");
      await outcome(killed);

      const stopped = resume();
      await untilCheckpoints(stopped, folder("broken"), 2);
      stopped.kill("SIGINT");
      const interrupted = await outcome(stopped);
      assertEquals(interrupted.code, 130, interrupted.said);
      assertStringIncludes(interrupted.said, "--resume broken");

      const last = await outcome(resume());
      assertEquals(last.code, 0, last.said);

      const expected = await results(folder("whole"));
      assertGreater(expected.scores.length, 10);
      assertEquals(await results(folder("broken")), expected);
    }));
}
