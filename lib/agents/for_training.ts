/** Agents that a training begins with, or learns from. */
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

/** What two agents must have in common for one to understand the other. */
const SEES = ["game.actions", "env.crop"];
/** What they learned from; in another game they are a beginning too. */
const TOLD = ["game", "env.clock"];

/** Told in a sentence of what is another game than the agent's. */
type Tell = (line: string) => void;

/**
 * The weights of an agent, for a training by this config.
 *
 * @throws UsageError if its network or what it sees is another
 */
export function weightsToBeginWith(
  agent: Agent,
  config: Config,
  tell: Tell,
): NamedTensor[] {
  checkFits(agent, config, ["network", ...SEES], tell);
  return agent.weights;
}

/** @throws UsageError if an agent cannot teach: what it sees or does is another */
export function checkTeacher(agent: Agent, config: Config, tell: Tell): void {
  checkFits(agent, config, SEES, tell);
}

function checkFits(
  agent: Agent,
  config: Config,
  keys: readonly string[],
  tell: Tell,
): void {
  const texts = (found: Difference[]) => found.map(differenceText).join("; ");
  const misfits = differences(agent.config, config, keys);
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
}
