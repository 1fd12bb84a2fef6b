import type { LearnerConfig } from "../config/mod.ts";
import {
  chooseDevice,
  choosePrecision,
  chooseThreads,
  type Device,
  GraphBuilder,
  type Precision,
  type Run,
  type RunSpec,
  Session,
  type SessionOptions,
  Tensor,
  type Threads,
  usesXla,
  type Variable,
} from "../tensorflow/mod.ts";
import { adamStep } from "./adam.ts";
import { checkLoss } from "./checks.ts";
import { GraphPlayer } from "./graph_player.ts";
import { buildUpdates } from "./graph_updates.ts";
import { assignAll, prepareAssign } from "./graph_variables.ts";
import { fittingSets, initialState } from "./learner_state.ts";
import { checkWeights, type Network } from "./network.ts";
import type {
  Batch,
  Learner,
  LearnerState,
  NamedTensor,
  UpdateResult,
  WeightSet,
} from "./types.ts";
import { eachSet } from "./weight_sets.ts";

/**
 * A learner whose network and update are one TensorFlow graph, built once and
 * run with one call per update.
 *
 * @param network the Q-network
 * @param config how it learns
 * @param initial the weights to start from, in the order of `network.weights`
 * @throws CheckpointError if `initial` does not fit the network
 * @throws TensorFlowNotFoundError if there is no TensorFlow, or no GPU where
 * the config asks for one
 */
export function createGraphLearner(
  network: Network,
  config: LearnerConfig,
  initial: readonly NamedTensor[],
): Learner {
  return new GraphLearner(network, config, initial);
}

/**
 * What an update is fed: a batch, then Adam's two numbers. Of several updates in
 * one run each along a first axis, then the first that is made and the end.
 */
function allocateInputs(
  network: Network,
  { batchSize, updatesPerRun, teacher }: LearnerConfig,
) {
  const several = updatesPerRun > 1;
  const all = several ? [updatesPerRun] : [];
  const observations = [...all, batchSize, ...network.inputShape];
  const each = [...all, batchSize];
  return {
    observations: Tensor.zeros("uint8", observations),
    nextObservations: Tensor.zeros("uint8", observations),
    actions: Tensor.zeros("int32", each),
    returns: Tensor.zeros("float32", each),
    discounts: Tensor.zeros("float32", each),
    weights: Tensor.zeros("float32", each),
    ...(teacher !== null && {
      teacherQ: Tensor.zeros("float32", [...each, network.actions]),
    }),
    stepSize: Tensor.zeros("float32", all),
    epsilonHat: Tensor.zeros("float32", all),
    ...(several && {
      begin: Tensor.zeros("int32", []),
      end: Tensor.zeros("int32", []),
    }),
  };
}

/** The batches that the inputs show, one for each update. */
function batchesOf(
  inputs: ReturnType<typeof allocateInputs>,
  { batchSize: size, updatesPerRun }: LearnerConfig,
): Batch[] {
  const part = <T extends Uint8Array | Int32Array | Float32Array>(
    { data }: { data: T },
    k: number,
  ) => {
    const length = data.length / updatesPerRun;
    return data.subarray(k * length, (k + 1) * length) as T;
  };
  return Array.from({ length: updatesPerRun }, (_, k) => ({
    size,
    observations: part(inputs.observations, k),
    nextObservations: part(inputs.nextObservations, k),
    actions: part(inputs.actions, k),
    returns: part(inputs.returns, k),
    discounts: part(inputs.discounts, k),
    weights: part(inputs.weights, k),
    ...(inputs.teacherQ && { teacherQ: part(inputs.teacherQ, k) }),
  }));
}

class GraphLearner implements Learner {
  readonly engine = "graph";
  readonly device: string;
  readonly threads: Threads;
  readonly precision: Precision;
  readonly batch: Batch;
  readonly batches: readonly Batch[];
  readonly #network: Network;
  readonly #config: LearnerConfig;
  readonly #resources: DisposableStack;
  readonly #inputs: ReturnType<typeof allocateInputs>;
  readonly #runs: LearnerRuns;
  #updates = 0;

  constructor(
    network: Network,
    config: LearnerConfig,
    initial: readonly NamedTensor[],
  ) {
    checkWeights(network, initial, "initial weights");
    const device = chooseDevice(config.device);
    this.device = device.description;
    this.threads = chooseThreads(config.threads, device);
    this.precision = choosePrecision(config.precision, device);
    this.#network = network;
    this.#config = config;
    using resources = new DisposableStack();
    const inputs = this.#inputs = allocateInputs(network, config);
    for (const tensor of Object.values(inputs)) resources.use(tensor);
    this.batches = batchesOf(inputs, config);
    this.batch = this.batches[0]!;
    this.#runs = prepareRuns(
      ...[network, config, inputs, device] as const,
      { threads: this.threads, bfloat16: this.precision === "bfloat16" },
      resources,
    );
    this.#assign(initialState([...initial]));
    this.#resources = resources.move();
  }

  get updates(): number {
    return this.#updates;
  }

  async update(learningRate: number): Promise<UpdateResult> {
    return (await this.#learn(1, learningRate))[0]!;
  }

  updateAll(learningRate: number): Promise<UpdateResult[]> {
    return this.#learn(this.batches.length, learningRate);
  }

  /** Updates on the first `count` batches. */
  async #learn(count: number, learningRate: number): Promise<UpdateResult[]> {
    const { adamEpsilon, targetUpdate, batchSize } = this.#config;
    const { stepSize, epsilonHat } = this.#inputs;
    for (let i = 0; i < count; i++) {
      const t = this.#updates + i + 1;
      const step = adamStep(learningRate, adamEpsilon, t);
      stepSize.data[i] = step.stepSize;
      epsilonHat.data[i] = step.epsilonHat;
    }
    const every = "every" in targetUpdate ? targetUpdate.every : Infinity;
    const results: UpdateResult[] = [];
    while (results.length < count) {
      // The target network is copied between two runs.
      const begin = results.length;
      const end = Math.min(count, begin + every - this.#updates % every);
      this.#inputs.begin?.data.fill(begin);
      this.#inputs.end?.data.fill(end);
      const outputs = await this.#runs.update.runAsync(
        Object.values(this.#inputs),
      );
      const [losses, meanQs, tdErrors] = outputs.map(takeFloats);
      for (let i = begin; i < end; i++) {
        checkLoss(losses![i]!, this.#updates + 1);
        this.#updates++;
        results.push({
          loss: losses![i]!,
          meanQ: meanQs![i]!,
          tdErrors: tdErrors!.subarray(i * batchSize, (i + 1) * batchSize),
        });
      }
      if (this.#updates % every === 0) this.#runs.resetTarget.run();
    }
    return results;
  }

  qValues(
    observations: Uint8Array,
    count: number,
    weights: WeightSet = "online",
  ): Promise<Float32Array> {
    return this.#runs.players[weights].qValues(observations, count);
  }

  async getState(): Promise<LearnerState> {
    const values = (await this.#runs.read.runAsync()).map(takeFloats);
    const sets = eachSet(
      this.#config,
      () =>
        this.#network.weights.map(({ name, shape }): NamedTensor => ({
          name,
          shape: [...shape],
          data: values.shift()!,
        })),
    );
    return { updates: this.#updates, sets };
  }

  // deno-lint-ignore require-await
  async setState(state: LearnerState): Promise<void> {
    this.#assign(state);
  }

  #assign(state: LearnerState): void {
    const sets = fittingSets(this.#network, this.#config, state);
    assignAll(this.#runs.assign, Object.values(sets).flat());
    this.#updates = state.updates;
  }

  /** Frees the native memory: `batch` must not be used any more. */
  [Symbol.dispose](): void {
    this.#resources.dispose();
  }
}

/** Copies a fetched tensor's numbers and frees it. */
function takeFloats(tensor: Tensor): Float32Array {
  using owned = tensor;
  return Float32Array.from(owned.data as Float32Array);
}

/** The learner's graph, as what can be done with it. */
interface LearnerRuns {
  /** Takes all inputs; gives losses, mean Q-values and TD errors. */
  update: Run;
  resetTarget: Run;
  players: Record<WeightSet, GraphPlayer>;
  /** Reads, and gives values to, all variables: set after set. */
  read: Run;
  assign: Run;
}

function prepareRuns(
  network: Network,
  config: LearnerConfig,
  inputs: ReturnType<typeof allocateInputs>,
  device: Device,
  options: Pick<SessionOptions, "threads" | "bfloat16">,
  resources: DisposableStack,
): LearnerRuns {
  const g = resources.use(new GraphBuilder());
  const variables = eachSet(
    config,
    (set) =>
      network.weights.map(({ name, shape }) =>
        g.variable(`${set}/${name}`, shape)
      ),
  );
  const { online, target, average } = variables;
  const xla = usesXla(device);
  const update = buildUpdates(
    ...[g, network, config, variables, inputs] as const,
    xla ? device.name : undefined,
  );
  const all = Object.values(variables).flat();
  const gpu = device.type === "GPU";
  const session = resources.use(new Session(g, { gpu, xla, ...options }));
  const prepare = (spec: RunSpec) => resources.use(session.prepare(spec));
  const player = (variables: Variable[]) => {
    const weights = variables.map((variable) => g.read(variable));
    return resources.use(
      new GraphPlayer(g, session, network, weights, device),
    );
  };
  const players = {
    online: player(online),
    evaluation: player(average ?? online),
  };
  return {
    update: prepare(update),
    resetTarget: prepare({
      targets: target.map((w, i) => g.assign(w, g.read(online[i]!))),
    }),
    players,
    read: prepare({ fetches: all.map((variable) => g.read(variable)) }),
    assign: resources.use(prepareAssign(g, session, all)),
  };
}
