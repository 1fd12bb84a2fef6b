import { assertEquals, assertLess } from "@std/assert";
import { loadTfjsNode } from "../../lib/tensorflow/mod.ts";
import { inFolder } from "../folder.ts";

Deno.test("loadTfjsNode trains on the native backend; a saved model predicts the same", async () => {
  const { tf } = await loadTfjsNode({ device: "cpu", threads: 1 });
  assertEquals(tf.getBackend(), "tensorflow");

  const glorot = (seed: number) => tf.initializers.glorotUniform({ seed });
  const model = tf.sequential({
    layers: [
      tf.layers.dense({
        units: 8,
        activation: "relu",
        inputShape: [2],
        kernelInitializer: glorot(1),
      }),
      tf.layers.dense({ units: 1, kernelInitializer: glorot(2) }),
    ],
  });
  model.compile({ optimizer: tf.train.adam(0.05), loss: "meanSquaredError" });
  // y = 2 a - b
  const x = tf.tensor2d([[0, 0], [0, 1], [1, 0], [1, 1]]);
  const y = tf.tensor2d([[0], [-1], [2], [1]]);
  const losses: number[] = [];
  for (let i = 0; i < 100; i++) {
    losses.push(await model.trainOnBatch(x, y) as number);
  }
  assertLess(losses.at(-1)!, losses[0]! / 100);

  const predict = async (m: typeof model) => {
    const prediction = m.predict(x) as ReturnType<typeof tf.tensor2d>;
    return await prediction.data();
  };
  await inFolder(async (folder) => {
    await model.save(`file://${folder}`);
    const loaded = await tf.loadLayersModel(`file://${folder}/model.json`);
    assertEquals(
      await predict(loaded as typeof model),
      await predict(model),
    );
  });
});
