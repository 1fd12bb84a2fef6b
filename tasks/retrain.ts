import { resolve } from "node:path";
import {
  answer,
  CONFIG_OPTIONS,
  defineCommand,
  INTERRUPTED,
  JSON_OPTION,
  NATS_OPTION,
  say,
  settings,
  stopOnSignal,
} from "../lib/cli/mod.ts";
import { loadConfig } from "../lib/config/mod.ts";
import { UsageError } from "../lib/errors.ts";
import { writeIndex } from "../lib/report/mod.ts";
import {
  changeSchedule,
  commandsOf,
  type NightParts,
  type NightResult,
  resultLine,
  retrain,
  type ScheduleRequest,
} from "../lib/retraining/mod.ts";

/** Exit codes of a night. */
const EXIT_CODES: Record<NightResult["result"], number> = {
  promoted: 0,
  kept: 3,
  failed: 1,
};

/** `deno task retrain`. */
export const command = defineCommand({
  details:
    "Trains the challenger (the run of that name) for a while, lets it and the " +
    "champion play the same new games, and makes it champion only if it is " +
    "better beyond chance. For a schedule: it prints one line and exits with 0 " +
    "(promoted), 3 (kept) or 1 (failed). deno task play champion shows the " +
    "champion.",
  options: {
    ...CONFIG_OPTIONS,
    minutes: {
      type: "number",
      minimum: 0,
      description: "Minutes of training tonight (retraining.minutes).",
    },
    steps: {
      type: "integer",
      minimum: 1,
      description: "Agent steps of training tonight (retraining.steps).",
    },
    nats: NATS_OPTION,
    "install-cron": {
      type: "string",
      placeholder: "TIME",
      description:
        'Does this at a time of cron, "0 2 * * *", with the other options given.',
    },
    "install-systemd": {
      type: "string",
      placeholder: "TIME",
      standalone: "*-*-* 02:00:00",
      description: "The same by a timer of your systemd; at two if no TIME.",
    },
    uninstall: {
      type: "boolean",
      description: "Takes it off the schedule of cron and systemd.",
    },
    "dry-run": {
      type: "boolean",
      description: "Shows what the three options above would do, and no more.",
    },
    json: JSON_OPTION,
  },
  examples: [
    ["--minutes 60", "a night now"],
    ["--install-cron '0 2 * * *'", "one every night at two"],
    ["--uninstall", "no more"],
  ],
  exitCodes: "3 kept the champion, 130 stopped, and saved",
  async run({ options }) {
    const request = scheduleRequest(options);
    const { config: file, set, minutes, nats, steps } = options;
    const config = await loadConfig(file, [
      ...set,
      ...settings({
        "retraining.minutes": minutes,
        "retraining.steps": steps,
      }),
    ]);
    if (request) {
      const args = [
        ...(file === undefined ? [] : ["--config", resolve(file)]),
        ...set.flatMap((change) => ["--set", change]),
        ...(minutes === undefined ? [] : ["--minutes", `${minutes}`]),
        ...(steps === undefined ? [] : ["--steps", `${steps}`]),
        ...(nats === undefined ? [] : ["--nats", nats]),
      ];
      await changeSchedule({ ...request, args, config, answer, say });
      return 0;
    }
    const night = async (training: Partial<NightParts> = {}) => {
      using stop = await stopOnSignal({
        message: "Saving and ending the night; once more to end at once.",
      });
      const { signal } = stop;
      const parts = { ...commandsOf(nats), ...training };
      const result = await retrain({ config, parts, signal, say });
      await writeIndex();
      answer(options.json ? JSON.stringify(result) : resultLine(result));
      return result.result === "failed" && signal.aborted
        ? INTERRUPTED
        : EXIT_CODES[result.result];
    };
    // One is trained as well here.
    if (nats === undefined || config.retraining.challengers === 1) {
      return await night();
    }
    const { onBus, trainElsewhere } = await import("../lib/cluster/mod.ts");
    return await onBus(nats, say, (bus) =>
      night({
        sideBySide: true,
        train: ({ run, from: { step: bestAfter } }, { log, signal }) =>
          trainElsewhere(bus, run, {
            ...{ bestAfter, signal },
            say: (line) => log.say(line),
          }),
      }));
  },
});

/** What the options ask of the schedule; null: they are about a night. */
function scheduleRequest(options: {
  "install-cron": string | undefined;
  "install-systemd": string | undefined;
  uninstall: boolean;
  "dry-run": boolean;
  json: boolean;
}): Pick<ScheduleRequest, "install" | "dryRun"> | null {
  const kinds = ["install-cron", "install-systemd", "uninstall"] as const;
  const [given, second] = kinds.filter((kind) => options[kind]);
  const dryRun = options["dry-run"];
  if (second) {
    throw new UsageError(
      `--${given} does not go with --${second}: give one of them`,
    );
  }
  if (given === undefined && dryRun) {
    throw new UsageError(
      "--dry-run shows what a change of the schedule would do: give it with " +
        kinds.map((kind) => `--${kind}`).join(", "),
    );
  }
  if (given === undefined) return null;
  if (options.json) {
    throw new UsageError(`--json is for a night, not for --${given}`);
  }
  if (given === "uninstall") return { install: null, dryRun };
  const by = given === "install-cron" ? "cron" : "systemd";
  return { install: { by, time: options[given]! }, dryRun };
}
