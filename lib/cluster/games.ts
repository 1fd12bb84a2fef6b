/** An evaluation whose games are played by workers. */
import type { Agent } from "../agents/mod.ts";
import { DinoDqnError } from "../errors.ts";
import { mergeBaselines, mergeEvaluations } from "../evaluation/mod.ts";
import type { PlayedGames } from "../recording/mod.ts";
import { sha256 } from "../sha256.ts";
import { bytesOf } from "../system/mod.ts";
import type { Bus } from "./bus.ts";
import { GAMES_FILE } from "./execute.ts";
import { fetchBytes, storeBytes } from "./files.ts";
import type { GamesJob, JobState } from "./jobs.ts";
import { JobSet, type SetOptions } from "./set.ts";

/** Which games are to be played, and how they are split. */
export interface ElsewhereOptions extends Omit<SetOptions, "name" | "meaning"> {
  episodes: number;
  firstSeed: number;
  maxScore: number;
  baselines: boolean;
  /** Games of a part. */
  part: number;
}

/**
 * Lets workers play an evaluation's games; the figures are as of one machine.
 * The same evaluation again goes on with what was played.
 *
 * @param detach leave it to the workers once it is queued
 * @returns null: it is left to the workers, or was stopped by the signal
 * @throws DinoDqnError when a part has failed
 */
export async function playElsewhere(
  bus: Bus,
  agent: Agent,
  options: ElsewhereOptions,
  detach = false,
): Promise<PlayedGames | null> {
  const { episodes, firstSeed, maxScore, baselines, part, signal } = options;
  const { model, weights } = agent.model;
  const { mixed } = options;
  const set = await JobSet.open(bus, {
    ...options,
    name: "eval",
    meaning: [
      ...[agent.config, model, await sha256(weights)],
      ...[episodes, firstSeed, maxScore, baselines, part, mixed],
    ],
  });
  if (!set) return null;
  const shared = set.filesOf("agent");
  const same = {
    ...{ set: set.name, kind: "games" as const, config: { ...agent.config } },
    model: await storeBytes(shared, bytesOf(model)),
    weights: await storeBytes(shared, weights),
    ...{ maxScore, baselines, whole: { firstSeed, episodes } },
  };
  const jobs: GamesJob[] = [];
  for (let at = 0; at < episodes; at += part) {
    const first = firstSeed + at;
    const count = Math.min(part, episodes - at);
    const id = `${first}-${count}`;
    jobs.push({ ...same, id, firstSeed: first, episodes: count });
  }
  for (const job of jobs) await set.queue(job);
  if (detach) {
    await set.leave();
    return null;
  }
  let done = 0;
  const states = await Promise.all(jobs.map(async ({ id }) => {
    const state = await set.ended(id, () => {}, signal);
    if (state?.state === "finished") {
      options.say(`${++done} of ${jobs.length} parts have been played`);
    }
    return state;
  }));
  if (signal.aborted && states.some((state) => state?.state !== "finished")) {
    await set.leave();
    return null;
  }
  const failed = states.find((state) => state?.state !== "finished");
  if (failed !== undefined) {
    await set.remove();
    throw new DinoDqnError(
      `Games could not be played: ${failed?.reason ?? "nobody has taken them"}`,
    );
  }
  const parts = await Promise.all(jobs.map(async ({ id }, i) => {
    const hash = states[i]!.files[GAMES_FILE] ?? "";
    const bytes = await fetchBytes(set.filesOf(id), hash, GAMES_FILE);
    return JSON.parse(new TextDecoder().decode(bytes)) as PlayedGames;
  }));
  await set.remove();
  return {
    evaluation: mergeEvaluations(parts.map(({ evaluation }) => evaluation)),
    baselines: mergeBaselines(parts.map(({ baselines }) => baselines)),
    versions: { ...parts[0]!.versions, ...kindsOf(states as JobState[]) },
  };
}

/** The kinds of machines that have played, where they are several. */
function kindsOf(states: readonly JobState[]): Record<string, string> {
  const kinds = new Set(
    states.flatMap(({ machines }) => machines).map((machine) => {
      const { chrome, tensorflow, numerics, device } = machine;
      const bits = numerics?.slice(0, 8);
      return `${device}, numerics ${bits}, TensorFlow ${tensorflow}, ${chrome}`;
    }),
  );
  return kinds.size === 1 ? {} : Object.fromEntries(
    [...kinds].map((kind, i) => [`Machines ${i + 1}`, kind]),
  );
}
