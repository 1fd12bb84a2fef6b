import { basename } from "node:path";
import {
  AGENT_NAMES,
  AGENT_SET_OPTION,
  answer,
  answerJson,
  defineCommand,
  JSON_OPTION,
  say,
  stopOnSignal,
} from "../lib/cli/mod.ts";
import { HELD_OUT_SEEDS_START, loadConfig } from "../lib/config/mod.ts";
import { COUNTER_END, FRAMES_PER_SECOND } from "../lib/constants.ts";
import { UsageError } from "../lib/errors.ts";
import {
  pictureFormat,
  readStoredGame,
  showLiveGame,
  showLockstepGame,
  type ShownGame,
  showStoredGame,
  type StoredGame,
  writeShownGame,
} from "../lib/recording/mod.ts";
import { findAgent, loadPlayer } from "../lib/agents/mod.ts";
import { hasDisplay } from "../lib/system/mod.ts";
import { points } from "../lib/text.ts";
import { playInWindow } from "../lib/watch/mod.ts";

/** Without a window a game ends here, so that there is something to see soon. */
const PICTURE_SCORE = 1000;

/** `deno task play`. */
export const command = defineCommand({
  details:
    "Shows games in a window where there is a display: with pause, pace, " +
    "Q-values and what the network sees. Else one game as an animated WebP, " +
    "whose path is printed, with the game beside it as JSON. Without AGENT: the newest run, else pretrained.",
  positionals: [{ name: "AGENT", description: AGENT_NAMES }],
  options: {
    seed: {
      type: "integer",
      minimum: 0,
      placeholder: "SEED",
      description:
        `Seed of the game, lock-step clock (default: ${HELD_OUT_SEEDS_START}).`,
    },
    game: {
      type: "string",
      placeholder: "FILE",
      description: "Plays a stored game again: best.json, median.json.",
    },
    clock: {
      type: "string",
      choices: ["lockstep", "live"],
      description: "lockstep: repeats exactly (default). " +
        "live: the untouched page in real time.",
    },
    "no-window": {
      type: "boolean",
      description: "A picture even where there is a display.",
    },
    q: {
      type: "boolean",
      description:
        "Draws the Q-values below the game; a window always shows them.",
    },
    "max-score": {
      type: "integer",
      minimum: 1,
      placeholder: "POINTS",
      description:
        `Ends the game there (default: ${PICTURE_SCORE}; in a window ${COUNTER_END}).`,
    },
    seconds: {
      type: "integer",
      minimum: 1,
      placeholder: "N",
      description:
        "Seconds of play in the picture, the last ones (default: 60).",
    },
    out: {
      type: "string",
      placeholder: "FILE",
      description: "The animated .webp or .gif to write, in place of one in " +
        "data/games.",
    },
    set: AGENT_SET_OPTION,
    json: JSON_OPTION,
  },
  examples: [
    ["", "the newest run, or the agent that comes with the program"],
    ["default-1@step-5000 --q", "an earlier checkpoint, with Q-values"],
    ["pretrained --no-window --out game.gif", "a picture to send"],
    ["--game data/runs/default-1/report/best.json", "a stored game again"],
  ],
  async run({ positionals, options }) {
    const { seed, game: file, q: drawQ, seconds = 60, clock } = options;
    const { set: sets } = options;
    if (clock === "live" && (seed !== undefined || file !== undefined)) {
      throw new UsageError(
        "The live page cannot be given a seed or a stored game: leave out --clock live.",
      );
    }
    if (file !== undefined && seed !== undefined) {
      throw new UsageError("A stored game has its seed: leave out --seed.");
    }
    const window = !options["no-window"] && options.out === undefined &&
      hasDisplay();
    const maxScore = options["max-score"] ??
      (window ? COUNTER_END : PICTURE_SCORE);

    const format = window ? "webp" : await pictureFormat(options.out);
    const how = { seconds, drawQ, format };

    if (window) {
      return await showWindow(positionals[0], {
        ...{ seed, maxScore, sets, json: options.json },
        live: clock === "live",
        stored: file === undefined ? undefined : await readStoredGame(file),
      });
    }
    if (file !== undefined) {
      const stored = await readStoredGame(file);
      const agent = drawQ || positionals[0]
        ? await findAgent(positionals[0], { sets })
        : null;
      using player = drawQ && agent ? await loadPlayer(agent) : undefined;
      const config = agent?.config ?? await loadConfig(undefined, sets);
      return await finish(
        await showStoredGame(config, player ?? null, stored, how),
        options,
        basename(file, ".json").replace(`-seed-${stored.seed}`, ""),
      );
    }

    const agent = await findAgent(positionals[0], { sets });
    using player = await loadPlayer(agent);
    say(
      `${agent.name}, ${agent.checkpoint}: a game up to ${
        points(maxScore)
      } points.`,
    );
    const shown = clock === "live"
      ? await showLiveGame(agent.config, player, { ...how, maxScore })
      : await showLockstepGame(agent.config, player, {
        ...{ ...how, maxScore, seed: seed ?? HELD_OUT_SEEDS_START },
      });
    return await finish(shown, options, basename(agent.name));
  },
});

/** Games in a window, until it is closed; the last one that ended is told. */
async function showWindow(
  target: string | undefined,
  { json, ...show }: {
    seed: number | undefined;
    stored: StoredGame | undefined;
    live: boolean;
    maxScore: number;
    sets: readonly string[];
    json: boolean;
  },
): Promise<number> {
  const { name, checkpoint, config } = await findAgent(target, {
    sets: show.sets,
  });
  say(`${name}, ${checkpoint}, in a window; closing it, or Ctrl-C, ends it.`);
  if (show.live) {
    say("The page plays its first game alone, unseen: it updates it twice.");
  }
  using stop = await stopOnSignal({ message: "The window closes." });
  let last: StoredGame | undefined;
  const onEnd = (game: StoredGame) => {
    last = game;
  };
  await playInWindow(config.browser, { target, ...show, onEnd }, stop.signal);
  if (!last) return 0;
  const { score, end, frames } = last;
  const seed = show.live ? null : last.seed;
  report({ score, end, seconds: frames / FRAMES_PER_SECOND, seed }, json);
  return 0;
}

/** Writes the picture and the game; says where they are. */
async function finish(
  shown: ShownGame,
  { out, json }: { out: string | undefined; json: boolean },
  player: string,
): Promise<number> {
  const { score, end, seconds, stored } = shown;
  const seed = stored?.seed ?? null;
  const name = `${player}-${seed === null ? "live" : `seed-${seed}`}`;
  const place = out === undefined ? { name } : { path: out };
  const picture = await writeShownGame(shown, place);
  report({ score, end, seconds, seed, picture }, json);
  return 0;
}

function report(
  result: {
    score: number;
    end: string;
    seconds: number;
    seed?: number | null;
    picture?: string;
  },
  json: boolean,
): void {
  if (json) return answerJson(result);
  const { score, end, seconds, picture } = result;
  say(
    `${score} points in ${seconds.toFixed(0)} seconds of play; ${
      end === "cap" ? "ended there" : "crashed"
    }.`,
  );
  if (picture) answer(picture);
}
