import {
  assert,
  assertEquals,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { join } from "node:path";
import {
  type Execute,
  jobExecutor,
  type JobFiles,
  storeBytes,
  type TrainingJob,
} from "../../lib/cluster/mod.ts";
import { loadConfig } from "../../lib/config/mod.ts";
import { DinoDqnError } from "../../lib/errors.ts";
import { inFolder } from "../folder.ts";
import { NatsServer } from "../cluster/nats.ts";
import { outcome, SMOKE, start as startOn } from "../program.ts";

/** Two trainings of a few seconds, with a checkpoint in the middle. */
const SWEEP = `config: ${JSON.stringify(SMOKE)}
seeds: [1]
parallel: 2
keys:
  learner.nStep: [1, 3]
  learner.threads: 1
  training.steps: 600
  training.checkpointEvery: 200
  evaluation.every: 300
  evaluation.episodes: 2
  evaluation.finalEpisodes: 2
  evaluation.maxScore: 45
`;
const GAMES = [
  ...["eval", "pretrained/constant", "--episodes", "4", "--max-score", "100"],
  ...["--no-baselines", "--json"],
];

const start = (data: string, ...args: string[]): Deno.ChildProcess =>
  startOn(data, args, { env: { DINO_NATS_SILENCE: "3" } });

/** What a command answers. */
async function answerOf(command: Deno.ChildProcess): Promise<string> {
  const { code, answer, said } = await outcome(command);
  assertEquals(code, 0, said);
  return answer;
}

/** A table without the seconds that it took, and what follows from them. */
const timeless = (text: string) =>
  text.replaceAll(/"minutes": [\d.]+/g, '"minutes"');

Deno.test("workers train and play as one machine does, though one of them is killed", () =>
  inFolder(async (root) => {
    await using server = await NatsServer.start([
      "-js",
      "-sd",
      join(root, "s"),
    ]);
    const nats = ["--nats", server.url];
    const file = join(root, "few.yaml");
    await Deno.writeTextFile(file, SWEEP);
    const workers = ["one", "two"].map((name) =>
      start(join(root, name), "worker", ...nats, "--slots", "1", "--name", name)
    );
    const ends = workers.map(outcome);
    const there = join(root, "there");
    const here = join(root, "here");
    try {
      const alone = answerOf(start(here, "sweep", file, "--json"));
      const games = answerOf(start(here, ...GAMES));
      const split = answerOf(start(there, ...GAMES, ...nats, "--part", "2"));
      assertEquals(await split, await games);

      const sweep = start(there, "sweep", file, "--json", ...nats);
      const together = answerOf(sweep);
      // Until the first has stored something, and goes on.
      const listed = async () =>
        JSON.parse(await answerOf(start(there, "workers", "--json", ...nats)));
      let jobs: { seconds: number }[] = [];
      while (!(jobs[0] && jobs[0].seconds >= 6)) {
        jobs = (await listed())[0].jobs;
      }
      workers[0]!.kill("SIGKILL");
      assertEquals(timeless(await together), timeless(await alone));
      for (const run of ["few-01-seed-1", "few-02-seed-1"]) {
        const at = (data: string, path: string) =>
          Deno.readFile(join(data, "runs", run, path));
        for (const name of ["weights.bin", "learner.bin", "replay.bin"]) {
          const path = `checkpoints/step-600/${name}`;
          const [mine, theirs] = [await at(here, path), await at(there, path)];
          assert(mine.every((byte, i) => byte === theirs[i]), `${run} ${name}`);
        }
      }
      // Stopped, it has nothing to give back.
      workers[1]!.kill("SIGTERM");
      const two = await ends[1]!;
      assertEquals(two.code, 130);
      assertStringIncludes(two.said, "is finished");
      assertEquals([...Deno.readDirSync(join(root, "two", "worker"))], []);
    } finally {
      for (const worker of workers) {
        try {
          worker.kill("SIGKILL");
        } catch {
          // It has ended already.
        }
      }
      await Promise.all(ends);
    }
  }));

Deno.test("a hostile config starts no program, and reads no file of the worker's", () =>
  inFolder(async (root) => {
    const evil = join(root, "evil.sh");
    const touched = join(root, "touched");
    await Deno.writeTextFile(evil, `#!/bin/sh\ntouch '${touched}'\n`, {
      mode: 0o755,
    });
    const config = await loadConfig(SMOKE, [
      ...["training.steps=300", "evaluation.every=300"],
      ...["evaluation.episodes=2", "evaluation.finalEpisodes=2"],
      ...["evaluation.maxScore=45", `browser.path=${evil}`],
      `notify.command=[${evil}]`,
    ]);
    const objects = new Map<string, Uint8Array>();
    const store = {
      info: (name: string) => Promise.resolve(objects.get(name) ?? null),
      putBlob: ({ name }: { name: string }, bytes: Uint8Array) =>
        Promise.resolve(objects.set(name, bytes)),
      getBlob: (name: string) => Promise.resolve(objects.get(name)),
      delete: (name: string) => Promise.resolve(objects.delete(name)),
    };
    const state = { files: {}, evaluations: [], steps: 0 };
    const context = {
      claim: {
        state,
        write: (change: object) =>
          Promise.resolve(Object.assign(state, change)),
      },
      files: { store, job: "j" },
      signal: new AbortController().signal,
    } as unknown as Parameters<Execute>[1];
    const execute = jobExecutor(root);
    const job: TrainingJob = {
      ...{ set: "s", id: "j", kind: "training", run: "r", seed: 1, files: {} },
      config: { ...config, extends: evil },
    };
    assertEquals(await execute(job, context), { state: "finished" });
    assertEquals([state.steps, state.evaluations.length], [300, 1]);
    const path = "checkpoints/step-300/weights.bin";
    assert(path in state.files);
    assertEquals([...Deno.readDirSync(root)].map(({ name }) => name), [
      "evil.sh",
    ]);

    // A snapshot, too, may have been made by somebody else.
    const files = { store, job: "j" } as unknown as JobFiles;
    const text = `extends: ${evil}\n`;
    state.files = {
      ...state.files,
      "config.yaml": await storeBytes(files, new TextEncoder().encode(text)),
    };
    await assertRejects(
      () => execute(job, context),
      DinoDqnError,
      "the run's config extends another one",
    );
  }));
