/** What jobs are: data, that name no program, address or path. */
import { z } from "zod";
import { isRunName } from "../runs/mod.ts";

const count = z.int().min(0).max(1e12);
const hash = z.string().regex(/^[0-9a-f]{64}$/);
const word = z.string().regex(/^[\w-]{1,120}$/);
/** Path in a folder to the SHA-256 of its content. */
const manifest = z.record(z.string().max(200), hash);
/** A whole config, which the command that gets it checks again. */
const config = z.record(z.string(), z.unknown());

const games = z.strictObject({
  set: word,
  id: word,
  kind: z.literal("games"),
  /** The agent. */
  ...{ config, model: hash, weights: hash },
  ...{ firstSeed: count, episodes: count.min(1), maxScore: count.min(1) },
  whole: z.strictObject({ firstSeed: count, episodes: count.min(1) }),
  baselines: z.boolean(),
});

const training = z.strictObject({
  set: word,
  id: word,
  kind: z.literal("training"),
  /** Name of the run. */
  run: z.string().max(120).refine(isRunName),
  ...{ config, seed: count },
  /** The best checkpoint is one of the evaluations after this step. */
  bestAfter: count.exactOptional(),
  /** The run as far as it has come; empty: it begins. */
  files: manifest,
});

/** What a worker reads; whatever else it is given is refused. */
export const jobSchema = z.discriminatedUnion("kind", [games, training]);

/** Games of an evaluation's part, or a training. */
export type Job = z.infer<typeof jobSchema>;
export type GamesJob = z.infer<typeof games>;
export type TrainingJob = z.infer<typeof training>;
/** Files of a folder: each is an object named by its SHA-256. */
export type Manifest = z.infer<typeof manifest>;

/** What is known of a job; only its present owner writes it. */
const stateSchema = z.object({
  state: z.enum(["running", "waiting", "finished", "stopped", "failed"]),
  /** Who has it, or had it last. */
  worker: z.string(),
  /** Workers that have died with it since its newest snapshot. */
  deaths: count,
  /** Kinds of machines that have worked on it. */
  machines: z.array(z.record(z.string(), z.string().nullable())),
  /** Evaluations of a training so far. */
  evaluations: z.array(z.object({ step: z.number(), mean: z.number() })),
  ...{ steps: z.number(), minutes: z.number() },
  /** Its newest snapshot, in the end its result. */
  files: manifest,
  /** Why it was stopped, or has failed. */
  reason: z.string(),
});
export type JobState = z.infer<typeof stateSchema>;

/** A message, or an entry of a table, that anybody with a key may have written. */
interface Said {
  length?: number;
  json(): unknown;
}

/** What somebody said; undefined: nothing, or no JSON. */
export function saidBy(said: Said | null): unknown {
  try {
    return said?.length === 0 ? undefined : said?.json();
  } catch {
    return undefined;
  }
}

/** A job's state; null: nobody has begun it, or what stands there is none. */
export const stateIn = (entry: Said | null): JobState | null =>
  stateSchema.safeParse(saidBy(entry)).data ?? null;

/** Whether nobody is to work on it any more. */
export const hasEnded = ({ state }: JobState): boolean =>
  state !== "running" && state !== "waiting";
