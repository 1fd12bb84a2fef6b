/** One night: train the challenger, try it against the champion, tell. */
import { basename, join } from "node:path";
import type { Config } from "../config/mod.ts";
import { DinoDqnError } from "../errors.ts";
import { exportFiles } from "../export/mod.ts";
import { findAgent } from "../agents/mod.ts";
import { findCheckpoint, listCheckpoints } from "../runs/mod.ts";
import { type Challenger, prepareChallenger } from "./challenger.ts";
import {
  type Champion,
  type ChampionInfo,
  crown,
  readChampion,
  updateChampion,
  writeCandidate,
} from "./champion.ts";
import { decide } from "./decision.ts";
import {
  allBytes,
  checkFreeDisk,
  keepHouse,
  roomForNight,
} from "./housekeeping.ts";
import type { NightLog } from "./night_log.ts";
import { type ChampionFolder, nightName } from "./paths.ts";
import type { Contestant, NightResult } from "./result.ts";
import { type Games, measure, type Measured, trainRun } from "./steps.ts";

/** How often the disk is looked at during training, in milliseconds. */
const DISK_WATCH_MS = 30_000;

/** What a night works with. */
export interface NightContext {
  config: Config;
  folder: ChampionFolder;
  log: NightLog;
  /** Aborted, with an error as its reason, when the night must end. */
  signal: AbortSignal;
  /** What is told of the night; filled in on the way. */
  result: NightResult;
  /** Writes the result down before the champion is replaced. */
  beforeCrowning: () => Promise<void>;
}

/**
 * Plays the night; its result is in `context.result`.
 *
 * @throws DinoDqnError, and the signal's reason, when it fails; the champion
 * is then as it was
 */
export async function playNight(context: NightContext): Promise<void> {
  const { config, folder, log, result } = context;
  const warn = warner(context);
  const house = await keepHouse(
    { config, folder, night: result.night },
    roomForNight(config),
  );
  result.removed.push(...house.removed);
  const most = config.retention.maxGb * 1e9;
  if (house.bytes > most) {
    throw new DinoDqnError(
      `what the nights must keep has ${(house.bytes / 1e9).toFixed(2)} GB, ` +
        `more than retention.maxGb (${config.retention.maxGb}); raise it`,
    );
  }
  await checkFreeDisk(config, folder.path);
  const champion = await readChampion(folder);
  const challenger = await prepareChallenger({
    config,
    night: result.night,
    warn,
  });
  const step = await trainChallenger(context, challenger);
  result.steps = step - challenger.from.step;

  const checkpoint = await chooseCheckpoint(challenger);
  const games = await playGames(context, champion, checkpoint);
  const { report } = games.challenger;
  if (games.champion === null) {
    result.reason = "the first challenger becomes champion";
    result.result = "promoted";
  } else {
    const contender = (player: Contestant, { report }: Measured) => ({
      scores: report.scores,
      ...player,
    });
    Object.assign(
      result,
      decide(
        contender(result.challenger!, games.challenger),
        contender(result.champion!, games.champion),
      ),
    );
  }
  if (result.result !== "promoted") return;
  log.say(`The challenger becomes champion: ${result.reason}.`);
  const agent = await findAgent(checkpoint);
  await writeCandidate(
    folder,
    nightName(result.night),
    await exportFiles(agent, { example: false, report: games.challenger.out }),
    {
      night: result.night,
      time: new Date().toISOString(),
      run: agent.name,
      step: stepOf(agent.checkpoint),
      game: agent.config.game,
      parameters: agent.network.parameters,
      pageScript: games.challenger.pageScript,
      figures: figuresOf(report),
    },
  );
  await context.beforeCrowning();
  await crown(folder, nightName(result.night));
}

function warner({ log, result }: Pick<NightContext, "log" | "result">) {
  return (message: string) => {
    log.say(`warning: ${message}`);
    result.warnings.push(message);
  };
}

/** @returns the step of its newest checkpoint */
async function trainChallenger(
  context: NightContext,
  { run, from }: Challenger,
): Promise<number> {
  const { config, folder, log } = context;
  const { minutes, steps } = config.retraining;
  log.say(
    `Training the challenger from step ${from.step}: ${minutes} minutes` +
      (steps === null ? "." : `, at most ${steps} steps.`),
  );
  const full = new AbortController();
  const timer = setInterval(async () => {
    const bytes = await allBytes(folder).catch(() => 0);
    if (bytes <= config.retention.maxGb * 1e9) return;
    full.abort(
      new DinoDqnError(
        `training was stopped at ${(bytes / 1e9).toFixed(2)} GB of disk, ` +
          `more than retention.maxGb (${config.retention.maxGb})`,
      ),
    );
  }, DISK_WATCH_MS);
  try {
    const signal = AbortSignal.any([context.signal, full.signal]);
    await trainRun(run.name, { log, signal, warn: warner(context) });
  } finally {
    clearInterval(timer);
  }
  const [newest = 0] = await listCheckpoints(run.checkpoints);
  if (newest <= from.step) {
    throw new DinoDqnError(
      `training left no new checkpoint after step ${from.step}: the log says why`,
    );
  }
  return newest;
}

/**
 * The checkpoint that challenges: the one with the best evaluation, if it is of
 * this night, else the newest. One that lost before is not tried again until
 * it wins by chance.
 *
 * @returns its path
 */
async function chooseCheckpoint({ run, from }: Challenger): Promise<string> {
  const best = await findCheckpoint(run.checkpoints, "best");
  return stepOf(best) > from.step
    ? best
    : await findCheckpoint(run.checkpoints, "newest");
}

/** Agent steps of a checkpoint, by its name `step-N`. */
const stepOf = (checkpoint: string) => Number(/\d+$/.exec(checkpoint)![0]);

/** The games of the night. */
interface NightGames {
  /** null: there is no champion yet. */
  champion: Measured | null;
  challenger: Measured & { out: string };
}

async function playGames(
  context: NightContext,
  champion: Champion | null,
  checkpoint: string,
): Promise<NightGames> {
  const { config, folder, log, result, signal } = context;
  const { episodes, firstSeed, maxScore } = result;
  const games: Games = { episodes, firstSeed, maxScore, config };
  const options = { log, signal, warn: warner(context) };
  const night = join(folder.nights, nightName(result.night));
  const play = async (agent: string, role: string) => {
    log.say(`${episodes} games of the ${role}, seeds from ${firstSeed} on.`);
    const out = join(night, role);
    return { ...await measure(agent, out, games, options), out };
  };
  let played: Measured | null = null;
  if (champion) {
    played = await play("champion", "champion");
    await noteChampion(context, champion, played);
  }
  const challenger = await play(checkpoint, "challenger");
  if (played && played.pageScript !== challenger.pageScript) {
    throw new DinoDqnError(
      "the page's script changed between the champion's games and the " +
        "challenger's, so nothing could be compared",
    );
  }
  const { network } = await findAgent(checkpoint);
  result.pageScript = challenger.pageScript;
  result.challenger = contestant(
    basename(checkpoint),
    network.parameters,
    challenger,
  );
  return { champion: played, challenger };
}

/** Notes the champion's games; on another page they are its figures now. */
async function noteChampion(
  { folder, result, log }: NightContext,
  champion: Champion,
  played: Measured,
): Promise<void> {
  const { name, info } = champion;
  const { pageScript } = played;
  result.pageScript = pageScript;
  result.champion = contestant(name, info.parameters, played);
  if (pageScript === info.pageScript) return;
  result.pageChange = {
    from: info.pageScript,
    to: pageScript,
    meanBefore: info.figures.mean,
  };
  log.say("The page's script changed: the champion has new figures.");
  const figures = figuresOf(played.report);
  await updateChampion(folder, champion, { ...info, pageScript, figures });
}

function contestant(
  name: string,
  parameters: number,
  { report: { mean, mean95, capped } }: Measured,
): Contestant {
  return { name, parameters, mean, mean95, capped };
}

function figuresOf(
  { firstSeed, episodes, cap, mean, mean95, capped }: Measured["report"],
): ChampionInfo["figures"] {
  return { firstSeed, episodes, cap, mean, mean95, capped };
}
