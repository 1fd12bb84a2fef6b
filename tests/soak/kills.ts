/**
 * Ends smoke runs at random moments, in each of the ways in `troubles.ts`, and
 * resumes them, until each is finished and equals the uninterrupted one; no
 * process and no temporary folder is left. Takes too long for the tests:
 *
 *     deno run -A tests/soak/kills.ts [KILLS] [SEED]
 */
import { assertEquals } from "@std/assert";
import { join } from "node:path";
import { say } from "../../lib/cli/mod.ts";
import { Random } from "../../lib/random.ts";
import { listCheckpoints } from "../../lib/runs/mod.ts";
import { results } from "../integration/training_process.ts";
import { SMOKE } from "../program.ts";
import { leftOver } from "./left_over.ts";
import { startIn, type Trouble, TROUBLES } from "./troubles.ts";

const [kills = 30, seed = 1] = Deno.args.map(Number);
const random = new Random(seed);
const place = await Deno.makeTempDir({ prefix: "dino-kills-" });
const folder = (run: string) => join(place, "data/runs", run);

async function exists(path: string): Promise<boolean> {
  return await Deno.stat(path).then(() => true, () => false);
}

/** Starts a run, or goes on with it where it has begun. */
async function start(run: string, trouble: Trouble) {
  const began = await exists(join(folder(run), "run.json"));
  return startIn(place, trouble, [
    "train",
    ...(began ? ["--resume", run] : ["--config", SMOKE, "--run", run]),
  ]);
}

/** Waits for the end of a run, or ends it after so long, which may take. */
async function endOrStop(run: string, trouble: Trouble, milliseconds: number) {
  const { pid, said, code } = await start(run, trouble);
  let stopped = false;
  const timer = setTimeout(() => {
    stopped = true;
    Deno.kill(trouble.group ? -pid : pid, trouble.signal);
  }, Math.min(milliseconds, 2 ** 31 - 1));
  const ended = await code;
  clearTimeout(timer);
  return { stopped, code: ended, said: await said };
}

try {
  await Deno.mkdir(join(place, "tmp"));
  const before = performance.now();
  const whole = await endOrStop("whole", TROUBLES[0]!, Infinity);
  const milliseconds = performance.now() - before;
  assertEquals(whole.code, 0, whole.said);
  const expected = await results(folder("whole"));
  say(`uninterrupted: ${(milliseconds / 1000).toFixed(1)} s`);

  let done = 0;
  for (let number = 1; done < kills; number++) {
    const run = `broken-${number}`;
    for (let over = false; !over;) {
      const trouble = TROUBLES[done % TROUBLES.length]!;
      const moment = done < kills
        ? (0.05 + 0.75 * random.uniform()) * milliseconds
        : Infinity;
      const { stopped, code, said } = await endOrStop(run, trouble, moment);
      over = !stopped;
      if (stopped) {
        const steps = await exists(folder(run))
          ? await listCheckpoints(join(folder(run), "checkpoints"))
          : [];
        say(
          `${++done}: ${trouble.name}: ${run} after ${
            (moment / 1000).toFixed(1)
          } s, exit ${code}, checkpoints: ${steps.join(", ") || "none"}`,
        );
        if (trouble.saves && steps.length === 0 && /step \d/.test(said)) {
          throw new Error(`nothing was saved: ${said}`);
        }
      } else {
        assertEquals(code, 0, said);
        assertEquals(await results(folder(run)), expected);
        say(`${run} equals the uninterrupted run`);
      }
      assertEquals(await leftOver(place), []);
    }
    await Deno.remove(folder(run), { recursive: true });
  }
  say(`${done} ends, every run resumed to the same end, nothing left over`);
} finally {
  await Deno.remove(place, { recursive: true });
}
