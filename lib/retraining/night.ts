/** One night: train the challenger, try it against the champion, tell. */
import { basename, join } from "node:path";
import { type Agent, agentTarget, findAgent } from "../agents/mod.ts";
import { type Config, HELD_OUT_SEEDS_PER_NIGHT } from "../config/mod.ts";
import { DinoDqnError } from "../errors.ts";
import { seedPurpose, selectionSeedOfNight } from "../evaluation/mod.ts";
import { exportFiles } from "../export/mod.ts";
import { readRecordings } from "../recording/mod.ts";
import { writeReport } from "../report/mod.ts";
import { findCheckpoint, listCheckpoints } from "../runs/mod.ts";
import { commandText, type Log } from "../system/mod.ts";
import { points } from "../text.ts";
import { type Challenger, prepareChallenger } from "./challenger.ts";
import {
  type Champion,
  crown,
  soundChampion,
  standing,
  writeCandidate,
} from "./champion.ts";
import { decide } from "./decision.ts";
import { checkRoom, keepHouse } from "./house.ts";
import { type ChampionFolder, nightName, nightPath } from "./paths.ts";
import { readNights, writeRecord } from "./records.ts";
import { type Contestant, type NightRecord, warningsOf } from "./result.ts";
import type { Measured, NightParts, StepOptions } from "./steps.ts";

/** Why a challenger is promoted that nobody stands against. */
const FIRST = "the first challenger becomes champion";

/** What a night works with. */
export interface NightContext {
  config: Config;
  folder: ChampionFolder;
  log: Log;
  /** Aborted, with an error as its reason, when the night must end. */
  signal: AbortSignal;
  /** Trains and plays. */
  parts: NightParts;
  /** What is told of the night; filled in on the way. */
  record: NightRecord;
}

/**
 * Plays the night; what came of it is in `context.record`.
 *
 * @throws DinoDqnError, and the signal's reason, when it fails; the champion
 * is then as it was
 */
export async function playNight(context: NightContext): Promise<void> {
  const { config, folder, log, signal, parts, record } = context;
  const { night } = record;
  const warn = warningsOf(record, (line) => log.say(line));
  const options: StepOptions = { config, log, signal, warn };

  record.removed.push(...await keepHouse(config, folder, night));
  await checkRoom(config, folder);
  const champion = await soundChampion(folder, warn);
  const challengers: Challenger[] = [];
  for (let number = 1; number <= config.retraining.challengers; number++) {
    challengers.push(
      await prepareChallenger(config, number, folder, night, warn),
    );
  }
  const train = (one: Challenger) => trainOne(context, one, options);
  const steps = parts.sideBySide
    ? await Promise.all(challengers.map(train))
    : await Array.fromAsync(challengers, train);
  record.steps = steps.reduce((sum, each) => sum + each);

  const play = async (
    agent: string,
    role: "champion" | "challenger" | "crowned" | `candidate-${number}`,
  ) => {
    const { episodes, maxScore } = record;
    const firstSeed = role.startsWith("candidate")
      ? selectionSeedOfNight(night)
      : record.firstSeed + (role === "crowned" ? episodes : 0);
    log.say(`${episodes} games of the ${role}, from seed ${points(firstSeed)}`);
    const out = `${nightPath(folder, night)}/${role}`;
    const games = { episodes, firstSeed, maxScore, out };
    return { ...await parts.measure(agent, games, options), out };
  };
  const { name, checkpoint, agent } = await chooseCandidate(
    challengers,
    record,
    play,
  );
  const defended = champion && await play("champion", "champion");
  if (defended) await noteChampion(context, champion, defended);
  const played = await play(checkpoint, "challenger");
  if (defended && defended.pageScript !== played.pageScript) {
    throw new DinoDqnError(
      "the page's script changed between the champion's games and the " +
        "challenger's, so nothing could be compared",
    );
  }
  const { parameters } = agent.network;
  record.pageScript = played.pageScript;
  record.challenger = {
    ...contestant(name, parameters, played),
    seedPurpose: defended ? "selection" : "test",
  };
  const { result, ...decision } = record.champion && defended
    ? decide(
      { ...record.challenger, scores: played.report.scores },
      { ...record.champion, scores: defended.report.scores },
    )
    : { result: "promoted" as const, reason: FIRST };
  Object.assign(record, decision);
  if (result === "promoted") {
    log.say(`The challenger becomes champion: ${record.reason}.`);
    const crowned = () => play(checkpoint, "crowned");
    const own = defended && await ownGames(record, crowned, warn);
    const told = own ?? played;
    const chose = told === played && defended !== null;
    const home = join(folder.agents, nightName(night));
    if (own) await tellChoice(agent, home, played, true);
    await tellChoice(agent, home, told, chose);
    const { firstSeed, episodes, cap, mean, mean95, capped } = told.report;
    const seedPurpose = chose ? "selection" : "test";
    await writeCandidate(
      folder,
      nightName(night),
      await exportFiles(agent, { example: false, report: told.out }),
      {
        ...{ night, time: new Date().toISOString() },
        ...{ run: agent.name, step: stepOf(checkpoint) },
        ...{ game: agent.config.game, parameters },
        pageScript: told.pageScript,
        figures: {
          ...{ firstSeed, episodes, cap, mean, mean95, capped, seedPurpose },
        },
      },
    );
    // Should the process end now, the next one finds what is to be told.
    await writeRecord(folder, record);
    await crown(folder, nightName(night));
  }
  record.result = result;
}

/** @returns the steps that it was trained */
async function trainOne(
  { config, log, parts }: NightContext,
  challenger: Challenger,
  options: StepOptions,
): Promise<number> {
  const { run, from } = challenger;
  const { minutes, steps } = config.retraining;
  log.say(
    `Training the ${run.name} from step ${from.step}: ${minutes} minutes` +
      (steps === null ? "." : `, at most ${steps} steps.`),
  );
  await parts.train(challenger, options);
  const [newest = 0] = await listCheckpoints(run.checkpoints);
  if (newest <= from.step) {
    throw new DinoDqnError(
      `training left no new checkpoint after step ${from.step}: the log says why`,
    );
  }
  return newest - from.step;
}

/**
 * Which of the challengers, or whether all of them as one ensemble, meets the
 * champion: the best on games that do no more than choose.
 */
async function chooseCandidate(
  challengers: readonly Challenger[],
  record: NightRecord,
  play: (
    agent: string,
    role: `candidate-${number}`,
  ) => Promise<Measured>,
) {
  const single = await Promise.all(challengers.map(async (challenger) => {
    const checkpoint = await chooseCheckpoint(challenger);
    const step = basename(checkpoint);
    const isOnly = challengers.length === 1;
    const name = isOnly ? step : `${challenger.run.name}/${step}`;
    return { name, checkpoint, agent: await findAgent(checkpoint) };
  }));
  if (single.length === 1) return single[0]!;
  const checkpoint = single.map(({ checkpoint }) => checkpoint).join(",");
  const name = single.map(({ name }) => name).join("+");
  const ensemble = { name, checkpoint, agent: await findAgent(checkpoint) };
  const candidates = [...single, ensemble];
  record.candidates = [];
  for (const [i, { name, checkpoint, agent }] of candidates.entries()) {
    const played = await play(checkpoint, `candidate-${i + 1}`);
    record.candidates.push({
      ...contestant(name, agent.network.parameters, played),
      seedPurpose: "selection",
    });
  }
  const means = record.candidates.map(({ mean }) => mean);
  return candidates[means.indexOf(Math.max(...means))]!;
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
    : await findCheckpoint(run.checkpoints, "last");
}

/** Agent steps of a checkpoint, by its name `step-N`. */
const stepOf = (checkpoint: string) => Number(/\d+$/.exec(checkpoint)![0]);

/**
 * A new champion's games on seeds that did not choose it; null: there are none.
 * Whatever happens to them, it has won.
 */
async function ownGames(
  { episodes }: NightRecord,
  play: () => Promise<Measured & { out: string }>,
  warn: (message: string) => void,
): Promise<Measured & { out: string } | null> {
  if (2 * episodes > HELD_OUT_SEEDS_PER_NIGHT) return null;
  try {
    return await play();
  } catch (error) {
    warn(
      "the new champion's figures are of the games that chose it, for it " +
        `could not play others: ${(error as Error).message}`,
    );
    return null;
  }
}

/**
 * Writes into a report whether its games chose the agent, and that they are
 * repeated from the champion's folder: a challenger trains on, and forgets.
 */
async function tellChoice(
  agent: Agent,
  home: string,
  { out, report }: Measured & { out: string },
  chose: boolean,
): Promise<void> {
  const of = (each: Agent) => commandText(["eval", agentTarget(each)]);
  const champion = { ...agent, ...{ members: [], run: null, folder: home } };
  const command = report.command.replace(of(agent), () => of(champion));
  await writeReport(out, agent, {
    report: {
      ...{ ...report, command, chose },
      seedPurpose: seedPurpose({ ...report, chose }),
    },
    ...await readRecordings(out),
  });
}

/** Notes the champion's games, and whether they are of another page. */
async function noteChampion(
  { folder, record, log }: NightContext,
  champion: Champion,
  played: Measured,
): Promise<void> {
  const { name, parameters, pageScript, figures } = standing(
    champion,
    await readNights(folder, () => {}),
  );
  record.pageScript = played.pageScript;
  record.champion = {
    ...contestant(name, parameters, played),
    seedPurpose: "test",
  };
  if (played.pageScript === pageScript) return;
  record.pageChange = {
    ...{ from: pageScript, to: played.pageScript },
    meanBefore: figures.mean,
  };
  log.say("The page's script changed: the champion has new figures.");
}

function contestant(
  name: string,
  parameters: number,
  { report: { mean, mean95, capped } }: Measured,
): Contestant {
  return { name, parameters, mean, mean95, capped };
}
