/** Beginning a training with an agent's weights. */
import { join } from "node:path";
import type { NamedTensor } from "../agent/mod.ts";
import {
  type Config,
  type Difference,
  differences,
  differenceText,
  displayPath,
} from "../config/mod.ts";
import { UsageError } from "../errors.ts";
import { shellWord } from "../system/mod.ts";
import type { Agent } from "./agent.ts";
import { agentTarget } from "./target.ts";

/** What weights are made for, and what the network sees. */
const MUST_FIT = ["network", "game.actions", "env.crop"];
/** What they learned from; in another game they are a beginning too. */
const TOLD = ["game", "env.clock"];

/**
 * The weights of an agent, for a training by this config.
 *
 * @param tell told in a sentence of what is another game than the agent's
 * @throws UsageError if its network or what it sees is another
 */
export function weightsToBeginWith(
  agent: Agent,
  config: Config,
  tell: (line: string) => void,
): NamedTensor[] {
  const texts = (found: Difference[]) => found.map(differenceText).join("; ");
  const misfits = differences(agent.config, config, MUST_FIT);
  if (misfits.length > 0) {
    const folder = agent.run?.path ?? agent.folder;
    const file = folder && displayPath(join(folder, "config.yaml"));
    throw new UsageError(
      `The agent ${agentTarget(agent)} does not fit this training: ` +
        `${texts(misfits)}. Give the agent's with --set` +
        (file ? `, or all of its config: --config ${shellWord(file)}` : ""),
    );
  }
  const other = differences(agent.config, config, TOLD);
  if (other.length > 0) {
    tell(`note: the agent has learned another game: ${texts(other)}`);
  }
  return agent.weights;
}
