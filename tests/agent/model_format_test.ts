import { assertEquals, assertLess, assertThrows } from "@std/assert";
import * as tf from "@tensorflow/tfjs";
import { createGraphLearner } from "../../lib/agent/graph_learner.ts";
import { initialWeights } from "../../lib/agent/initialise.ts";
import {
  decodeModel,
  encodeModel,
  type ModelFiles,
  portableModel,
} from "../../lib/agent/model_format.ts";
import { type Network, resolveNetwork } from "../../lib/agent/network.ts";
import type { NamedTensor } from "../../lib/agent/types.ts";
import { OBSERVATION_BYTES } from "../../lib/constants.ts";
import { CheckpointError } from "../../lib/errors.ts";
import { Random } from "../../lib/random.ts";
import { inFolder } from "../folder.ts";
import { LEARNER, smallNetwork } from "./learners.ts";

/** Weights with biases that are not 0 either. */
function randomWeights(network: Network): NamedTensor[] {
  const random = new Random(12);
  return initialWeights(network, random).map((tensor) => ({
    ...tensor,
    data: tensor.data.map((x) => x + 0.01 * random.normal()),
  }));
}

/** Loads the two files from disk, with plain tfjs. */
async function loadPlain(files: ModelFiles): Promise<tf.LayersModel> {
  return await inFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/model.json`, files.model);
    await Deno.writeFile(`${folder}/weights.bin`, files.weights);
    const url = new URL(`file://${folder}/model.json`).href;
    return await tf.loadLayersModel(
      tf.io.http(url, { fetchFunc: fetch }),
    );
  });
}

for (
  const { name, network } of [
    {
      name: "the tutorial's network",
      network: resolveNetwork({
        layers: "tutorial",
        dueling: false,
        members: 1,
      }, 2),
    },
    { name: "a dueling network", network: smallNetwork({ dueling: true }) },
    { name: "an ensemble", network: smallNetwork({ members: 3 }) },
    {
      name: "a dueling ensemble",
      network: smallNetwork({ dueling: true, members: 2 }),
    },
    {
      name: "a network without convolutions",
      network: resolveNetwork({
        layers: [{ type: "dense", units: 4 }, { type: "dense", units: 3 }],
        dueling: false,
        members: 1,
      }, 2),
    },
  ]
) {
  Deno.test(`encodeModel(): ${name} predicts the same in plain tfjs on the CPU`, async () => {
    const weights = randomWeights(network);
    using learner = createGraphLearner(network, LEARNER, weights);
    const count = 3;
    const random = new Random(8);
    const pixels = Uint8Array.from(
      { length: count * OBSERVATION_BYTES },
      () => random.integer(256),
    );
    const expected = await learner.qValues(pixels, count);

    await tf.setBackend("cpu");
    const input = tf.tensor4d(pixels, [count, 80, 80, 4], "int32");
    const predicted = async (files: ModelFiles) => {
      const model = await loadPlain(files);
      const output = model.predict(input) as tf.Tensor;
      assertEquals(output.shape, [count, network.actions]);
      const q = await output.data();
      output.dispose();
      model.dispose();
      return q;
    };
    const found = await predicted(encodeModel(network, weights));
    const scale = Math.max(...expected.map(Math.abs));
    expected.forEach((q, i) =>
      assertLess(Math.abs(q - found[i]!), 1e-4 * scale)
    );
    // Every bit.
    assertEquals(await predicted(portableModel(network, weights)), found);
    input.dispose();
  });

  Deno.test(`decodeModel(): ${name} comes back bit for bit`, () => {
    const weights = randomWeights(network);
    for (const encode of [encodeModel, portableModel]) {
      assertEquals(decodeModel(network, encode(network, weights)), weights);
    }
  });
}

Deno.test("decodeModel() refuses damaged files and those of another network", () => {
  const network = smallNetwork();
  const files = encodeModel(network, randomWeights(network));
  assertThrows(
    () =>
      decodeModel(network, { ...files, weights: files.weights.subarray(4) }),
    CheckpointError,
    "bytes",
  );
  assertThrows(
    () => decodeModel(network, { ...files, model: "{" }),
    CheckpointError,
    "model.json is not a tfjs layers model",
  );
  assertThrows(
    () => decodeModel(network, { ...files, model: "{}" }),
    CheckpointError,
    "model.json is not a tfjs layers model",
  );
  assertThrows(
    () => decodeModel(smallNetwork({ dueling: true }), files),
    CheckpointError,
    "expected value/kernel [32, 1], but found output/kernel [32, 3]",
  );
});
