import type { ModelFiles, NamedTensor, Network } from "../agent/mod.ts";
import type { Config } from "../config/mod.ts";
import type { RunFolder } from "../runs/mod.ts";

/** A trained agent and the game that it was trained for. */
export interface Agent {
  /** Name of its run, or of the folder that holds it. */
  name: string;
  /** Name of its checkpoint; `model` when it is an exported agent. */
  checkpoint: string;
  /** The run; `null` when it is an exported agent or an ensemble. */
  run: RunFolder | null;
  /** Folder of the exported agent; `null`: a run's or an ensemble's. */
  folder: string | null;
  /** The agents that decide together; none when it is one agent. */
  members: readonly Agent[];
  config: Config;
  network: Network;
  model: ModelFiles;
  weights: NamedTensor[];
}
