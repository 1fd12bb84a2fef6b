/**
 * Networks as data: a list of hidden layers becomes a list of weights with
 * their shapes, which both engines build from.
 */
import type { Layers, NetworkConfig } from "../config/mod.ts";
import { CheckpointError, ConfigError } from "../errors.ts";
import { points } from "../text.ts";
import { elements } from "../tensorflow/mod.ts";
import type { NamedTensor } from "./types.ts";

/** A weight tensor of the network: `conv1/kernel`, `output/bias`, … */
export interface WeightSpec {
  name: string;
  shape: number[];
}

/** A layer with everything resolved. ReLU follows each but the outputs. */
export type ResolvedLayer =
  & {
    name: string;
    /** Shape that goes out, batch excluded; the input's is [80, 80, 4]. */
    outputShape: number[];
    kernel: WeightSpec;
    bias: WeightSpec;
  }
  & (
    | {
      type: "conv2d";
      stride: number;
      padding: "same" | "valid";
      /** Window and stride of the max pooling after the convolution, or 1. */
      pool: number;
    }
    | { type: "dense" }
  );

/**
 * One Q-network: hidden layers, then one output layer of Q-values, or, when
 * dueling, two: a value [1] and advantages [actions], joined as
 * Q = V + A - mean(A) (Wang et al. 2016, equation 9).
 */
export interface Member {
  /** What the names of its layers begin with; empty when it is the only one. */
  prefix: string;
  hidden: ResolvedLayer[];
  outputs: ResolvedLayer[];
}

/**
 * The agent's network: one Q-network, or several alike that share nothing, of
 * whose Q-values the mean counts (an ensemble).
 */
export interface Network {
  inputShape: [number, number, number];
  actions: number;
  members: Member[];
  dueling: boolean;
  /** Every weight, member after member, in the order in which they are stored. */
  weights: WeightSpec[];
  parameters: number;
}

const conv = (filters: number, kernel: number, stride: number, pool?: number) =>
  ({
    type: "conv2d",
    filters,
    kernel,
    stride,
    padding: "same",
    ...(pool && { pool }),
  }) as const;
const dense = (units: number) => ({ type: "dense", units }) as const;

/** The networks that a config may name. */
const NETWORKS: Record<
  Extract<NetworkConfig["layers"], string>,
  Layers
> = {
  /** The 2018 tutorial's, with its pooling. */
  tutorial: [
    conv(32, 8, 4, 2),
    conv(64, 4, 2, 2),
    conv(64, 3, 1, 2),
    dense(512),
  ],
  /** The same author's earlier network. */
  "tutorial-no-pooling": [
    conv(32, 8, 4),
    conv(64, 4, 2),
    conv(64, 3, 1),
    dense(512),
  ],
  /** Mnih et al. 2013, "Playing Atari with Deep Reinforcement Learning". */
  nips: [
    { ...conv(16, 8, 4), padding: "valid" },
    { ...conv(32, 4, 2), padding: "valid" },
    dense(256),
  ],
  /** Mnih et al. 2015, "Human-level control through deep reinforcement learning". */
  nature: [
    { ...conv(32, 8, 4), padding: "valid" },
    { ...conv(64, 4, 2), padding: "valid" },
    { ...conv(64, 3, 1), padding: "valid" },
    dense(512),
  ],
};

/** Weights of 4 bytes in one array of JavaScript, with room to spare. */
const MOST_PARAMETERS = 500_000_000;

/** Size after a window of `kernel` moves over `size` in steps of `stride`. */
function slidingSize(
  size: number,
  kernel: number,
  stride: number,
  padding: "same" | "valid",
): number {
  return padding === "same"
    ? Math.ceil(size / stride)
    : Math.floor((size - kernel) / stride) + 1;
}

/**
 * Resolves a network's layers to shapes and weights.
 *
 * @param config the network
 * @param actions number of Q-values
 * @param inputShape height, width, channels
 * @throws ConfigError when a layer does not fit the one before it, or nothing can
 * hold them
 */
export function resolveNetwork(
  config: NetworkConfig,
  actions: number,
  inputShape: [number, number, number] = [80, 80, 4],
): Network {
  const layers: Layers = typeof config.layers === "string"
    ? NETWORKS[config.layers]
    : config.layers;
  const members = Array.from(
    { length: config.members },
    (_, i) =>
      resolveMember(layers, {
        ...{ actions, inputShape, dueling: config.dueling },
        prefix: config.members > 1 ? `member${i + 1}_` : "",
      }),
  );
  const weights = members
    .flatMap(({ hidden, outputs }) => [...hidden, ...outputs])
    .flatMap(({ kernel, bias }) => [kernel, bias]);
  const parameters = weights.reduce((sum, w) => sum + elements(w.shape), 0);
  if (parameters > MOST_PARAMETERS) {
    throw new ConfigError(
      `network.layers: the network would have ${points(parameters)} ` +
        `parameters, more than the ${points(MOST_PARAMETERS)} that can be held`,
    );
  }
  const { dueling } = config;
  return { inputShape, actions, members, dueling, weights, parameters };
}

function resolveMember(layers: Layers, options: {
  actions: number;
  inputShape: number[];
  dueling: boolean;
  prefix: string;
}): Member {
  const { actions, inputShape, dueling, prefix } = options;
  let shape = inputShape;
  const counts = { conv2d: 0, dense: 0 };
  const hidden = layers.map((layer): ResolvedLayer => {
    const number = ++counts[layer.type];
    const name = `${prefix}${
      layer.type === "conv2d" ? "conv" : "dense"
    }${number}`;
    const before = shape;
    if (layer.type === "dense") {
      shape = [layer.units];
      return denseLayer(name, before, layer.units);
    }
    if (before.length !== 3) {
      throw new ConfigError(
        `network.layers: ${name} comes after a dense layer; put convolutions first`,
      );
    }
    const [height, width, channels] = before as [number, number, number];
    const pool = layer.pool ?? 1;
    shape = [
      ...[height, width].map((size) =>
        Math.floor(
          slidingSize(size, layer.kernel, layer.stride, layer.padding) / pool,
        )
      ),
      layer.filters,
    ];
    if (shape.some((size) => size < 1)) {
      throw new ConfigError(
        `network.layers: ${name} does not fit: its input is ${
          before.join("x")
        }, ` +
          `nothing is left of it after kernel ${layer.kernel}, stride ${layer.stride} and pooling ${pool}`,
      );
    }
    return {
      type: "conv2d",
      name,
      outputShape: shape,
      kernel: {
        name: `${name}/kernel`,
        shape: [layer.kernel, layer.kernel, channels, layer.filters],
      },
      bias: { name: `${name}/bias`, shape: [layer.filters] },
      stride: layer.stride,
      padding: layer.padding,
      pool,
    };
  });
  const output = (name: string, units: number) =>
    denseLayer(prefix + name, shape, units);
  const outputs = dueling
    ? [output("value", 1), output("advantage", actions)]
    : [output("output", actions)];
  return { prefix, hidden, outputs };
}

function denseLayer(
  name: string,
  inputShape: number[],
  units: number,
): ResolvedLayer {
  return {
    type: "dense",
    name,
    outputShape: [units],
    kernel: { name: `${name}/kernel`, shape: [elements(inputShape), units] },
    bias: { name: `${name}/bias`, shape: [units] },
  };
}

/**
 * What belongs to each weight, by member.
 *
 * @param members how many there are
 * @param ofWeights in the order of `network.weights`: member after member
 */
export function membersParts<T>(
  members: number,
  ofWeights: readonly T[],
): T[][] {
  const size = ofWeights.length / members;
  return Array.from(
    { length: members },
    (_, i) => ofWeights.slice(i * size, (i + 1) * size),
  );
}

/**
 * @param network the network that the tensors are for
 * @param tensors one per entry of `network.weights`, in that order
 * @param what the tensors are, for the error's message: "target weights"
 * @throws CheckpointError if a tensor's name, shape or length does not fit
 */
export function checkWeights(
  network: Network,
  tensors: readonly NamedTensor[],
  what: string,
): void {
  const describe = (tensor: WeightSpec | undefined) =>
    tensor ? `${tensor.name} [${tensor.shape.join(", ")}]` : "nothing";
  const count = Math.max(network.weights.length, tensors.length);
  for (let i = 0; i < count; i++) {
    const expected = describe(network.weights[i]);
    const found = describe(tensors[i]);
    if (expected !== found) {
      throw new CheckpointError(
        `The ${what} do not fit the network: expected ${expected}, but found ` +
          `${found}. Use the config that they were trained with`,
      );
    }
    const { name, shape, data } = tensors[i]!;
    if (data.length !== elements(shape)) {
      throw new CheckpointError(
        `The ${what} are damaged: ${name} has ${data.length} numbers, but ` +
          `its shape [${shape.join(", ")}] needs ${elements(shape)}`,
      );
    }
  }
}
