/** Reading a report that an evaluation left, of this program or an earlier one. */
import { z } from "zod";
import { playedGameSchema } from "../config/mod.ts";
import { firstIssue } from "../errors.ts";
import type { EvaluationReport } from "./document.ts";
import { seedPurpose } from "./seeds.ts";
import { summarizeScores } from "./statistics.ts";

const number = z.number();
const delay = z.object({ median: number, p95: number });
const bounds = z.tuple([number, number]);
const interval = bounds.nullable();
const counts = z.record(z.string(), number);
const published = number.nullable();
const game = z.enum(["constant", "accelerating"]);
const clock = z.enum(["lockstep", "live"]);

const playerSchema = z.looseObject({
  scores: z.array(number.min(0)).min(1),
  mean: number,
  median: number,
  iqm: number,
  sd: number,
  min: number,
  max: number,
  capped: number,
  above4000: number,
  pointsPerSecond: number,
  quartiles: bounds,
  mean95: interval,
  median95: interval,
  iqm95: interval,
  // Earlier programs had none of these.
  capped95: interval.optional(),
  crashesPer100k: number.optional(),
  crashesPer100k95: interval.optional(),
});

const reportSchema = z.looseObject({
  ...playerSchema.shape,
  run: z.string(),
  checkpoint: z.string(),
  game,
  speed: z.union([number, z.literal("accelerating")]),
  clock,
  command: z.string(),
  versions: z.record(z.string(), z.string()),
  episodes: z.int().min(1),
  firstSeed: z.int().min(0),
  chose: z.boolean().exactOptional(),
  cap: number.positive(),
  setting: z.object({
    game: playedGameSchema,
    env: z.object({
      clock,
      observation: z.enum(["page", "screenshot", "canvas"]),
      crop: z.object({ x: number, y: number, width: number, height: number }),
    }),
  }).exactOptional(),
  // Earlier programs played every game to its end.
  atMost: z.boolean().default(false),
  pace: z.object({
    lateMs: delay,
    keyMs: delay.exactOptional(),
    decisionMs: number,
    load: number,
    cores: number,
  }).exactOptional(),
  actionsBySpeed: z.array(z.looseObject({ speed: number, actions: counts })),
  games: z.array(z.looseObject({
    seed: number,
    score: number.min(0),
    frames: number,
    end: z.enum(["crash", "cap"]),
    pointsPerSecond: number,
    speed: number,
    obstacle: z.string().nullable(),
    actions: counts,
  })).min(1),
  baselines: z.array(playerSchema.extend({ name: z.string() })),
  published: z.array(z.looseObject({
    game,
    name: z.string(),
    algorithm: z.string(),
    kind: z.enum(["test", "training", "demonstration"]),
    measuredHere: z.literal(false),
    source: z.string(),
    note: z.string().exactOptional(),
    mean: published,
    median: published,
    max: published,
    episodes: published,
  })),
}).refine(
  ({ episodes, scores, games, atMost }) =>
    scores.length === episodes && (atMost || games.length === episodes),
  { error: "there are not as many games and scores as it says" },
);

/**
 * A report that was stored. One that lacks figures was written by an earlier
 * program, whose intervals were too narrow: all are told anew from its scores.
 *
 * @param content of its file, as JSON
 * @throws Error saying what makes it none
 */
export function storedReport(content: unknown): EvaluationReport {
  const { data, error } = reportSchema.safeParse(content);
  if (error) throw new Error(firstIssue(error));
  // As it was written, in its order.
  const report = {
    ...content as EvaluationReport,
    atMost: data.atMost,
    seedPurpose: seedPurpose(data),
  };
  if (report.crashesPer100k95 !== undefined) return report;
  const anew = <Player extends { scores: number[] }>(player: Player) => ({
    ...player,
    ...summarizeScores(player.scores, report.cap),
  });
  return { ...anew(report), baselines: report.baselines.map(anew) };
}
