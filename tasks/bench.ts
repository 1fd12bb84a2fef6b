import {
  benchEnv,
  benchLearner,
  benchMemory,
  benchSolve,
  benchTrain,
  findPeers,
  installPeers,
} from "../lib/bench/mod.ts";
import {
  alignedTable,
  answer,
  answerJson,
  CONFIG_OPTIONS,
  defineCommand,
  JSON_OPTION,
  say,
} from "../lib/cli/mod.ts";
import { type Config, loadConfig } from "../lib/config/mod.ts";
import { UsageError } from "../lib/errors.ts";
import { points } from "../lib/text.ts";

/** What a measurement may be told beside the config. */
interface BenchOptions {
  /** Updates of the memory's measurement. */
  updates: number;
  /** Whether to install PyTorch and tf.function to compare the learner with. */
  peers: boolean;
}

/** A measurement: its document, and how to show it to a person. */
type Bench = (
  config: Config,
  options: BenchOptions,
) => Promise<{ document: unknown; text: string }>;

/** Measurements that take long: only when named. */
const ONLY_WHEN_NAMED = new Set(["memory", "solve"]);

const whole = (value: number) => value.toFixed(0);
const percent = (value: number) => `${(100 * value).toFixed(0)} %`;

const BENCHES: Record<string, Bench> = {
  async env(config) {
    const document = await benchEnv(config, {
      instances: [1, 4, 8, 16, 32],
      frameSkips: [1, 4],
      rounds: 5,
      milliseconds: 300,
    });
    const rows = document.results.map((result) => [
      whole(result.instances),
      whole(result.frameSkip),
      result.observation,
      whole(result.agentStepsPerSecond),
      (result.agentStepsPerSecond / document.roundTripsPerSecond).toFixed(2),
      percent(result.share.page),
      percent(result.share.protocol),
      percent(result.share.sharp),
    ]);
    const head = [
      ...["games", "frame skip", "observation", "agent steps/s"],
      ...["per round trip", "page", "protocol", "sharp"],
    ];
    const trips = whole(document.roundTripsPerSecond);
    return {
      document,
      text: `${trips} bare round trips/s; Chrome pages: ${document.pages}\n` +
        alignedTable([head, ...rows]),
    };
  },

  async learner(config, { peers }) {
    const document = await benchLearner(config, {
      batches: [32, 256],
      updatesPerRun: [1, 8, 32],
      rounds: 5,
      repeat: 8,
      peers: peers ? await installPeers(say) : await findPeers(),
    });
    const rows = document.results.map((result) => [
      `${result.engine} ${document.versions[result.engine] ?? ""}`.trim(),
      whole(result.batch),
      whole(result.updatesPerRun),
      result.updateMs.toFixed(2),
      result.actMs.toFixed(2),
    ]);
    const sampling = document.sampling.map(({ batch, sampleMs }) =>
      `sampling ${batch} transitions: ${sampleMs.toFixed(2)} ms\n`
    );
    return {
      document,
      text: `${document.device}; ${document.parameters} parameters\n` +
        sampling.join("") + alignedTable([
          [
            "engine",
            ...["batch", "updates per run", "update, ms"],
            `Q-values of ${document.games}, ms`,
          ],
          ...rows,
        ]),
    };
  },

  async train(config) {
    const document = await benchTrain(config, { rounds: 3, steps: 2000 });
    return {
      document,
      text: alignedTable([
        ["", "agent steps/s"],
        ["training", whole(document.stepsPerSecond)],
        ["environment alone", whole(document.environmentAlone)],
        ["learner alone", whole(document.learnerAlone)],
      ]),
    };
  },

  async memory(config, { updates }) {
    const document = await benchMemory(config, {
      updates,
      onSample: ({ updates, rssMb }) =>
        say(`${updates} updates: ${whole(rssMb)} MB`),
    });
    return {
      document,
      text: `${updates} updates on ${document.device}: memory grew by ` +
        `${document.growthMb.toFixed(1)} MB from the second fifth to the last`,
    };
  },

  async solve(config) {
    const document = await benchSolve(config, (sample) => {
      const { steps, seconds, mean, capped } = sample;
      say(
        `${points(steps)} steps, ${whole(seconds)} s: mean ${points(mean)}, ` +
          `${capped} at the cap`,
      );
    });
    const { steps, seconds } = document.samples.at(-1)!;
    return {
      document,
      text: `${document.solved ? "solved" : "not solved"} in ` +
        `${points(steps)} steps and ${whole(seconds)} s\n`,
    };
  },
};

/** `deno task bench`. */
export const command = defineCommand({
  details: `Measures ${Object.keys(BENCHES).join(", ")}; when none is ` +
    "named, all but memory and solve, which take long. Figures depend on what else the machine does.",
  positionals: [{ name: "WHAT", description: "The part to measure." }],
  options: {
    ...CONFIG_OPTIONS,
    updates: {
      type: "integer",
      placeholder: "N",
      minimum: 100,
      description: "Updates after which memory is compared (default: 100000).",
    },
    peers: {
      type: "boolean",
      description:
        "Compares the learner with PyTorch and tf.function even if they must be fetched first (several GB).",
    },
    json: JSON_OPTION,
  },
  examples: [
    ["train", "agent steps a second of a whole training"],
    [
      "solve --set evaluation.every=2500",
      "until 20 unseen games are at the cap",
    ],
  ],
  async run({ positionals: [what], options }) {
    if (what !== undefined && !Object.hasOwn(BENCHES, what)) {
      throw new UsageError(
        `There is no measurement "${what}": choose from ` +
          `${Object.keys(BENCHES).join(", ")}.`,
      );
    }
    const config = await loadConfig(options.config, options.set);
    const documents: Record<string, unknown> = {};
    const names = Object.keys(BENCHES).filter((name) =>
      what === undefined ? !ONLY_WHEN_NAMED.has(name) : name === what
    );
    for (const name of names) {
      if (what === undefined) say(`Measuring: ${name}`);
      const { document, text } = await BENCHES[name]!(config, {
        updates: options.updates ?? 100_000,
        peers: options.peers,
      });
      documents[name] = document;
      if (!options.json) answer(text);
    }
    if (options.json) {
      answerJson(what === undefined ? documents : documents[what]);
    }
    return 0;
  },
});
