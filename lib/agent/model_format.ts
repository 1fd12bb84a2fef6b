/**
 * A network and its weights as the two files of a TensorFlow.js layers model,
 * which `tf.loadLayersModel` of any tfjs program loads: `model.json` and
 * `weights.bin`. The model takes pixels, [batch, 80, 80, 4] from 0 to 255, and
 * gives Q-values, [batch, actions]; those of several members are averaged by a
 * layer of their own.
 *
 * Pixels become 0 to 1 in a layer that only newer ones know (3.21 does, 3.9 does
 * not); {@linkcode portableModel} is for all of them from 2.0 on.
 *
 * A dueling head is made of standard layers: Q = V + A - mean(A) is V + A C
 * with C = I - 1/n, a dense layer of fixed weights. Both streams so keep the
 * very weights that were trained.
 */
import { z } from "zod";
import { joined } from "../bytes.ts";
import { CheckpointError } from "../errors.ts";
import { elements } from "../tensorflow/mod.ts";
import {
  checkWeights,
  type Member,
  type Network,
  type ResolvedLayer,
} from "./network.ts";
import type { NamedTensor } from "./types.ts";

/** What is said of stored tensors. */
const specsSchema = z.array(
  z.object({ name: z.string(), shape: z.array(z.int().nonnegative()) }),
);

/** The files of a saved model. */
export interface ModelFiles {
  /** `model.json`: layers, and the names and shapes of the weights. */
  model: string;
  /** `weights.bin`: float32, little-endian, in the order of `model.json`. */
  weights: Uint8Array<ArrayBuffer>;
}

/** Pixels come as 0 to 255; the first layer makes them 0 to 1. */
const PIXEL_SCALE = 1 / 255;

/** Name of the layer that does it. */
const SCALE = "scale";

/** End of a layer's name, which has fixed weights and subtracts mean(A). */
const CENTRE = "centre";

/** A layer in the JSON of Keras. */
interface KerasLayer {
  name: string;
  class_name: string;
  config: Record<string, unknown>;
  /** One list of [layer, node, tensor, {}] per input, or none at all. */
  inbound_nodes: [string, number, number, Record<string, never>][][];
}

/**
 * Writes a network's weights as the files of a tfjs layers model.
 *
 * @param weights one per entry of `network.weights`, in that order
 * @throws CheckpointError if they do not fit the network
 */
export const encodeModel = (
  network: Network,
  weights: readonly NamedTensor[],
): ModelFiles => modelFiles(network, weights, false);

/**
 * The same for every TensorFlow.js from 2.0 on. Pixels are scaled by a depthwise
 * convolution of fixed weights, one number each: the same product, so Q-values
 * keep every bit. In the first kernel 1/255 would round each of its weights, and
 * the agent would not come back as it was trained.
 */
export const portableModel = (
  network: Network,
  weights: readonly NamedTensor[],
): ModelFiles => modelFiles(network, weights, true);

function modelFiles(
  network: Network,
  weights: readonly NamedTensor[],
  portable: boolean,
): ModelFiles {
  checkWeights(network, weights, "weights to be saved");
  const tensors = [
    ...weights,
    ...centres(network),
    ...(portable ? [scales(network)] : []),
  ];
  const model = {
    format: "layers-model",
    generatedBy: "dino-dqn",
    convertedBy: null,
    modelTopology: modelTopology(network, portable),
    weightsManifest: [{
      paths: ["weights.bin"],
      weights: tensors.map(({ name, shape }) => ({
        name,
        shape,
        dtype: "float32",
      })),
    }],
  };
  return {
    model: JSON.stringify(model, null, 1) + "\n",
    weights: encodeTensors(tensors),
  };
}

/**
 * Reads what {@linkcode encodeModel} or {@linkcode portableModel} wrote, bit for
 * bit.
 *
 * @returns one tensor per entry of `network.weights`, in that order
 * @throws CheckpointError if the files are damaged or of another network
 */
export function decodeModel(
  network: Network,
  files: { model: string; weights: Uint8Array },
): NamedTensor[] {
  let specs: unknown;
  try {
    specs = JSON.parse(files.model).weightsManifest
      .flatMap((group: { weights: unknown[] }) => group.weights);
  } catch (cause) {
    throw new CheckpointError("model.json is not a tfjs layers model", {
      cause,
    });
  }
  const fixed = [...centres(network), scales(network)];
  const names = new Set(fixed.map(({ name }) => name));
  const tensors = decodeTensors(specs, files.weights)
    .filter(({ name }) => !names.has(name));
  checkWeights(network, tensors, "weights of model.json");
  return tensors;
}

/** The most bytes that the weights of a network's model have, however written. */
export function largestModel(network: Network): number {
  const fixed = [...centres(network), scales(network)];
  return 4 * [...network.weights, ...fixed]
    .reduce((sum, { shape }) => sum + elements(shape), 0);
}

/** Tensors one behind the other: float32, little-endian. */
export function encodeTensors(
  tensors: NamedTensor[],
): Uint8Array<ArrayBuffer> {
  return joined(
    tensors.map(({ data: { buffer, byteOffset, byteLength } }) =>
      new Uint8Array(buffer, byteOffset, byteLength)
    ),
  );
}

/**
 * Reads tensors that {@linkcode encodeTensors} wrote.
 *
 * @param described their names and shapes, as they were stored
 * @throws CheckpointError if these are none, or there are not exactly as many
 * bytes as the tensors have
 */
export function decodeTensors(
  described: unknown,
  bytes: Uint8Array,
): NamedTensor[] {
  const { data: specs } = specsSchema.safeParse(described);
  if (!specs) {
    throw new CheckpointError(
      "The names and shapes of the stored weights are not as this program " +
        "writes them",
    );
  }
  const expected = 4 *
    specs.reduce((sum, { shape }) => sum + elements(shape), 0);
  if (bytes.length !== expected) {
    throw new CheckpointError(
      `The stored weights have ${bytes.length} bytes, but their description has ${expected}`,
    );
  }
  let offset = 0;
  return specs.map(({ name, shape }) => {
    const data = new Float32Array(elements(shape));
    const end = offset + data.byteLength;
    new Uint8Array(data.buffer).set(bytes.subarray(offset, end));
    offset = end;
    return { name, shape: [...shape], data };
  });
}

/** Weights of a portable model that are never trained: each channel's factor. */
function scales({ inputShape: [, , channels] }: Network): NamedTensor {
  return {
    name: `${SCALE}/depthwise_kernel`,
    shape: [1, 1, channels, 1],
    data: new Float32Array(channels).fill(PIXEL_SCALE),
  };
}

/** Those of a dueling model. */
function centres(network: Network): NamedTensor[] {
  if (!network.dueling) return [];
  const n = network.actions;
  const data = Float32Array.from(
    { length: n * n },
    (_, i) => (i % (n + 1) === 0 ? 1 : 0) - 1 / n,
  );
  return network.members.map(({ prefix }) => ({
    name: `${prefix}${CENTRE}/kernel`,
    shape: [n, n],
    data,
  }));
}

/** Name of the layer that gives a member's Q-values. */
export const outputLayer = ({ prefix, outputs }: Member): string =>
  outputs.length > 1 ? `${prefix}q` : outputs[0]!.name;

/** The network as a Keras functional model. */
function modelTopology(
  network: Network,
  portable: boolean,
): Record<string, unknown> {
  const layers: KerasLayer[] = [];
  const add: AddLayer = (class_name, name, config, inputs) => {
    layers.push({
      name,
      class_name,
      config: { name, trainable: true, ...config },
      inbound_nodes: inputs.length === 0
        ? []
        : [inputs.map((input) => [input, 0, 0, {}])],
    });
    return name;
  };
  add("InputLayer", "pixels", {
    batch_input_shape: [null, ...network.inputShape],
    dtype: "float32",
    sparse: false,
  }, []);
  const [scaling, config] = portable
    ? ["DepthwiseConv2D", {
      kernel_size: [1, 1],
      depth_multiplier: 1,
      ...{ strides: [1, 1], padding: "valid" },
      ...{ activation: "linear", use_bias: false, trainable: false },
    }] as const
    : ["Rescaling", { scale: PIXEL_SCALE, offset: 0 }] as const;
  const scale = add(scaling, SCALE, config, ["pixels"]);
  const outputs = network.members.map((member) =>
    addMember(add, member, scale)
  );
  const output = outputs.length > 1
    ? add("Average", "mean", {}, outputs)
    : outputs[0]!;
  return {
    class_name: "Model",
    config: {
      name: "dino_dqn",
      layers,
      input_layers: [["pixels", 0, 0]],
      output_layers: [[output, 0, 0]],
    },
    keras_version: "tfjs-layers 4.22.0",
    backend: "tensor_flow.js",
  };
}

/** Adds a layer; gives its name back. */
type AddLayer = (
  className: string,
  name: string,
  config: Record<string, unknown>,
  inputs: string[],
) => string;

/** Adds a member's layers; gives the name of the last one, its Q-values, back. */
function addMember(add: AddLayer, member: Member, pixels: string): string {
  const { prefix, hidden, outputs } = member;
  let last = pixels;
  let flat = false;
  const flatten = () => {
    if (!flat) last = add("Flatten", `${prefix}flatten`, {}, [last]);
    flat = true;
  };
  for (const layer of hidden) {
    if (layer.type === "dense") {
      flatten();
      last = add("Dense", layer.name, dense(layer, "relu"), [last]);
      continue;
    }
    const { name, kernel, stride, padding, pool } = layer;
    last = add("Conv2D", name, {
      filters: kernel.shape[3],
      kernel_size: kernel.shape.slice(0, 2),
      strides: [stride, stride],
      padding,
      activation: pool > 1 ? "linear" : "relu",
      use_bias: true,
    }, [last]);
    if (pool > 1) {
      last = add("MaxPooling2D", `${name}_pool`, {
        pool_size: [pool, pool],
        strides: [pool, pool],
        padding: "valid",
      }, [last]);
      last = add("Activation", `${name}_relu`, { activation: "relu" }, [last]);
    }
  }
  flatten();
  const [output, advantage] = outputs.map((layer) => ({
    name: add("Dense", layer.name, dense(layer, "linear"), [last]),
    units: layer.outputShape[0],
  }));
  if (!advantage) return output!.name;
  const centred = add("Dense", `${prefix}${CENTRE}`, {
    units: advantage.units,
    activation: "linear",
    use_bias: false,
    trainable: false,
  }, [advantage.name]);
  return add("Add", outputLayer(member), {}, [output!.name, centred]);
}

const dense = (layer: ResolvedLayer, activation: "relu" | "linear") => ({
  units: layer.kernel.shape[1],
  activation,
  use_bias: true,
});
