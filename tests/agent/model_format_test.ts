import { assertEquals, assertLess, assertThrows } from "@std/assert";
import * as tf from "@tensorflow/tfjs";
import {
  decodeModel,
  encodeModel,
  type ModelFiles,
  portableModel,
} from "../../lib/agent/mod.ts";
import { OBSERVATION_BYTES } from "../../lib/constants.ts";
import { CheckpointError } from "../../lib/errors.ts";
import { Random } from "../../lib/random.ts";
import { inFolder } from "../folder.ts";
import {
  LEARNER,
  learnerOf,
  networkOf,
  randomWeights,
  smallNetwork,
} from "./fixtures.ts";

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

const DENSE = [4, 3].map((units) => ({ type: "dense" as const, units }));

for (
  const [name, network] of [
    ["the tutorial's network", networkOf("tutorial")],
    ["a dueling network", smallNetwork({ dueling: true })],
    ["an ensemble", smallNetwork({ members: 3 })],
    ["a dueling ensemble", smallNetwork({ dueling: true, members: 2 })],
    ["a network without convolutions", networkOf(DENSE)],
  ] as const
) {
  const weights = randomWeights(network, new Random(12));

  Deno.test(`encodeModel(): ${name} predicts the same in plain tfjs on the CPU`, async () => {
    using learner = await learnerOf(network, LEARNER, weights);
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
    for (const encode of [encodeModel, portableModel]) {
      assertEquals(decodeModel(network, encode(network, weights)), weights);
    }
  });
}

/** A model.json that describes its weights so. */
const modelOf = (weights: unknown[]) =>
  JSON.stringify({ weightsManifest: [{ weights }] });

Deno.test("decodeModel() refuses damaged files and those of another network", () => {
  const network = smallNetwork();
  const files = encodeModel(network, randomWeights(network, new Random(1)));
  const weights = files.weights.subarray(4);
  const other = smallNetwork({ dueling: true });
  for (
    const [wrong, of, message] of [
      [{ ...files, weights }, network, "bytes"],
      [{ ...files, model: "{" }, network, "model.json is not a tfjs layers"],
      [{ ...files, model: "{}" }, network, "model.json is not a tfjs layers"],
      [
        files,
        other,
        "expected value/kernel [32, 1], but found output/kernel [32, 3]",
      ],
      ...[[-1], [1.5], [null], "32", null, undefined].map((shape) =>
        [
          { ...files, model: modelOf([{ name: "output/kernel", shape }]) },
          network,
          "names and shapes of the stored weights",
        ] as const
      ),
      [
        { ...files, model: modelOf([null]) },
        network,
        "names and shapes of the stored weights",
      ],
      [
        {
          ...files,
          model: modelOf([{ name: "a", shape: [2 ** 40, 2 ** 40] }]),
        },
        network,
        "their description has",
      ],
    ] as const
  ) {
    assertThrows(() => decodeModel(of, wrong), CheckpointError, message);
  }
});
