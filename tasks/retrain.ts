import {
  answer,
  CONFIG_OPTIONS,
  defineCommand,
  INTERRUPTED,
  JSON_OPTION,
  say,
  stopOnSignal,
} from "../lib/cli/mod.ts";
import { loadConfig } from "../lib/config/mod.ts";
import {
  changeSchedule,
  isScheduleRequest,
  type NightResult,
  resultLine,
  retrain,
  SCHEDULE_OPTIONS,
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
    ...SCHEDULE_OPTIONS,
    json: JSON_OPTION,
  },
  async run({ options }) {
    const isSchedule = isScheduleRequest(options);
    const config = await loadConfig(options.config, [
      ...options.set,
      ...setting("retraining.minutes", options.minutes),
      ...setting("retraining.steps", options.steps),
    ]);
    if (isSchedule) {
      await changeSchedule(options, { config, answer, say });
      return 0;
    }
    const stop = new AbortController();
    using _signals = await stopOnSignal({
      stop,
      message: "Saving and ending the night; once more to end at once.",
    });
    const result = await retrain({ config, signal: stop.signal, say });
    answer(options.json ? JSON.stringify(result) : resultLine(result));
    return result.result === "failed" && stop.signal.aborted
      ? INTERRUPTED
      : EXIT_CODES[result.result];
  },
});

function setting(key: string, value: number | undefined): string[] {
  return value === undefined ? [] : [`${key}=${value}`];
}
