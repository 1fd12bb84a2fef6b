/** The document that an evaluation leaves: `report.json` and `--json`. */
import type { Config, GameConfig } from "../config/mod.ts";
import type { Baseline } from "./baselines.ts";
import type { Evaluation, PlayedGame } from "./games.ts";
import { type Pace, paceOf } from "./pace.ts";
import { gameName, type GameSetting, gameSetting } from "./same_game.ts";
import { type SeedPurpose, seedPurpose } from "./seeds.ts";
import type { ScoreSummary } from "./statistics.ts";
import { formatCsv } from "../csv.ts";
import published from "./published.json" with { type: "json" };

/** The name, among {@linkcode EvaluationContext.versions}, of the page's hash. */
export const PAGE_SCRIPT = "Page script (SHA-256)";

/** What was evaluated, and how. */
export interface EvaluationContext {
  /** Name of the run, or of the pretrained agent. */
  run: string;
  /** Name of the checkpoint that played. */
  checkpoint: string;
  game: ReturnType<typeof gameName>;
  /** Pixels per frame, or that of the real game. */
  speed: GameConfig["speed"];
  clock: Config["env"]["clock"];
  /** All that decides how games go; absent: of an earlier program. */
  setting?: GameSetting;
  /** Whether these games chose the agent among others, and so flatter it. */
  chose?: boolean;
  /** What repeats it. */
  command: string;
  /** Names and versions of what was used. */
  versions: Record<string, string>;
}

/** Figures of one player. A field that ends in 95 is a 95 % interval. */
export interface PlayerFigures extends ScoreSummary {
  name: string;
  scores: number[];
  pointsPerSecond: number;
}

/**
 * What others published for agents that play this game from its pixels. None
 * of it was measured here: the sources differ in hardware, pacing and number
 * of games. `null`: not given there.
 */
export interface PublishedResult {
  game: EvaluationContext["game"];
  /** What was published, and by whom. */
  name: string;
  algorithm: string;
  mean: number | null;
  median: number | null;
  max: number | null;
  /** Games behind the figures. */
  episodes: number | null;
  /** Were these games of a finished agent, or the games of its training? */
  kind: "test" | "training" | "demonstration";
  source: string;
  note?: string;
}

/** A game without its list of actions. */
export type ReportedGame = Omit<PlayedGame, "played">;

/** The content of `report.json`. */
export interface EvaluationReport
  extends EvaluationContext, Omit<Evaluation, "games"> {
  games: ReportedGame[];
  /** Live clock only. */
  pace?: Pace;
  /** What its games say, by their seeds. */
  seedPurpose: SeedPurpose;
  /** Simple players on the same seeds. */
  baselines: PlayerFigures[];
  /** What others published for this game. */
  published: (PublishedResult & { measuredHere: false })[];
}

/** What a report tells of the game that a config plays. */
export const playedSetting = (config: Config) => ({
  game: gameName(config),
  speed: config.game.speed,
  clock: config.env.clock,
  setting: gameSetting(config),
});

function playerFigures({ name, evaluation }: Baseline): PlayerFigures {
  const { games: _games, actionsBySpeed: _actions, ...figures } = evaluation;
  const { episodes: _n, firstSeed: _seed, cap: _cap, atMost: _, ...rest } =
    figures;
  return { name, ...rest };
}

/** Joins the agent's games, its context and the baselines. */
export function evaluationReport(
  context: EvaluationContext,
  evaluation: Evaluation,
  baselines: readonly Baseline[] = [],
): EvaluationReport {
  const pace = paceOf(evaluation.games);
  return {
    ...context,
    ...evaluation,
    ...(pace && { pace }),
    seedPurpose: seedPurpose({ ...evaluation, ...context }),
    games: evaluation.games.map(({ played: _played, ...game }) => game),
    baselines: baselines.map(playerFigures),
    published: (published as PublishedResult[])
      .filter(({ game }) => game === context.game)
      .map((result) => ({ ...result, measuredHere: false })),
  };
}

/** One line per game: the `scores.csv` of an evaluation. */
export function scoresCsv({ games }: Pick<EvaluationReport, "games">): string {
  const actions = Object.keys(games[0]?.actions ?? {});
  return formatCsv(
    [
      ...["game", "seed", "score", "frames", "end", "points_per_second"],
      ...["speed", "obstacle", ...actions],
    ],
    games.map((game, i) => [
      i + 1,
      game.seed,
      game.score,
      game.frames,
      game.end,
      game.pointsPerSecond.toFixed(2),
      game.speed.toFixed(3),
      game.obstacle ?? "",
      ...actions.map((action) => game.actions[action]!),
    ]),
  );
}
