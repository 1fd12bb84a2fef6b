/** What names an agent on a command line. */
import { dirname } from "node:path";
import { displayPath } from "../config/mod.ts";
import { isPath } from "../files.ts";
import { type RunFolder, RUNS_FOLDER } from "../runs/mod.ts";
import type { Agent } from "./agent.ts";

/**
 * A name by which `findAgent` finds this very agent, also when its run has gone
 * on: `default-1@step-20000`, `pretrained/constant`, a folder; several with
 * commas between.
 */
export function agentTarget(
  { name, checkpoint, run, folder, members }: Agent,
): string {
  if (members.length > 0) return members.map(agentTarget).join(",");
  if (run) return checkpointTarget(run, checkpoint);
  // A champion's name is another agent's tomorrow, its folder is not.
  return name.startsWith("pretrained/") || !folder ? name : pathTo(folder);
}

/** The same for a checkpoint of a run. */
export function checkpointTarget(
  run: Pick<RunFolder, "name" | "path">,
  checkpoint: string,
): string {
  return `${runTarget(run)}@${checkpoint}`;
}

/** A run's name, or its path where it is not among the others. */
export function runTarget(
  { name, path }: Pick<RunFolder, "name" | "path">,
): string {
  return dirname(path) === RUNS_FOLDER ? name : pathTo(path);
}

/** A path from here that is not taken for a name. */
function pathTo(path: string): string {
  const shown = displayPath(path);
  return isPath(shown) ? shown : `./${shown}`;
}
