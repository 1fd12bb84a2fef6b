/**
 * Trains with one thread and prints SHA-256 sums of all that must stay: equal
 * lines before and after a change of the code, on one machine, mean that it has
 * changed no game, no bit of a network, and no byte of a checkpoint. Takes a
 * minute and a half:
 *
 *     deno run -A tests/soak/fingerprint.ts [CHECKOUT [KEY=VALUE]...]
 *
 * It uses the program's commands alone. CHECKOUT is another checkout whose
 * program is to train, where `deno task setup` has run. A key that this config
 * does not have yet can be set to the value that changes nothing.
 */
import { createHash } from "node:crypto";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const CONFIG = fileURLToPath(new URL("fingerprint.yaml", import.meta.url));
const [
  checkout = fileURLToPath(new URL("../..", import.meta.url)),
  ...furtherSets
] = Deno.args;
const MAIN = resolve(checkout, "main.ts");

/** What is trained, by `--set`s; between them they go through most keys. */
const TRAININGS: Record<string, readonly string[]> = {
  plain: [],
  other: [
    ...["game.speed=accelerating", "game.actions=3", "game.frameSkip=3"],
    ...["env.instances=3", "env.pages=1", "env.observation=screenshot"],
    ...["env.maxEpisodeSteps=90", "env.randomStartSpeed.share=0.5"],
    ...["network.layers=nature", "network.dueling=true", "network.members=2"],
    ...["learner.doubleQ=false", "learner.loss=mse", "learner.nStep=1"],
    ...["learner.gradientClipNorm=1", "learner.averageRate=0"],
    ...["learner.targetUpdate={tau: 0.01}", "replay.prioritized=true"],
    ...["exploration.actionProbabilities=null", "reward.jump=-0.01"],
    ...["replay.capacity=300", "training.steps=450", "evaluation.every=300"],
  ],
  eager: [
    ...["learner.engine=eager", "training.steps=300", "evaluation.every=200"],
  ],
};

/** The files of a run that must stay, and the columns of those with times. */
const FILES: Record<string, readonly string[] | null> = {
  "checkpoints/step-N/weights.bin": null,
  "checkpoints/step-N/learner.bin": null,
  "checkpoints/step-N/replay.bin": null,
  "scores.csv": [
    ...["game", "env", "seed", "score", "frames", "steps", "return"],
    ...["points_per_second", "epsilon", "step", "end"],
  ],
  "metrics.csv": ["step", "loss", "q_mean", "td_error", "epsilon"],
  "report/scores.csv": ["game", "seed", "score", "frames", "end"],
};

/** Starts `train` and gives its exit code. */
function train(data: string, ...args: string[]): Deno.ChildProcess {
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "--allow-all", MAIN, "train", ...args],
    cwd: dirname(MAIN),
    env: { DINO_DATA: data, TF_CPP_MIN_LOG_LEVEL: "2" },
    stdout: "null",
    stderr: "piped",
  }).spawn();
}

/** @throws Error with all that it said, on another exit code */
async function ended(process: Deno.ChildProcess, code: number): Promise<void> {
  const { code: found, stderr } = await process.output();
  if (found === code) return;
  const said = new TextDecoder().decode(stderr);
  throw new Error(`exit code ${found} where ${code} was due:\n${said}`);
}

const names = (folder: string): string[] => {
  try {
    return Array.from(Deno.readDirSync(folder), ({ name }) => name);
  } catch {
    return [];
  }
};

/** Steps of a run's complete checkpoints. */
const checkpoints = (run: string): number[] =>
  names(join(run, "checkpoints")).flatMap((name) =>
    /^step-(\d+)$/.exec(name)?.[1] ?? []
  ).map(Number);

/** Trains, stops it as Ctrl-C does after its first checkpoint, goes on. */
async function trainInTwo(data: string, run: string, sets: readonly string[]) {
  const folder = join(data, "runs", run);
  const args = ["--config", CONFIG, "--run", run];
  const first = train(data, ...args, ...sets.flatMap((set) => ["--set", set]));
  const end = ended(first, 130);
  let over = false;
  end.finally(() => over = true).catch(() => {});
  while (!over && checkpoints(folder).length === 0) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  if (!over) first.kill("SIGINT");
  await end;
  const stoppedAt = Math.max(...checkpoints(folder));
  await ended(train(data, "--resume", run), 0);
  return { folder, stoppedAt };
}

/** The columns of a table, by name. */
function columnsOf(table: string, columns: readonly string[]): string {
  const [head, ...lines] = table.trimEnd().split("\n").map((line) =>
    line.split(",")
  );
  const places = columns.map((column) => head!.indexOf(column));
  return lines.map((cells) => places.map((at) => cells[at]).join(",")).join(
    "\n",
  );
}

const sha256 = (content: Uint8Array | string) =>
  createHash("sha256").update(content).digest("hex");

const print = (line: string) =>
  Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));

const data = await Deno.makeTempDir({ prefix: "dino-fingerprint-" });
const sums: string[] = [];
try {
  for (const [run, sets] of Object.entries(TRAININGS)) {
    const { folder, stoppedAt } = await trainInTwo(data, run, [
      ...sets,
      ...furtherSets,
    ]);
    print(`${run}: stopped at step ${stoppedAt}, and resumed`);
    const last = `step-${Math.max(...checkpoints(folder))}`;
    for (const [file, columns] of Object.entries(FILES)) {
      const path = join(folder, file.replace("step-N", last));
      const sum = sha256(
        columns === null
          ? await Deno.readFile(path)
          : columnsOf(await Deno.readTextFile(path), columns),
      );
      sums.push(sum);
      print(`  ${sum}  ${file}`);
    }
  }
  print(`${sha256(sums.join("\n"))}  all`);
} finally {
  await Deno.remove(data, { recursive: true });
}
