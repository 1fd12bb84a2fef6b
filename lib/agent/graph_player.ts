/** Q-values by a TensorFlow graph, as a player answers, and a learner. */
import {
  chooseDevice,
  type Device,
  GraphBuilder,
  ONE_THREAD,
  type Output,
  type Run,
  Session,
  Tensor,
  usesXla,
} from "../tensorflow/mod.ts";
import { checkObservations } from "./checks.ts";
import { qNetwork } from "./graph_network.ts";
import { assignAll, prepareAssign } from "./graph_variables.ts";
import { checkWeights, type Network } from "./network.ts";
import type { NamedTensor, Player } from "./types.ts";

/**
 * Matrix products go by blocks of rows (of 6 or 8, by the processor); what is
 * left over is added up in another order, so that a row's result would depend
 * on how many stand beside it. Dense layers therefore get a multiple of so many
 * rows. Convolutions go picture by picture.
 */
const BLOCK_ROWS = 24;

/** A call, and what it was last fed: new memory for each takes time. */
interface Call {
  readonly run: Run;
  inputs: readonly [seen: Tensor<"uint8">, ...Tensor[]] | null;
}

/**
 * Asks some weights of a graph for Q-values. On x86 processors a row's are the
 * same bit for bit wherever it stands, and however many rows there are.
 */
export class GraphPlayer implements Disposable {
  readonly #network: Network;
  /** Whether every new number of rows costs a compilation. */
  readonly #compiled: boolean;
  readonly #prepare: () => Run;
  /** One for each that asked at the same time. */
  readonly #calls: Call[] = [];
  readonly #free: Call[] = [];

  /**
   * Adds the network to the graph.
   *
   * @param session of the graph
   * @param weights in the order of `network.weights`
   * @param device where the session runs
   */
  constructor(
    g: GraphBuilder,
    session: Session,
    network: Network,
    weights: readonly Output[],
    device: Device,
  ) {
    this.#network = network;
    this.#compiled = usesXla(device);
    const seen = g.placeholder("uint8", [-1, ...network.inputShape], "seen");
    const padding = g.placeholder("int32", [2, 2], "padding");
    const q = this.#compiled
      ? qNetwork(g, network, weights, seen)
      : qNetwork(g, network, weights, seen, padding);
    const spec = {
      feeds: this.#compiled ? [seen] : [seen, padding],
      fetches: [g.mean(q, [0])],
    };
    this.#prepare = () => session.prepare(spec);
  }

  /** As {@linkcode Player.qValues}. */
  async qValues(
    observations: Uint8Array,
    count: number,
  ): Promise<Float32Array> {
    const { inputShape, actions } = this.#network;
    const pixels = checkObservations(observations, count, inputShape);
    const rows = this.#compiled
      ? 2 ** Math.ceil(Math.log2(count))
      : Math.max(count, 2); // convolutions of one picture are made otherwise
    const call = this.#free.pop() ?? this.#another();
    const inputs = this.#inputs(call, rows);
    inputs[0].data.set(pixels);
    const [output] = await call.run.runAsync(inputs)
      .finally(() => this.#free.push(call));
    using q = output!;
    return Float32Array.from(
      (q.data as Float32Array).subarray(0, count * actions),
    );
  }

  [Symbol.dispose](): void {
    for (const { run, inputs } of this.#calls) {
      run[Symbol.dispose]();
      for (const input of inputs ?? []) input[Symbol.dispose]();
    }
  }

  #another(): Call {
    const call = { run: this.#prepare(), inputs: null };
    this.#calls.push(call);
    return call;
  }

  /** Of so many rows; those that are not written to hold what they held. */
  #inputs(call: Call, rows: number): NonNullable<Call["inputs"]> {
    if (call.inputs?.[0].shape[0] === rows) return call.inputs;
    for (const input of call.inputs ?? []) input[Symbol.dispose]();
    const seen = Tensor.zeros("uint8", [rows, ...this.#network.inputShape]);
    if (this.#compiled) return call.inputs = [seen];
    const left = Math.ceil(rows / BLOCK_ROWS) * BLOCK_ROWS - rows;
    const padding = Tensor.from("int32", [2, 2], [0, left, 0, 0]);
    return call.inputs = [seen, padding];
  }
}

/**
 * A player whose graph is its network, with weights that never change.
 *
 * @throws CheckpointError if the weights do not fit the network
 * @throws TensorFlowNotFoundError if there is no TensorFlow, or no GPU where
 * one is asked for
 */
export function createGraphPlayer(
  network: Network,
  weights: readonly NamedTensor[],
  wanted: "auto" | "cpu" | "gpu",
): Player {
  checkWeights(network, weights, "weights that play");
  const device = chooseDevice(wanted);
  const gpu = device.type === "GPU";
  using resources = new DisposableStack();
  const g = resources.use(new GraphBuilder());
  // One thread: the others would spin more than they compute.
  const session = resources.use(
    new Session(g, { gpu, xla: usesXla(device), threads: ONE_THREAD }),
  );
  // Not constants: TensorFlow would fold them, and answer in other last bits
  // than the learner that they come from.
  const variables = weights.map(({ name, shape }) => g.variable(name, shape));
  using assign = prepareAssign(g, session, variables);
  assignAll(assign, weights);
  const player = resources.use(
    new GraphPlayer(
      ...[g, session, network] as const,
      variables.map((variable) => g.read(variable)),
      device,
    ),
  );
  const owned = resources.move();
  return {
    engine: "graph",
    device: device.description,
    qValues: (observations, count) => player.qValues(observations, count),
    [Symbol.dispose]: () => owned.dispose(),
  };
}
