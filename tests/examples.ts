/** Made-up games for tests of what is made of games; no results. */
import { Random } from "../lib/random.ts";
import {
  type EvaluationReport,
  evaluationReport,
  type PlayedGame,
  summarizeGames,
} from "../lib/evaluation/mod.ts";

export function playedGame(game: Partial<PlayedGame>): PlayedGame {
  return {
    seed: 1_000_000,
    score: 40,
    frames: 267,
    end: "crash",
    pointsPerSecond: 9,
    speed: 6,
    obstacle: "cactusSmall",
    actions: { nothing: 3, jump: 1 },
    played: "0010",
    ...game,
  };
}

/** A report of 30 made-up games of the accelerating game. */
export function exampleReport(): EvaluationReport {
  const random = new Random(1);
  const cap = 2000;
  const games = Array.from({ length: 30 }, (_, i) => {
    const score = Math.min(
      cap,
      Math.round(50 - 900 * Math.log(1 - random.uniform())),
    );
    return playedGame({
      seed: 1_000_000 + i,
      score,
      speed: Math.min(13, 6 + score / 240),
      end: score === cap ? "cap" : "crash",
      obstacle: score === cap ? null : "pterodactyl",
    });
  });
  const evaluation = summarizeGames(
    games,
    cap,
    [6, 9, 13].map((speed) => ({
      speed,
      actions: { nothing: 8, jump: 1, duck: 1 },
    })),
  );
  return evaluationReport(
    {
      run: "example",
      checkpoint: "step-1000",
      game: "accelerating",
      speed: "accelerating",
      clock: "lockstep",
      command: "deno task eval example",
      versions: { Chrome: "1.2.3" },
    },
    evaluation,
    [{
      name: "no action",
      evaluation: summarizeGames([playedGame({})], cap, []),
    }],
  );
}
