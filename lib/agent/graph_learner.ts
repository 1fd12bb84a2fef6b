import type { LearnerConfig } from "../config/mod.ts";
import {
  chooseDevice,
  chooseThreads,
  type Device,
  GraphBuilder,
  type Output,
  type Run,
  type RunSpec,
  Session,
  Tensor,
  type Threads,
  type Variable,
} from "../tensorflow/mod.ts";
import { adamStep } from "./adam.ts";
import { checkLoss } from "./checks.ts";
import { GraphPlayer } from "./graph_player.ts";
import { buildUpdate } from "./graph_update.ts";
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

/** What an update is fed: a batch, then Adam's two numbers. */
function allocateInputs(network: Network, size: number) {
  const observations = [size, ...network.inputShape];
  return {
    observations: Tensor.zeros("uint8", observations),
    nextObservations: Tensor.zeros("uint8", observations),
    actions: Tensor.zeros("int32", [size]),
    returns: Tensor.zeros("float32", [size]),
    discounts: Tensor.zeros("float32", [size]),
    weights: Tensor.zeros("float32", [size]),
    stepSize: Tensor.zeros("float32", []),
    epsilonHat: Tensor.zeros("float32", []),
  };
}

class GraphLearner implements Learner {
  readonly engine = "graph";
  readonly device: string;
  readonly threads: Threads;
  readonly batch: Batch;
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
    this.#network = network;
    this.#config = config;
    using resources = new DisposableStack();
    const inputs = this.#inputs = allocateInputs(network, config.batchSize);
    for (const tensor of Object.values(inputs)) resources.use(tensor);
    this.batch = {
      size: config.batchSize,
      observations: inputs.observations.data,
      nextObservations: inputs.nextObservations.data,
      actions: inputs.actions.data,
      returns: inputs.returns.data,
      discounts: inputs.discounts.data,
      weights: inputs.weights.data,
    };
    this.#runs = prepareRuns(
      ...[network, config, inputs, device] as const,
      this.threads,
      resources,
    );
    this.#assign(initialState([...initial]));
    this.#resources = resources.move();
  }

  get updates(): number {
    return this.#updates;
  }

  async update(learningRate: number): Promise<UpdateResult> {
    const { adamEpsilon, targetUpdate } = this.#config;
    const number = this.#updates + 1;
    const step = adamStep(learningRate, adamEpsilon, number);
    this.#inputs.stepSize.data[0] = step.stepSize;
    this.#inputs.epsilonHat.data[0] = step.epsilonHat;
    const outputs = await this.#runs.update.runAsync(
      Object.values(this.#inputs),
    );
    const [loss, meanQ, tdErrors] = outputs.map(takeFloats);
    checkLoss(loss![0]!, number);
    this.#updates = number;
    if ("every" in targetUpdate && number % targetUpdate.every === 0) {
      this.#runs.resetTarget.run();
    }
    return { loss: loss![0]!, meanQ: meanQ![0]!, tdErrors: tdErrors! };
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
  threads: Threads,
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
  const fed = Object.fromEntries(
    Object.entries(inputs).map(([name, { dtype, shape }]) => [
      name,
      g.placeholder(dtype, shape, name),
    ]),
  ) as Record<keyof typeof inputs, Output>;
  const update = buildUpdate(g, network, config, variables, fed);

  const all = Object.values(variables).flat();
  const gpu = device.type === "GPU";
  const session = resources.use(new Session(g, { gpu, xla: gpu, threads }));
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
    update: prepare({
      feeds: Object.values(fed),
      fetches: [update.loss, update.meanQ, update.tdErrors],
      targets: update.targets,
    }),
    resetTarget: prepare({
      targets: target.map((w, i) => g.assign(w, g.read(online[i]!))),
    }),
    players,
    read: prepare({ fetches: all.map((variable) => g.read(variable)) }),
    assign: resources.use(prepareAssign(g, session, all)),
  };
}
