/**
 * Holds the program to contract.yaml: exit codes, files, JSON documents, tables.
 * Every command is run as a user runs it and its answers are looked at, so that
 * nothing here depends on where the code stands.
 *
 * Left out: `eval --clock live` and `play` in a window, which take minutes or a
 * display, and the benchmark's peers, which take gigabytes.
 */
import { assertEquals } from "@std/assert";
import { basename, join } from "node:path";
import { parse } from "yaml";
import { copyFolder, inFolder } from "./folder.ts";
import { outcome, SMOKE, start } from "./program.ts";

/** As contract.yaml says it. */
type Shape = string | null | readonly Shape[] | {
  readonly [key: string]: Shape;
};

interface Contract {
  contents: Record<string, Shape>;
  folders: Record<string, string>;
}

const CONTRACT: Contract = parse(
  await Deno.readTextFile(new URL("contract.yaml", import.meta.url)),
  { merge: true, maxAliasCount: -1 },
);

/** All small and short; training goes on until it is told otherwise. */
const CONFIG = `
extends: ${SMOKE}
network:
  layers:
    - { type: conv2d, filters: 2, kernel: 16, stride: 16, padding: same }
    - { type: dense, units: 4 }
replay: { capacity: 400, warmup: 100 }
training: { steps: 100000, stepsPerUpdate: 50, checkpointEvery: 100, logEvery: 100 }
evaluation: { every: 300, episodes: 2, maxScore: 60, finalEpisodes: 2 }
retraining: { steps: 200, episodes: 10, maxScore: 60, freeDiskGb: 0 }
`;
/** The second setting fails. */
const SWEEP_FILE = `
config: base.yaml
seeds: [1]
keys: { browser.path: [null, /nowhere], training.steps: 300 }
`;
/** Stands for cron's program. */
const CRONTAB = `#!/bin/sh
table=\${0%/*}/table
case $1 in -l) cat "$table" ;; *) cat > "$table" ;; esac
`;

/** The fields of a shape, of which a key may name several. */
function fieldsOf(shape: Shape): Record<string, Shape> {
  return Object.fromEntries(
    Object.entries(shape as object).flatMap(([keys, inner]) =>
      keys.split(" ").map((key) => [key, inner])
    ),
  );
}

/** What is wrong with a value, each with its path. */
function faults(value: unknown, shape: Shape, path: string): string[] {
  if (shape === null || typeof shape === "string") {
    const allowed = String(shape).split(" | ");
    const kind = value === null ? "null" : typeof value;
    return allowed.includes(kind) || allowed.includes(value as string)
      ? []
      : [`${path}: ${JSON.stringify(value)} is not ${shape}`];
  }
  if (Array.isArray(shape)) {
    if (!Array.isArray(value)) return [`${path} is no list`];
    const { length } = shape;
    if (length > 1 ? value.length !== length : value.length < length) {
      return [`${path} has ${value.length} items`];
    }
    return length === 0
      ? []
      : value.flatMap((item, i) =>
        faults(item, shape[length > 1 ? i : 0], `${path}[${i}]`)
      );
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    return [`${path} is no object`];
  }
  const object = value as Record<string, unknown>;
  return Object.entries(fieldsOf(shape)).flatMap(([field, inner]) =>
    (field === "*" ? Object.keys(object) : [field]).flatMap((key) => {
      const name = key.replace(/\?$/, "");
      if (!Object.hasOwn(object, name)) return [`${path} has no ${name}`];
      const mayBeNull = name !== key && object[name] === null;
      return mayBeNull ? [] : faults(object[name], inner, `${path}.${name}`);
    })
  );
}

/** A table as a list of objects, an empty cell as null. */
function readTable(text: string): Record<string, unknown>[] {
  const [head, ...lines] = text.trimEnd().split("\n").map((line) =>
    line.split(",")
  );
  const value = (cell: string) =>
    cell === "" ? null : isNaN(Number(cell)) ? cell : Number(cell);
  return lines.map((cells) =>
    Object.fromEntries(head!.map((name, i) => [name, value(cells[i]!)]))
  );
}

/** What is wrong with a file. New columns come after those that were there. */
async function faultsOf(path: string, shape: Shape): Promise<string[]> {
  const text = await Deno.readTextFile(path);
  const name = basename(path);
  if (!path.endsWith(".csv")) return faults(JSON.parse(text), shape, name);
  const columns = Object.keys(fieldsOf((shape as Shape[])[0]!)).join();
  return text.startsWith(`${columns},`) || text.startsWith(`${columns}\n`)
    ? faults(readTable(text), shape, name)
    : [`${name} does not begin with ${columns}`];
}

const namesIn = (folder: string) =>
  Array.from(Deno.readDirSync(folder), ({ name }) => name);

/** Waits until there is something in a file or a folder. */
async function untilFilled(path: string, process: Deno.ChildProcess) {
  const isFilled = () => {
    try {
      const { isFile, size } = Deno.statSync(path);
      return isFile ? size > 0 : namesIn(path).length > 0;
    } catch {
      return false;
    }
  };
  let over = false;
  process.status.then(() => over = true);
  while (!isFilled()) {
    assertEquals(over, false, "the command ended too early");
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Does with every command something small, in a folder of its own. */
class World {
  constructor(readonly data: string) {}

  at(...path: string[]): string {
    return join(this.data, ...path);
  }

  start(...args: string[]): Deno.ChildProcess {
    const PATH = `${this.at("bin")}:${Deno.env.get("PATH")}`;
    return start(this.data, args, { cwd: this.data, env: { PATH } });
  }

  /** Waits for a command and keeps its answer. */
  async end(process: Deno.ChildProcess, code: number, answer = "none") {
    const ended = await outcome(process);
    assertEquals(ended.code, code, ended.said);
    const file = this.at("answers", `${answer}.json`);
    await Deno.writeTextFile(file, ended.answer);
  }

  /** The command itself says by which name its answer is kept. */
  async run(code: number, answer: string, ...args: string[]) {
    await this.end(this.start(...args), code, answer);
  }

  async prepare() {
    for (const folder of ["answers", "bin"]) await Deno.mkdir(this.at(folder));
    await Deno.writeTextFile(this.at("base.yaml"), CONFIG);
    await Deno.writeTextFile(this.at("few.yaml"), SWEEP_FILE);
    await Deno.writeTextFile(this.at("bin", "table"), "");
    await Deno.writeTextFile(this.at("bin", "crontab"), CRONTAB, {
      mode: 0o755,
    });
  }

  async aRun() {
    const training = this.start("train", "--config", "base.yaml", "--run", "a");
    await untilFilled(this.at("runs/a/checkpoints"), training);
    training.kill("SIGINT");
    await this.end(training, 130);
    const more = ["--resume", "a", "--steps", "600", "--json", "--notify"];
    const told = `notify.command=[sh, -c, "cat > '${this.at("end.json")}'"]`;
    await this.run(0, "train", "train", ...more, "--set", told);
    const games = ["--episodes", "2", "--max-score", "1000", "--json"];
    await this.run(0, "eval", "eval", "a", ...games);
    const one = ["--seed", "7", "--max-score", "60", "--json"];
    await this.run(0, "play", "play", "a", ...one);
    await this.run(0, "none", "report", "a");
    await this.run(0, "none", "export", "a", "exported");
    await this.aBetterRun();
    await this.run(0, "compare", "compare", "a", "b", "--json");
    await this.run(0, "runs", "runs", "--json");
  }

  /** A copy of the run that is said to have reached 1,000 points. */
  async aBetterRun() {
    await copyFolder(this.at("runs/a"), this.at("runs/b"));
    const path = this.at("runs/b/evaluations/step-300/report.json");
    const report = JSON.parse(await Deno.readTextFile(path));
    await Deno.writeTextFile(path, JSON.stringify({ ...report, mean: 1000 }));
  }

  async aSweep() {
    await this.run(2, "none", "sweep", "nowhere.yaml");
    await this.run(2, "none", "train", "--stepz", "3");
    await this.run(0, "plan", "sweep", "few.yaml", "--dry-run", "--json");
    await this.run(1, "sweep", "sweep", "few.yaml", "--json");
  }

  async nights() {
    const night = ["retrain", "--config", "base.yaml", "--json"];
    const cron = ["--config", "base.yaml", "--install-cron", "0 2 * * *"];
    await this.run(0, "none", "retrain", ...cron);
    const told = `notify.command=[sh, -c, "cat > '${this.at("told.json")}'"]`;
    const first = this.start(...night, "--set", told);
    await untilFilled(this.at("champion/lock"), first);
    await this.run(0, "status-early", "status", "--json");
    await this.end(first, 0, "night-1");
    // All games reach one point: the challenger cannot be better.
    const equal = ["--set", "retraining.maxScore=1"];
    await this.run(3, "night-2", ...night, ...equal);
    await this.run(0, "status", "status", "--json");
  }

  async measurements() {
    await this.run(0, "doctor", "doctor", "--json");
    const config = [
      ...["--config", "base.yaml", "--json"],
      ...["network.layers=[{type: dense, units: 1}]", "env.instances=16"]
        .flatMap((set) => ["--set", set]),
    ];
    await this.run(0, "bench", "bench", ...config);
    const few = ["--updates", "100"];
    await this.run(0, "bench-memory", "bench", "memory", ...config, ...few);
    await this.run(0, "bench-solve", "bench", "solve", ...config);
  }
}

Deno.test("commands end, answer and leave files as contract.yaml says", (t) =>
  inFolder(async (data) => {
    const world = new World(data);
    await world.prepare();
    // Side by side: each waits for its Chrome now and then.
    const ends = await Promise.allSettled([
      ...[world.aRun(), world.aSweep(), world.nights(), world.measurements()],
    ]);
    for (const end of ends) if (end.status === "rejected") throw end.reason;
    for (const [path, shape] of Object.entries(CONTRACT.contents)) {
      await t.step(path, async () => {
        assertEquals(await faultsOf(world.at(path), shape), []);
      });
    }
    for (const [folder, wanted] of Object.entries(CONTRACT.folders)) {
      await t.step(`${folder}/`, () => {
        const found = namesIn(world.at(folder));
        const missing = wanted.trim().split(/\s+/).filter((name) => {
          const [beginning, ...more] = name.split("*");
          return !found.some((one) =>
            more.length > 0 ? one.startsWith(beginning!) : one === name
          );
        });
        assertEquals(missing, []);
      });
    }
  }));
