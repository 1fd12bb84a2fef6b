/**
 * Kills smoke runs with SIGKILL at random moments and resumes them, until each
 * is finished and equals the uninterrupted one. Takes too long for the tests:
 *
 *     deno run -A tests/soak/kills.ts [KILLS] [SEED]
 */
import { assertEquals } from "@std/assert";
import { join } from "node:path";
import { say } from "../../lib/cli/mod.ts";
import { Random } from "../../lib/random.ts";
import { listCheckpoints } from "../../lib/runs/mod.ts";
import {
  ended,
  results,
  SMOKE,
  train,
} from "../integration/training_process.ts";

const [kills = 30, seed = 1] = Deno.args.map(Number);
const random = new Random(seed);
const data = await Deno.makeTempDir({ prefix: "dino-kills-" });
const folder = (run: string) => join(data, "runs", run);

async function exists(path: string): Promise<boolean> {
  return await Deno.stat(path).then(() => true, () => false);
}

/** Starts a run, or goes on with it where it has begun. */
async function start(run: string): Promise<Deno.ChildProcess> {
  return await exists(join(folder(run), "run.json"))
    ? train(data, "--resume", run)
    : train(data, "--config", SMOKE, "--run", run);
}

/** Waits for the end of a process, or kills it after so long. */
async function endOrKill(process: Deno.ChildProcess, milliseconds: number) {
  let killed = false;
  const timer = setTimeout(() => {
    killed = true;
    process.kill("SIGKILL");
  }, milliseconds);
  const { code, said } = await ended(process);
  clearTimeout(timer);
  return { killed, code, said };
}

try {
  const before = performance.now();
  const whole = await ended(await start("whole"));
  const milliseconds = performance.now() - before;
  assertEquals(whole.code, 0, whole.said);
  const expected = await results(folder("whole"));
  say(`uninterrupted: ${(milliseconds / 1000).toFixed(1)} s`);

  let done = 0;
  for (let number = 1; done < kills; number++) {
    const run = `broken-${number}`;
    for (let over = false; !over;) {
      const moment = done < kills
        ? (0.05 + 0.75 * random.uniform()) * milliseconds
        : Infinity;
      const { killed, code, said } = await endOrKill(
        await start(run),
        Math.min(moment, 2 ** 31 - 1),
      );
      over = !killed;
      if (killed) {
        const steps = await exists(folder(run))
          ? await listCheckpoints(join(folder(run), "checkpoints"))
          : [];
        say(
          `kill ${++done}: ${run} after ${(moment / 1000).toFixed(1)} s, ` +
            `checkpoints: ${steps.join(", ") || "none"}`,
        );
      } else {
        assertEquals(code, 0, said);
        assertEquals(await results(folder(run)), expected);
        say(`${run} equals the uninterrupted run`);
      }
    }
    await Deno.remove(folder(run), { recursive: true });
  }
  say(`${done} kills, every run resumed to the same end`);
} finally {
  await Deno.remove(data, { recursive: true });
}
