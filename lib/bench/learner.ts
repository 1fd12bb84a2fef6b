/** Speed of the two learners, beside the same update in PyTorch and tf.function. */
import { createLearner, type Learner, resolveNetwork } from "../agent/mod.ts";
import type { Config } from "../config/mod.ts";
import { median } from "../evaluation/mod.ts";
import { Random } from "../random.ts";
import { Peer, type PeerPython } from "./peers.ts";
import { filledMemory } from "./work.ts";

/** What {@linkcode benchLearner} measures, and how often. */
export interface LearnerBenchOptions {
  /** Transitions per update. */
  batches: number[];
  /** Updates of one run of the graph engine; more than 1 at the first batch. */
  updatesPerRun: number[];
  /** Rounds in which each measures in its turn. */
  rounds: number;
  /** Updates, and predictions, per round. */
  repeat: number;
  /** Whom to measure beside the learners. */
  peers: PeerPython[];
}

/** Speed of one engine at one batch size: medians over all rounds. */
export interface LearnerBenchResult {
  engine: Learner["engine"] | Peer["name"];
  batch: number;
  updatesPerRun: number;
  /** Milliseconds of one update. */
  updateMs: number;
  /** Milliseconds of the Q-values of one observation of every game. */
  actMs: number;
}

/** The document of `deno task bench learner --json`. */
export interface LearnerBench {
  /** Where the graph engine computes. */
  device: string;
  /** Observations of one prediction: `env.instances`. */
  games: number;
  parameters: number;
  /** Version of each peer. */
  versions: Record<string, string>;
  results: LearnerBenchResult[];
  /** Milliseconds to draw a batch from the replay memory. */
  sampling: { batch: number; sampleMs: number }[];
}

/** Something to be timed; resolves to the milliseconds of each run. */
interface Candidate
  extends Pick<LearnerBenchResult, "engine" | "batch" | "updatesPerRun"> {
  update(repeat: number): Promise<number[]>;
  act(repeat: number): Promise<number[]>;
  times: { update: number[]; act: number[] };
}

/**
 * Times updates and predictions of all engines in turns, so that what else the
 * machine does falls on all of them alike.
 *
 * @throws what `createLearner` and `Peer.start` throw
 */
export async function benchLearner(
  config: Config,
  options: LearnerBenchOptions,
): Promise<LearnerBench> {
  await using resources = new AsyncDisposableStack();
  const network = resolveNetwork(config.network, config.game.actions);
  const games = config.env.instances;
  const memory = filledMemory(config, network.actions);
  const candidates: Candidate[] = [];
  const graphs: Learner[] = [];
  const add = async (part: Partial<Config["learner"]>) => {
    const learner = resources.use(
      await createLearner(
        { ...config, learner: { ...config.learner, ...part } },
        network,
        new Random(config.seed),
      ),
    );
    const random = new Random(config.seed);
    for (const batch of learner.batches) memory.sample(batch, random);
    candidates.push(ownCandidate(learner, games, config));
    return learner;
  };
  for (const [i, batchSize] of options.batches.entries()) {
    for (const updatesPerRun of options.updatesPerRun) {
      if (i > 0 && updatesPerRun > 1) continue;
      graphs.push(await add({ engine: "graph", batchSize, updatesPerRun }));
    }
    await add({ engine: "eager", batchSize, updatesPerRun: 1 });
  }
  const { device } = graphs[0]!;
  const versions: Record<string, string> = {};
  for (const python of options.peers) {
    const gpu = device !== "CPU";
    const peer = resources.use(
      await Peer.start(python, network, config, gpu),
    );
    versions[peer.name] = peer.version;
    for (const batch of options.batches) {
      candidates.push({
        ...{ engine: peer.name, batch, updatesPerRun: 1 },
        update: (repeat) => peer.time("update", batch, repeat),
        act: (repeat) => peer.time("act", games, repeat),
        times: { update: [], act: [] },
      });
    }
  }
  await measure(candidates, options);

  const random = new Random(config.seed);
  const sampling: LearnerBench["sampling"] = [];
  for (const { batch, batches } of graphs) {
    if (batches.length > 1) continue;
    const draw = () => memory.sample(batch, random);
    const times = await timed(10 * options.rounds * options.repeat, draw);
    sampling.push({ batch: batch.size, sampleMs: median(times) });
  }
  return {
    device,
    games,
    parameters: network.parameters,
    versions,
    results: candidates
      .toSorted((a, b) => a.batch - b.batch)
      .map(({ engine, batch, updatesPerRun, times }) => ({
        ...{ engine, batch, updatesPerRun },
        updateMs: median(times.update),
        actMs: median(times.act),
      })),
    sampling,
  };
}

async function measure(
  candidates: Candidate[],
  { rounds, repeat }: LearnerBenchOptions,
): Promise<void> {
  for (const { update, act } of candidates) {
    await update(repeat);
    await act(repeat);
  }
  for (let round = 0; round < rounds; round++) {
    for (const { update, act, times } of candidates) {
      times.update.push(...await update(repeat));
      times.act.push(...await act(repeat));
    }
  }
}

function ownCandidate(
  learner: Learner,
  games: number,
  { learner: { learningRate } }: Config,
): Candidate {
  const observations = new Uint8Array(
    games * learner.batch.observations.length / learner.batch.size,
  );
  observations.set(
    learner.batch.observations.subarray(0, observations.length),
  );
  const updatesPerRun = learner.batches.length;
  return {
    engine: learner.engine,
    ...{ batch: learner.batch.size, updatesPerRun },
    async update(repeat) {
      const runs = Math.ceil(repeat / updatesPerRun);
      const run = () => learner.updateAll(learningRate);
      return (await timed(runs, run)).map((ms) => ms / updatesPerRun);
    },
    act: (repeat) => timed(repeat, () => learner.qValues(observations, games)),
    times: { update: [], act: [] },
  };
}

/** Milliseconds of each of `repeat` calls, one after the other. */
async function timed(
  repeat: number,
  run: () => unknown,
): Promise<number[]> {
  const milliseconds: number[] = [];
  for (let i = 0; i < repeat; i++) {
    const start = performance.now();
    await run();
    milliseconds.push(performance.now() - start);
  }
  return milliseconds;
}
