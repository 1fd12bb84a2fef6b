import { assertEquals, assertGreater, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { listCheckpoints } from "../../lib/training/mod.ts";

const PROGRAM = fileURLToPath(new URL("../../main.ts", import.meta.url));
const SMOKE = fileURLToPath(
  new URL("../../configs/smoke.yaml", import.meta.url),
);
/** A run with evaluations and a memory that wraps around, in a few seconds. */
const SMALL = [
  "training.steps=1200",
  "evaluation.every=500",
  "evaluation.maxScore=60",
];

/** `main.ts train` as a process, with a folder of its own for data. */
function train(data: string, ...args: string[]): Deno.ChildProcess {
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "--allow-all", PROGRAM, "train", ...args],
    env: { DINO_DATA: data },
    stdout: "null",
    stderr: "piped",
  }).spawn();
}

/** Its exit code and what it said. */
async function ended(process: Deno.ChildProcess) {
  const [{ code }, said] = await Promise.all([
    process.status,
    new Response(process.stderr).text(),
  ]);
  return { code, said };
}

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

/** A CSV file's lines without the columns that tell time and memory. */
async function withoutTimes(path: string): Promise<string[]> {
  const [head, ...lines] = (await Deno.readTextFile(path)).trimEnd().split("\n")
    .map((line) => line.split(","));
  const kept = head!.map((name) => !/wall_s|per_s$|rss_mb/.test(name));
  return [head!, ...lines].map((cells) =>
    cells.filter((_, i) => kept[i]).join(",")
  );
}

/** What must be equal: games, metrics, and every tensor of the learner. */
async function results(run: string) {
  const [newest] = await listCheckpoints(join(run, "checkpoints"));
  const checkpoint = join(run, "checkpoints", `step-${newest}`);
  const { files } = JSON.parse(
    await Deno.readTextFile(join(checkpoint, "MANIFEST.json")),
  );
  return {
    newest,
    scores: await withoutTimes(join(run, "scores.csv")),
    metrics: await withoutTimes(join(run, "metrics.csv")),
    learner: files["learner.bin"].sha256,
    model: files["weights.bin"].sha256,
    replay: files["replay.bin"].sha256,
  };
}

Deno.test("train --resume equals the uninterrupted run, byte for byte, after kill -9 and after SIGINT", async () => {
  const data = await Deno.makeTempDir({ prefix: "dino-resume-" });
  const folder = (run: string) => join(data, "runs", run);
  const start = (run: string) =>
    train(
      data,
      "--config",
      SMOKE,
      "--run",
      run,
      ...SMALL.flatMap((set) => ["--set", set]),
    );
  try {
    const whole = await ended(start("whole"));
    assertEquals(whole.code, 0, whole.said);

    const killed = start("broken");
    await untilCheckpoints(killed, folder("broken"), 1);
    killed.kill("SIGKILL");
    await ended(killed);

    const stopped = train(data, "--resume", "broken");
    await untilCheckpoints(stopped, folder("broken"), 2);
    stopped.kill("SIGINT");
    const interrupted = await ended(stopped);
    assertEquals(interrupted.code, 130, interrupted.said);
    assertStringIncludes(interrupted.said, "--resume broken");

    const last = await ended(train(data, "--resume", "broken"));
    assertEquals(last.code, 0, last.said);

    const expected = await results(folder("whole"));
    assertGreater(expected.scores.length, 10);
    assertEquals(await results(folder("broken")), expected);
  } finally {
    await Deno.remove(data, { recursive: true });
  }
});
