/** What must be equal of two trainings. */
import { join } from "node:path";
import { listCheckpoints } from "../../lib/runs/mod.ts";

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
