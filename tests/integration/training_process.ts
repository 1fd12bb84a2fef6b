/** Training as a process of its own, and what must be equal of two of them. */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { listCheckpoints } from "../../lib/runs/mod.ts";

const PROGRAM = fileURLToPath(new URL("../../main.ts", import.meta.url));
/** The config that shows everything once. */
export const SMOKE = fileURLToPath(
  new URL("../../configs/smoke.yaml", import.meta.url),
);
/** `main.ts train` as a process, with a folder of its own for data. */
export function train(data: string, ...args: string[]): Deno.ChildProcess {
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "--allow-all", PROGRAM, "train", ...args],
    env: { DINO_DATA: data },
    stdout: "null",
    stderr: "piped",
  }).spawn();
}

/** Its exit code and what it said. */
export async function ended(process: Deno.ChildProcess) {
  const [{ code }, said] = await Promise.all([
    process.status,
    new Response(process.stderr).text(),
  ]);
  return { code, said };
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
export async function results(run: string) {
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
