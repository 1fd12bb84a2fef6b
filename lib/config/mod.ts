/** The configuration: its keys, and reading, checking and writing its files. */
export {
  HELD_OUT_SEEDS_PER_NIGHT,
  HELD_OUT_SEEDS_START,
  MOST_MEMBERS,
  TRAINING_SEEDS_END,
} from "./schema.ts";
export { checkedValues } from "./explain.ts";
export { type ConfigProblem, requirePlayable } from "./check.ts";
export {
  alternatives,
  configFileJsonSchemaText,
  type JsonSchema,
  type KeyPath,
  keysOf,
  schemaAt,
} from "./json_schema.ts";
export { loadConfig } from "./load.ts";
export { type ScheduledConfig, withSchedules } from "./schedules.ts";
export {
  type Difference,
  differences,
  differenceText,
  lastingDifferences,
} from "./differences.ts";
export { laterKeys, loadOwnConfig, machineSets, readOwnConfig } from "./own.ts";
export {
  type BrowserConfig,
  type Config,
  type EnvConfig,
  type GameConfig,
  type Layers,
  type LearnerConfig,
  type NetworkConfig,
  playedGameSchema,
  type RewardConfig,
} from "./schema.ts";
export {
  DEFAULT_CONFIG,
  displayPath,
  type FileKind,
  givenValues,
  readYamlFile,
  singleKey,
  type Source,
} from "./source.ts";
export { configToYaml } from "./write.ts";
export { flat, isGroup, valueAt } from "./values.ts";
