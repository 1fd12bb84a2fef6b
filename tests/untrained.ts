/** Agents that have learned nothing. */
import {
  encodeModel,
  initialWeights,
  resolveNetwork,
} from "../lib/agent/mod.ts";
import { findAgent } from "../lib/agents/mod.ts";
import { configToYaml, loadConfig } from "../lib/config/mod.ts";
import { Random } from "../lib/random.ts";
import { replaceFolder } from "../lib/system/mod.ts";

/** Writes an agent of the default config into a folder, and finds it there. */
export async function untrainedAgent(folder: string) {
  const config = await loadConfig();
  const network = resolveNetwork(config.network, config.game.actions);
  const initial = initialWeights(network, new Random(5));
  const { model, weights } = encodeModel(network, initial);
  await replaceFolder(folder, {
    ...{ "model.json": model, "weights.bin": weights },
    "config.yaml": configToYaml(config),
  });
  return { agent: await findAgent(folder), network, initial };
}
