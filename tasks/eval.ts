import { join } from "node:path";
import {
  AGENT_NAMES,
  AGENT_SET_OPTION,
  answer,
  answerJson,
  defineCommand,
  ELSEWHERE_OPTIONS,
  INTERRUPTED,
  JSON_OPTION,
  requireNats,
  say,
  stopOnSignal,
} from "../lib/cli/mod.ts";
import { HELD_OUT_SEEDS_START } from "../lib/config/mod.ts";
import { UsageError } from "../lib/errors.ts";
import { checkGames } from "../lib/evaluation/mod.ts";
import { checkFolder, commandText } from "../lib/system/mod.ts";
import { counted, points } from "../lib/text.ts";
import {
  evaluationText,
  REPORT_KIND,
  reportFolder,
  writeIndex,
  writeReport,
} from "../lib/report/mod.ts";
import {
  measureAgent,
  type PlayedGames,
  playGames,
} from "../lib/recording/mod.ts";
import { agentTarget, findAgent } from "../lib/agents/mod.ts";
import { readRunData } from "../lib/runs/mod.ts";

/** `deno task eval`. */
export const command = defineCommand({
  details:
    "Plays greedily on held-out seeds, from which training never learns, and " +
    "lets simple players play the same games; leaves a report. Without AGENT: " +
    "the newest run, else pretrained.",
  positionals: [{ name: "AGENT", description: AGENT_NAMES }],
  options: {
    episodes: {
      type: "integer",
      minimum: 1,
      placeholder: "N",
      description: "Games to play (default: 100).",
    },
    "first-seed": {
      type: "integer",
      minimum: 0,
      placeholder: "SEED",
      description: `Seed of the first game (default: ${HELD_OUT_SEEDS_START}).`,
    },
    "max-score": {
      type: "integer",
      minimum: 1,
      placeholder: "POINTS",
      description:
        "A game that reaches this ends there, as capped (default: 4000).",
    },
    clock: {
      type: "string",
      choices: ["lockstep", "live"],
      description: "lockstep: fast, repeats exactly (default). live: the " +
        "untouched page in real time, by its canvas and keys.",
    },
    set: AGENT_SET_OPTION,
    "no-baselines": {
      type: "boolean",
      description: "Without the simple players.",
    },
    ...ELSEWHERE_OPTIONS,
    part: {
      type: "integer",
      minimum: 1,
      description: "With --nats: games that a worker plays at once (16).",
    },
    "part-of": {
      type: "string",
      placeholder: "SEED+N",
      description: "Answers with these games as JSON, for whoever joins the " +
        "parts of an evaluation of N games from SEED on; leaves no report.",
    },
    out: {
      type: "string",
      placeholder: "FOLDER",
      description: "Where the report goes, in place of the run's folder.",
    },
    json: JSON_OPTION,
  },
  examples: [
    ["default-1", "its best checkpoint, 100 games"],
    ["default-1@last --episodes 20", "its newest one, 20 games"],
    ["pretrained --max-score 18895", "games as long as README has them"],
    ["default-1 --nats nats://127.0.0.1:4222", "by workers"],
  ],
  async run({ positionals, options }) {
    requireNats(options, ["detach", "mixed", "part"]);
    const agent = await findAgent(positionals[0], { sets: options.set });
    const {
      episodes = 100,
      "first-seed": firstSeed = HELD_OUT_SEEDS_START,
      "max-score": maxScore = 4000,
      clock = "lockstep",
    } = options;
    const games = {
      ...{ episodes, firstSeed, maxScore, clock },
      baselines: !options["no-baselines"],
    };
    checkGames(games);
    if (options["part-of"] !== undefined) {
      const whole = wholeOf(options["part-of"], games);
      answer(JSON.stringify(await playGames(agent, { ...games, whole })));
      return 0;
    }
    const folder = options.out ?? reportFolder(agent, clock);
    await checkFolder(folder, options.out ? REPORT_KIND : undefined);
    // Its report tells of the training, too: what is amiss there is told now.
    if (agent.run) await readRunData(agent.run);
    say(
      `${agent.name}, ${agent.checkpoint}: ${counted(episodes, "game")} up to ${
        points(maxScore)
      } ` +
        `points, ${clock} clock.`,
    );
    let played: PlayedGames | null = null;
    if (options.nats !== undefined) {
      if (clock === "live") {
        throw new UsageError(
          "--nats does not go with --clock live, whose games do not repeat",
        );
      }
      const { onBus, playElsewhere } = await import("../lib/cluster/mod.ts");
      const { detach, part = 16, mixed } = options;
      const code = await onBus(options.nats, say, async (bus) => {
        using stop = await stopOnSignal({
          message: "Stopping the games; what was played stays on the server.",
        });
        const { signal } = stop;
        const how = { ...games, part, mixed, signal, say };
        played = await playElsewhere(bus, agent, how, detach);
        return signal.aborted ? INTERRUPTED : 0;
      });
      if (!played) return code;
    }
    const measurement = await measureAgent(agent, {
      ...games,
      played: played ?? undefined,
      command: commandText([
        ...["eval", agentTarget(agent), "--episodes", `${episodes}`],
        ...["--first-seed", `${firstSeed}`, "--max-score", `${maxScore}`],
        ...["--clock", clock],
        ...options.set.flatMap((set) => ["--set", set]),
        ...(options["no-baselines"] ? ["--no-baselines"] : []),
      ]),
      onGame: (game, done) => {
        if (clock === "live" || done % Math.ceil(episodes / 10) === 0) {
          say(`${done} of ${episodes} games; the last one: ${game.score}`);
        }
      },
    });
    const { report } = measurement;
    try {
      await writeReport(folder, agent, measurement, {
        keepEarlier: options.out === undefined,
      });
      await writeIndex();
    } finally {
      // What was played is not lost with a full disk.
      if (options.json) answerJson(report);
      else answer(evaluationText(report));
    }
    say(`Report: ${join(folder, "index.html")}`);
    return 0;
  },
});

/** @throws UsageError when it is not an evaluation with these games in it */
function wholeOf(
  text: string,
  part: { episodes: number; firstSeed: number; clock: string },
) {
  const [, seed, games] = /^(\d{1,15})\+(\d{1,15})$/.exec(text) ?? [];
  const [firstSeed, episodes] = [Number(seed), Number(games)];
  const isInside = part.firstSeed >= firstSeed &&
    part.firstSeed + part.episodes <= firstSeed + episodes;
  if (isInside && part.clock === "lockstep") return { firstSeed, episodes };
  throw new UsageError(
    `--part-of ${text}: it must be an evaluation with these games in it, such ` +
      `as ${part.firstSeed}+${part.episodes}, with the lockstep clock`,
  );
}
