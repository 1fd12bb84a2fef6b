/**
 * Real trainings and games by workers that are killed:
 *
 *     deno run -A tests/soak/cluster_sweep.ts [KILLS] [SERVER_KILLS]
 *
 * 32 games by four workers must give the figures of one machine. Six trainings
 * of the smoke config by three workers, of which one that is at work is killed
 * now and then (10 times), and the server twice, must end as a local sweep's do:
 * `results.json` but for its minutes, and every file of every checkpoint.
 */
import { assertEquals } from "@std/assert";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { answer } from "../../lib/cli/mod.ts";
import { listWorkers, openBus } from "../../lib/cluster/mod.ts";
import { Random } from "../../lib/random.ts";
import { sleep } from "../../lib/time.ts";
import { NatsServer } from "../cluster/nats.ts";
import { inFolder } from "../folder.ts";

const [kills = 10, serverKills = 2] = Deno.args.map(Number);
const at = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const SWEEP = `config: ${JSON.stringify(at("../../configs/smoke.yaml"))}
seeds: [1, 2]
parallel: 2
keys:
  learner.nStep: [1, 3, 5]
  learner.threads: 1
`;
const GAMES = [
  ...["eval", "pretrained/accelerating", "--episodes", "32"],
  ...["--max-score", "1500", "--no-baselines", "--json"],
];
Deno.env.set("DINO_NATS_SILENCE", "10");
const random = new Random(1);

const start = (data: string, ...args: string[]): Deno.ChildProcess =>
  new Deno.Command(Deno.execPath(), {
    args: ["run", "--allow-all", at("../../main.ts"), ...args],
    env: { DINO_DATA: data },
    ...{ stdin: "null", stdout: "piped", stderr: "inherit" },
  }).spawn();

async function answerOf(command: Deno.ChildProcess): Promise<string> {
  const { code, stdout } = await command.output();
  assertEquals(code, 0);
  return new TextDecoder().decode(stdout);
}

/** A table without the seconds that it took. */
const timeless = (text: string) =>
  text.replaceAll(/"minutes": [\d.]+/g, '"minutes"');

await inFolder(async (root) => {
  await using server = await NatsServer.start(["-js", "-sd", join(root, "s")]);
  const nats = ["--nats", server.url];
  const [here, there] = [join(root, "here"), join(root, "there")];
  const file = join(root, "few.yaml");
  await Deno.writeTextFile(file, SWEEP);
  let running = true;
  const workers = new Map<string, Deno.ChildProcess>();
  const keepAlive = async (name: string) => {
    while (running) {
      const worker = start(
        join(root, name),
        ...["worker", ...nats, "--slots", "1", "--name", name],
      );
      workers.set(name, worker);
      await worker.output();
    }
  };
  const alive = ["one", "two", "three"].map(keepAlive);
  const fourth = start(
    join(root, "four"),
    ...["worker", ...nats, "--slots", "1", "--name", "four"],
  );
  const fourthEnd = fourth.output();
  const bus = await openBus(server.url);
  while ((await listWorkers(bus)).length < 4) await sleep(500);

  const split = await answerOf(start(there, ...GAMES, ...nats, "--part", "8"));
  fourth.kill("SIGTERM");
  await fourthEnd;
  assertEquals(split, await answerOf(start(here, ...GAMES)));
  answer("32 games of four workers: every figure is that of one machine");

  const together = answerOf(start(there, "sweep", file, "--json", ...nats));
  const counts = { workers: 0, server: 0 };
  let over = false;
  const ended = together.finally(() => over = true);
  ended.catch(() => {});
  while (!over && counts.workers < kills) {
    await sleep(2000 + random.integer(4000));
    const busy = (await listWorkers(bus)).filter(({ jobs }) => jobs.length > 0);
    const victim = busy[random.integer(busy.length || 1)];
    if (!victim) continue;
    const state = (await bus.jobs.get(victim.jobs[0]!.job))
      ?.json<{ deaths: number }>();
    // Not one that would be given up: that is another test.
    if (!state || state.deaths >= 2) continue;
    workers.get(victim.name)!.kill("SIGKILL");
    counts.workers++;
    answer(`killed ${victim.name} with ${victim.jobs[0]!.job}`);
    if (counts.server < serverKills && counts.workers % 3 === 0) {
      await server.kill();
      await sleep(3000);
      await server.start();
      counts.server++;
    }
  }
  const results = await ended;
  answer(
    `killed: ${counts.workers} workers, the server ${counts.server} times`,
  );
  running = false;
  for (const worker of workers.values()) worker.kill("SIGKILL");
  await Promise.all(alive);
  const alone = await answerOf(start(here, "sweep", file, "--json"));
  assertEquals(timeless(results), timeless(alone));
  const read = (data: string) =>
    Deno.readTextFile(join(data, "sweeps/few/results.json"));
  assertEquals(timeless(await read(there)), timeless(await read(here)));
  let files = 0;
  for (
    const { run } of JSON.parse(alone).settings.flatMap(
      ({ trials }: { trials: { run: string }[] }) => trials,
    )
  ) {
    const folder = join("runs", run, "checkpoints");
    for (const step of Deno.readDirSync(join(here, folder))) {
      for (const name of ["weights.bin", "learner.bin", "replay.bin"]) {
        const path = join(folder, step.name, name);
        const [mine, theirs] = await Promise.all(
          [here, there].map((data) => Deno.readFile(join(data, path))),
        );
        assertEquals(mine!.length, theirs!.length, path);
        if (mine!.some((byte, i) => byte !== theirs![i])) {
          throw new Error(`${path} differs`);
        }
        files++;
      }
    }
  }
  answer(`results.json is equal, and ${files} files of checkpoints, each byte`);
  await bus.nc.close();
});
