/**
 * The model card: what an agent is, how it was made, what it can and cannot. It
 * begins with what model hubs read (huggingface.co/docs/hub/model-cards).
 */
import { stringify } from "yaml";
import type { Config } from "../config/mod.ts";
import { ACTIONS } from "../constants.ts";
import type { RunData } from "../runs/mod.ts";
import { commandText } from "../system/mod.ts";
import type { EvaluationReport } from "../evaluation/mod.ts";
import {
  cappedText,
  crashesText,
  escapeXml,
  figureText,
  intervalText,
  points,
} from "../text.ts";
import {
  type FigureWithInterval,
  liveText,
  reportedFigures,
  seedsText,
} from "../report/mod.ts";

/** A training: what it was made with, and how long it was. */
export type CardTraining =
  & Pick<RunData, "info" | "steps" | "minutes">
  & { games: readonly unknown[] };

/** What a card tells; `null`: not known. */
export interface CardContent {
  name: string;
  checkpoint: string;
  config: Config;
  /** Numbers that the network learned. */
  parameters: number;
  /** How it was trained, or each of its members; none: not known. */
  trainings: readonly CardTraining[];
  /** Its games on held-out seeds. */
  report: EvaluationReport | null;
  /** Its games in real time. */
  live: EvaluationReport | null;
  /** Names of the files beside the card, to which it leads. */
  files: readonly string[];
}

/** Pterodactyls come from this speed on, in pixels per frame. */
const BIRD_SPEED = 8.5;

function gameText({ game }: Config): string {
  const { speed } = game;
  const birds = game.birds && (speed === "accelerating" || speed >= BIRD_SPEED);
  return (speed === "accelerating"
    ? "the real, accelerating game (speed 6 to 13)"
    : `the game at the constant speed ${speed}`) +
    `, ${birds ? "with" : "without"} pterodactyls, ${
      game.night ? "with" : "without"
    } night`;
}

/** A text as it may stand in Markdown, where HTML is read, too. */
const plain = (text: string) =>
  escapeXml(text).replace(/[\\`*_[\]|~]/g, "\\$&").replace(/\s+/g, " ");

/** Lines in a typewriter face, whatever they hold. */
function code(lines: readonly string[]): string {
  const text = lines.join("\n");
  const marks = Math.max(...(text.match(/`+/g) ?? []).map((s) => s.length), 2);
  const fence = "`".repeat(marks + 1);
  return `${fence}\n${text}\n${fence}`;
}

const table = (rows: readonly (readonly string[])[]) =>
  rows.map((row) => `| ${row.join(" | ")} |`).join("\n");

/** What hubs list, filter and compare by; figures only where there are some. */
function frontMatter({ name, config, report }: CardContent): string {
  const { game, network } = config;
  const metric = "mean_reward";
  const task = "reinforcement-learning";
  const speed = game.speed === "accelerating" ? "accelerating" : "constant";
  const text = stringify({
    license: "mit",
    library_name: "dino-dqn",
    pipeline_tag: task,
    tags: [
      ...[task, "deep-reinforcement-learning", "dqn", "tensorflowjs"],
      ...["chrome-dino", `chrome-dino-${speed}`],
      ...(network.members > 1 ? ["ensemble"] : []),
    ],
    ...(report && {
      metrics: [metric],
      "model-index": [{
        name,
        results: [{
          task: { type: task, name: task },
          dataset: { name: gameText(config), type: `chrome-dino-${speed}` },
          metrics: [{
            type: metric,
            value: `${report.mean.toFixed(2)} +/- ${report.sd.toFixed(2)}`,
            name: `mean score of ${report.episodes} games; ${
              cappedText(report)
            }`,
            verified: false,
          }],
        }],
      }],
    }),
  }, {
    defaultStringType: "QUOTE_DOUBLE",
    defaultKeyType: "PLAIN",
    lineWidth: 0,
  });
  // For who takes it for Markdown.
  return text.replaceAll("<", "\\u003c").replaceAll("]", "\\u005d");
}

/** Places that a card leads to, if they are there. */
const LINKS = {
  "example.html": "See it play, with what it thinks",
  "report/index.html": "Report",
  "report/scores.csv": "every game",
  "config.yaml": "config",
};

/** A film of it, and the ways to what lies beside the card. */
function beside({ files }: CardContent): string {
  const film = "report/median.webp";
  const links = Object.entries(LINKS)
    .filter(([file]) => files.includes(file))
    .map(([file, text]) => `[${text}](${file})`);
  return [
    ...(files.includes(film) ? [`![The end of its median game](${film})`] : []),
    ...(links.length > 0 ? [links.join(" · ")] : []),
  ].join("\n\n");
}

/** The card as Markdown. */
export function modelCard(content: CardContent): string {
  const { name, checkpoint, config, parameters } = content;
  const { game, env, network } = config;
  const ensemble = network.members > 1;
  const layers = typeof network.layers === "string"
    ? `the network \`${network.layers}\``
    : `${network.layers.length} hidden layers (see config.yaml)`;
  return `---
${frontMatter(content)}---

# ${plain(name)}

A Deep Q-Network that plays the dinosaur game of chrome://dino from its pixels.

${beside(content)}

- **Game**: ${
    gameText(config)
  }; ${game.actions} actions; one decision in ${game.frameSkip} rendered frames.
- **Sees**: the last 4 decisions' pictures, 80×80 grey, of the left ${env.crop.width}×${env.crop.height} pixels of the game's canvas, ink bright on black.
- **Is**: ${
    ensemble ? `an ensemble of ${network.members}, each ` : ""
  }${layers}, ${points(parameters)} parameters${
    network.dueling ? ", dueling" : ""
  }; the action with the highest ${
    ensemble ? "mean of their Q-values" : "Q-value"
  } is taken.
- **Checkpoint**: ${plain(checkpoint)}.

## Scores

${scores(content.report)}

${live(content.live)}

## How it was trained

${training(content)}

## Limits

- It knows the game as one Chrome draws it, and at its usual size; another page script may need new training.
- It was trained ${
    game.speed === "accelerating"
      ? "for the accelerating game; at other speeds nothing was measured"
      : "at one constant speed and cannot be expected to play any other"
  }.
- The figures are of ${
    ensemble ? "these trainings" : "one training seed"
  }. Another seed gives another agent.

## How to use it

With this program: \`deno task play FOLDER\`, where FOLDER holds this card.

In any program with TensorFlow.js 2.0 or newer:

\`\`\`js
const model = await tf.loadLayersModel("model.json");
// observation: [1, 80, 80, 4], 0 to 255, the newest frame last
const action = model.predict(observation).argMax(1).dataSync()[0]; // ${
    ACTIONS.slice(0, game.actions)
      .map((action, i) => `${i}: ${action}`).join(", ")
  }
\`\`\`

## Licence

MIT, as that of the program that trained it.
`;
}

function scores(report: EvaluationReport | null): string {
  if (!report) {
    return "Not measured on held-out seeds yet: `deno task eval`.";
  }
  const { mean, median, iqm } = reportedFigures(report);
  const row = (label: string, { value, interval }: FigureWithInterval) => [
    ...[label, points(value), intervalText(interval)],
  ];
  const head = cappedText(report);
  const [seed, episodes] = [report.firstSeed, report.episodes];
  return `${episodes} greedy games, ${plain(report.clock)} clock, seeds ${
    points(seed)
  } to ${points(seed + episodes - 1)}, ${seedsText(report)}; ${head}${
    report.capped > 0 ? ", so the true figures are higher" : ""
  }; ${crashesText(report)}; ${
    report.pointsPerSecond.toFixed(1)
  } points per second of play.

${
    table([
      ["Figure", "Points", "95 % interval"],
      ["---", "---:", "---:"],
      row("mean", mean),
      row("median", median),
      row("interquartile mean", iqm),
    ])
  }

Lowest ${points(report.min)}, highest ${
    points(report.max)
  }, standard deviation ${
    points(report.sd)
  }. Simple players on the same seeds: ${
    report.baselines.map(({ name, mean }) => `${plain(name)} ${points(mean)}`)
      .join(", ") || "not measured"
  } (means).

Repeat it:

${code([report.command])}`;
}

function live(report: EvaluationReport | null): string {
  if (!report) {
    return "In the lock-step clock the game waits for each decision. In real " +
      "time, where it does not, this agent was not measured: `--clock live`.";
  }
  const { episodes, mean, mean95, median, min } = report;
  return `In real time, on the untouched page, by ${
    liveText(report)
  }: ${episodes} games, ${cappedText(report)}; mean ${
    figureText(mean, mean95)
  }, median ${points(median)}, lowest ${points(min)}.`;
}

function training({ config, trainings }: CardContent): string {
  const { learner } = config;
  const { teacher } = learner;
  const method = [
    ...(teacher === null
      ? [
        learner.doubleQ ? "Double DQN" : "DQN",
        `${learner.nStep}-step returns`,
        `discount ${learner.discount}`,
      ]
      : [
        `Policy distillation: it learned the Q-values of ${plain(teacher)}`,
        `temperature ${learner.temperature}`,
      ]),
    `batch ${learner.batchSize}`,
    `${learner.loss === "huber" ? "Huber" : "squared"} loss`,
    `Adam at ${learner.learningRate}`,
    `${points(config.replay.capacity)} transitions of ${
      config.replay.prioritized ? "prioritised" : "uniform"
    } replay`,
  ].join(", ");
  return [
    `${method}. Everything else stands in config.yaml.`,
    ...trainings.map(trainingText),
    ...trainings.slice(0, 1).map(madeWith),
  ].join("\n\n");
}

function trainingText({ info, steps, games, minutes }: CardTraining): string {
  const [start] = info.starts;
  const device = start ? ` on ${plain(start.device)}` : "";
  const from = info.from === undefined
    ? ""
    : `It began with the weights of ${plain(info.from)}. `;
  return `${from}Seed ${info.seed}: ${points(steps)} agent steps, ${
    points(games.length)
  } games, ${minutes.toFixed(1)} minutes${device}.

${code(info.starts.map(({ commandLine }) => commandText(commandLine)))}`;
}

/** Versions of what the first training was made with. */
function madeWith({ info: { starts: [start] } }: CardTraining): string {
  if (!start) return "";
  const versions = Object.entries(start.versions)
    .map(([name, version]) => `- ${plain(name)} ${plain(version)}`);
  return [...versions, `- page script ${plain(start.pageScript)}`].join("\n");
}
