/** Nights as processes, on a small disk. */
import { assertEquals } from "@std/assert";
import { join } from "node:path";
import { findChrome } from "../../lib/browser/mod.ts";
import { namesIn, ROOT } from "../../lib/files.ts";
import { leftOver } from "./left_over.ts";

/** The first seed of the games that judge the champions from outside. */
const JUDGE_SEED = 2_000_000;
const JUDGE_GAMES = 32;
const CAP = 300;

/** Learns slowly but steadily, a bit in every night. */
const CONFIG = `
extends: ${join(ROOT, "configs/smoke.yaml")}
learner:
  batchSize: 32
  learningRateSteps: 20000
replay:
  capacity: 10000
exploration:
  steps: 5000
training:
  checkpointEvery: 300
evaluation:
  every: 300
  maxScore: ${CAP}
retraining:
  minutes: 20
  steps: 600
  episodes: 20
  maxScore: ${CAP}
  hardLimitMinutes: 30
  freeDiskGb: 0.02
retention:
  nights: 4
`;

/** The nights' common world. */
export interface Nights extends AsyncDisposable {
  data: string;
  champion: string;
  runs: string;
  checkpoints: string;
  config: string;
  /** Temporary folder of the nights' Chromes. */
  temporary: string;
  env: Record<string, string>;
  /** The champion's mean score on games that no night plays. */
  heldOutMean(): Promise<number>;
  /** What still runs of the nights, and their temporary files. */
  leftOver(): Promise<string[]>;
  keepRecords(folder: string): Promise<void>;
}

/** Mounts the disk and writes the config. */
export async function prepareNights(
  place: string,
  diskBytes: number,
  mostBytes: number,
): Promise<Nights> {
  const data = join(place, "data");
  const temporary = join(place, "tmp");
  for (const folder of [data, temporary]) {
    await Deno.mkdir(folder, { recursive: true });
  }
  await run("mount", "-t", "tmpfs", "-o", `size=${diskBytes}`, "tmpfs", data);
  const config = join(place, "nights.yaml");
  const chrome = await writeChrome(place);
  await Deno.writeTextFile(
    config,
    `${CONFIG}  maxGb: ${mostBytes / 1e9}\nbrowser:\n  path: ${chrome}\n`,
  );
  const champion = join(data, "champion");
  const runs = join(data, "runs");
  const env = { DINO_DATA: data, TMPDIR: temporary, NO_COLOR: "1" };
  return {
    ...{ data, champion, runs, config, temporary, env },
    checkpoints: join(runs, "challenger/checkpoints"),
    async heldOutMean() {
      const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
        args: [
          ...["run", "-A", join(ROOT, "main.ts"), "eval", "champion"],
          ...["--json", "--no-baselines", "--max-score", `${CAP}`],
          ...["--episodes", `${JUDGE_GAMES}`, "--first-seed", `${JUDGE_SEED}`],
          ...["--out", join(place, "judged")],
        ],
        env,
      }).output();
      const text = new TextDecoder();
      assertEquals(code, 0, text.decode(stderr));
      return JSON.parse(text.decode(stdout)).mean;
    },
    leftOver: () => leftOver(place),
    async keepRecords(folder) {
      for (const name of ["history.csv", "index.html"]) {
        await Deno.copyFile(join(champion, name), join(folder, name));
      }
    },
    async [Symbol.asyncDispose]() {
      await run("umount", data);
    },
  };
}

/** Chrome without libfaketime, under which it does nothing but wait busily. */
async function writeChrome(place: string): Promise<string> {
  const path = join(place, "chrome.sh");
  const chrome = findChrome({ path: null });
  await Deno.writeTextFile(
    path,
    `#!/bin/sh\nexec env -u LD_PRELOAD -u FAKETIME "${chrome}" "$@"\n`,
    { mode: 0o755 },
  );
  return path;
}

/** What goes wrong in a night, and what must come of it. */
export interface Trouble {
  name: string;
  /** Options of the night. */
  args?: string[];
  env?: Record<string, string>;
  /** How a shell starts the night `"$@"`. @default {'exec "$@"'} */
  shell?: string;
  before?(nights: Nights): Promise<void>;
  during?(night: NightProcess, nights: Nights): Promise<void>;
  after?(nights: Nights): Promise<void>;
  /** Absent: promoted or kept, as the games have it, or failed. */
  expect?: "failed";
  /** Exit code when it failed. @default {1} */
  exit?: number;
  killsNight?: boolean;
  damagesChampion?: boolean;
  /** Looks at the night's document. */
  check?(result: { reason: string; warnings: string[] }): void;
}

/** A night that runs. */
export class NightProcess {
  readonly #nights: Nights;
  readonly #process: Deno.ChildProcess;
  readonly #night: number;
  readonly ended: Promise<{ code: number; output: string; said: string }>;
  #over = false;

  constructor(nights: Nights, night: number, trouble: Trouble) {
    this.#nights = nights;
    this.#night = night;
    this.#process = startNight(nights, trouble);
    this.ended = Promise.all([
      this.#process.status,
      new Response(this.#process.stdout).text(),
      new Response(this.#process.stderr).text(),
    ]).then(([{ code }, output, said]) => {
      this.#over = true;
      return { code, output, said };
    });
  }

  /** Resolves when the night's log has a line with this text, or it ended. */
  async until(text: string): Promise<void> {
    const log = join(
      this.#nights.champion,
      `nights/night-${this.#night}/log.txt`,
    );
    while (!this.#over) {
      if ((await Deno.readTextFile(log).catch(() => "")).includes(text)) return;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  /** Sends a signal to the night's own process. */
  signal(signal: Deno.Signal): void {
    this.#process.kill(signal);
  }

  /** Sends it to the whole process group, as a terminal does. */
  signalGroup(signal: Deno.Signal): void {
    Deno.kill(-this.#process.pid, signal);
  }

  /** Kills the command that the night has started. */
  async killCommand(command: string): Promise<void> {
    const pid = this.#process.pid;
    const children =
      (await Deno.readTextFile(`/proc/${pid}/task/${pid}/children`)).split(" ");
    for (const child of await this.#childrenOfAllThreads(children)) {
      const words = (await Deno.readTextFile(`/proc/${child}/cmdline`))
        .split("\0");
      if (words.includes(command)) Deno.kill(child, "SIGKILL");
    }
  }

  async #childrenOfAllThreads(first: string[]): Promise<number[]> {
    const pid = this.#process.pid;
    const threads = await namesIn(`/proc/${pid}/task`);
    const lists = await Promise.all(
      threads.map((thread) =>
        Deno.readTextFile(`/proc/${pid}/task/${thread}/children`).catch(() =>
          ""
        )
      ),
    );
    return [...new Set([...first, ...lists.flatMap((list) => list.split(" "))])]
      .map(Number).filter((number) => number > 0);
  }

  /** Kills every Chrome of the night. */
  async killChrome(): Promise<void> {
    const { temporary } = this.#nights;
    for (const name of await namesIn(temporary)) {
      if (!name.startsWith("dino-chrome-")) continue;
      const pid = Number(
        await Deno.readTextFile(join(temporary, name, "pid")).catch(() => 0),
      );
      if (pid > 0) Deno.kill(pid, "SIGKILL");
    }
  }
}

/** `main.ts retrain --json`. */
export function startNight(
  { env, config }: Nights,
  { args = [], env: more = {}, shell = 'exec "$@"' }: Partial<Trouble> = {},
): Deno.ChildProcess {
  return new Deno.Command("/bin/bash", {
    args: [
      ...["-c", shell, "bash", Deno.execPath(), "run", "-A"],
      ...[join(ROOT, "main.ts"), "retrain", "--json"],
      ...["--config", config, ...args],
    ],
    env: { ...env, ...more },
    detached: true,
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
}

async function run(program: string, ...args: string[]): Promise<void> {
  const { code, stderr } = await new Deno.Command(program, { args }).output();
  assertEquals(code, 0, `${program}: ${new TextDecoder().decode(stderr)}`);
}
