/** What a machine's TensorFlow computes, as a hash. */
import { loadConfig } from "../config/mod.ts";
import { Random } from "../random.ts";
import { sha256 } from "../sha256.ts";
import { createLearner } from "./learner.ts";
import { encodeTensors } from "./model_format.ts";
import { resolveNetwork } from "./network.ts";

/** Updates after which other kernels have left other bits everywhere. */
const UPDATES = 5;

/**
 * A hash of the default network's weights after five updates on one thread of
 * the CPU. Where it is equal, trainings and evaluations are equal bit for bit:
 * TensorFlow adds in another order on another kind of CPU, which no version
 * tells.
 *
 * @throws TensorFlowNotFoundError when there is no TensorFlow
 */
export async function numericsHash(): Promise<string> {
  const sets = ["learner.device=cpu", "learner.threads=1"];
  const config = await loadConfig(undefined, sets);
  const network = resolveNetwork(config.network, config.game.actions);
  using learner = await createLearner(config, network, new Random(1));
  const { batch } = learner;
  let pixel = 1;
  for (let update = 0; update < UPDATES; update++) {
    for (const pixels of [batch.observations, batch.nextObservations]) {
      // Marsaglia's xorshift: quicker than a good generator.
      for (let i = 0; i < pixels.length; i++) {
        pixel ^= pixel << 13;
        pixel ^= pixel >>> 17;
        pixel ^= pixel << 5;
        pixels[i] = pixel;
      }
    }
    batch.actions.forEach((_, i) => batch.actions[i] = i % 2);
    for (const ones of [batch.returns, batch.discounts, batch.weights]) {
      ones.fill(1);
    }
    await learner.update(1e-3);
  }
  const { sets: { online } } = await learner.getState();
  return await sha256(encodeTensors(online));
}
