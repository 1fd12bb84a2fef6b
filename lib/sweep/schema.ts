/** What a sweep's file holds, and which of it cannot work together. */
import { z } from "zod";
import {
  alternatives,
  type ConfigProblem,
  type JsonSchema,
  schemaAt,
} from "../config/mod.ts";
import { decidesGame } from "../evaluation/mod.ts";

const seed = z.int().min(0).max(0xffff_ffff);

/** Values between two ends, as a file says them. */
export const rangeSchema = z.strictObject({
  from: z.number().describe("The smallest value."),
  to: z.number().describe("The largest value."),
  count: z.int().min(2).max(1000).optional().describe(
    "Values of a grid, both ends among them.",
  ),
  scale: z.enum(["linear", "log"]).default("linear").describe(
    "'log': each value is the one before it times the same factor.",
  ),
});

const choiceSchema = z.union([
  z.array(z.unknown()).min(1),
  rangeSchema,
  z.number(),
  z.string(),
  z.boolean(),
  z.null(),
]);

const stoppingSchema = z.union([
  z.literal("none"),
  z.strictObject({
    rule: z.literal("median").describe(
      "The median stopping rule (Golovin et al. 2017, Google Vizier).",
    ),
    after: z.int().min(1).describe("Agent steps before which nothing stops."),
    others: z.int().min(1).default(3).describe(
      "Other settings that must have come as far before one stops.",
    ),
  }),
]);

const samplingSchema = z.union([
  z.literal("grid"),
  z.strictObject({
    random: z.int().min(1).max(1000).describe(
      "Settings drawn at random (Bergstra and Bengio 2012).",
    ),
    seed: seed.default(1).describe("Seed of the draws."),
  }),
]);

/** The content of a sweep's file. */
export const sweepSchema = z.strictObject({
  config: z.string().min(1).optional().describe(
    "The config that all settings share, relative to the sweep's file; absent: default.yaml.",
  ),
  seeds: z.array(seed).min(1).max(1000).describe(
    "Training seeds; each setting is trained once with each.",
  ),
  parallel: z.int().min(1).max(64).default(1).describe(
    "Trainings side by side.",
  ),
  sampling: samplingSchema.default("grid").describe(
    "'grid': every combination of the values.",
  ),
  stopping: stoppingSchema.default("none").describe(
    "When a setting is given up before its end.",
  ),
  keys: z.record(z.string().min(1), choiceSchema).default({}).describe(
    "Keys of the config: a list or a range of values to try, or one value for all.",
  ),
});

/** The same for messages, defaults left out of what is required. */
export const SWEEP_JSON_SCHEMA = z.toJSONSchema(sweepSchema, {
  io: "input",
}) as JsonSchema;

/** A sweep's file that was checked. */
export type Sweep = z.infer<typeof sweepSchema>;
/** What a sweep tries for one key. */
export type Choice = z.infer<typeof choiceSchema>;
/** Values between two ends. */
export type Range = z.infer<typeof rangeSchema>;
/** When settings are given up. */
export type Stopping = z.infer<typeof stoppingSchema>;

/** Whether a choice is a range, not a list or one value. */
export function isRange(choice: Choice): choice is Range {
  return typeof choice === "object" && choice !== null &&
    !Array.isArray(choice);
}

/** Whether a choice gives more than one value. */
function isVaried(choice: Choice): boolean {
  return isRange(choice) || (Array.isArray(choice) && choice.length > 1);
}

/** All impossible combinations in a sweep whose single values are valid. */
export function checkSweep(sweep: Sweep): ConfigProblem[] {
  const keys = Object.keys(sweep.keys);
  return [
    ...checkSeeds(sweep),
    ...keys.flatMap((key) => checkChoice(key, sweep)),
    ...keys.flatMap((key, i) =>
      keys.slice(0, i).flatMap((earlier) => checkPair(earlier, key))
    ),
  ];
}

function checkSeeds({ seeds }: Sweep): ConfigProblem[] {
  return seeds.flatMap((seed, i) =>
    seeds.indexOf(seed) === i ? [] : [{
      keys: [["seeds", i]],
      message: `the seed ${seed} stands twice; the same training would be ` +
        "counted as two",
    }]
  );
}

/** Whether a key decides on what agents are measured, not how they learn. */
const isMeasure = (key: string) =>
  decidesGame(key) || /^evaluation(\.|$)/.test(key);

function checkChoice(
  key: string,
  { keys, sampling }: Sweep,
): ConfigProblem[] {
  const choice = keys[key]!;
  const problem = (wrong: boolean, message: string): ConfigProblem[] =>
    wrong ? [{ keys: [["keys", key]], message: `${key}: ${message}` }] : [];
  return [
    ...problem(
      key === "seed",
      "the training seeds are told by 'seeds'; take this key out",
    ),
    ...problem(
      key.split(".").includes(""),
      "write it as in the config, with a dot between group and key",
    ),
    ...problem(
      isVaried(choice) && isMeasure(key),
      "several values would measure the settings on different games; " +
        "give one for all",
    ),
    ...(isRange(choice)
      ? [
        ...problem(
          choice.from >= choice.to,
          `from (${choice.from}) is not below to (${choice.to})`,
        ),
        ...problem(
          choice.scale === "log" && choice.from <= 0,
          `from is ${choice.from}; a range with scale: log lies above 0`,
        ),
        ...problem(
          sampling === "grid" && choice.count === undefined,
          "the range has no count, the number of values that a grid takes of it",
        ),
      ]
      : []),
  ];
}

/** Two keys of which the later one would take the place of the earlier. */
function checkPair(a: string, b: string): ConfigProblem[] {
  const [pathA, pathB] = [a.split("."), b.split(".")];
  const differs = pathA.findIndex((name, i) => name !== pathB[i]);
  const shared = differs === -1 ? pathA.length : differs;
  const contains = shared === Math.min(pathA.length, pathB.length);
  const excludes = pathA.slice(0, shared).some((_, i) => {
    const group = schemaAt(pathA.slice(0, i + 1));
    return group !== undefined && alternatives(group) !== undefined;
  });
  if (!contains && !excludes) return [];
  const [short, long] = a.length < b.length ? [a, b] : [b, a];
  return [{
    keys: [["keys", b]],
    message: contains
      ? `${long} is a part of ${short}, which stands here too; keep one of them`
      : `${b} and ${a} exclude each other; keep one of them`,
  }];
}
