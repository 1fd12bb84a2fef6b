/** Several agents as one. */
import { basename } from "node:path";
import { encodeModel, resolveNetwork } from "../agent/mod.ts";
import { differences, MOST_MEMBERS } from "../config/mod.ts";
import { UsageError } from "../errors.ts";
import { gameDifferences } from "../evaluation/mod.ts";
import type { Agent } from "./agent.ts";

/** What their networks must have in common for one to be made of all. */
const NETWORK = ["network.layers", "network.dueling"];
/** What of a game is not the agent's: whoever plays with it says the clock. */
const NOT_ITS_OWN = ["env.clock", "env.observation"];

/** Each once: of a training there may be several checkpoints. */
const list = (names: readonly string[]) => [...new Set(names)].join(",");

/**
 * An ensemble: the mean of the agents' Q-values decides. What each network got
 * wrong by itself, the others outvote (T. Dietterich, "Ensemble Methods in
 * Machine Learning", 2000; of Q-networks: O. Anschel, N. Baram, N. Shimkin,
 * "Averaged-DQN", ICML 2017, which averages one network's earlier selves).
 *
 * @param agents at least one; their configs differ in nothing that they see
 * @returns an agent of no run, with the first one's config
 * @throws UsageError when two of them see or play differently, or they are too
 * many
 */
export function joinAgents(agents: readonly Agent[]): Agent {
  const [first] = agents as [Agent, ...Agent[]];
  for (const { name, config } of agents.slice(1)) {
    const { game, player } = gameDifferences(first.config, config);
    const [difference] = [
      ...[...game, ...player].filter(({ key }) => !NOT_ITS_OWN.includes(key)),
      ...differences(first.config, config, NETWORK),
    ];
    if (difference === undefined) continue;
    const { key, before, now } = difference;
    throw new UsageError(
      `${first.name} and ${name} cannot decide together: their ${key} ` +
        `differs (${JSON.stringify(before)} and ${JSON.stringify(now)}).`,
    );
  }
  const members = agents.reduce(
    (sum, { config }) => sum + config.network.members,
    0,
  );
  if (members > MOST_MEMBERS) {
    throw new UsageError(
      `These agents have ${members} networks together, and one has ` +
        `${MOST_MEMBERS} at most: name fewer of them.`,
    );
  }
  const config = {
    ...first.config,
    network: { ...first.config.network, members },
  };
  const network = resolveNetwork(config.network, config.game.actions);
  const data = agents.flatMap(({ weights }) => weights.map(({ data }) => data));
  const weights = network.weights.map(({ name, shape }, i) => ({
    name,
    shape,
    data: data[i]!,
  }));
  return {
    name: list(agents.map(({ name }) => basename(name))),
    checkpoint: list(agents.map(({ checkpoint }) => checkpoint)),
    run: null,
    folder: null,
    members: agents,
    ...{ config, network, weights },
    model: encodeModel(network, weights),
  };
}
