import { assertEquals, assertThrows } from "@std/assert";
import {
  CONFIG_OPTIONS,
  defineCommand,
  parseCommandLine,
} from "../../lib/cli/mod.ts";
import { UsageError } from "../../lib/errors.ts";

const COMMAND = defineCommand({
  positionals: [
    { name: "RUN", description: "a run", required: true },
    { name: "OTHER", description: "another" },
  ],
  options: {
    episodes: { type: "integer", minimum: 1, description: "how many" },
    minutes: { type: "number", description: "how long" },
    clock: {
      type: "string",
      choices: ["live", "lockstep"],
      description: "which",
    },
    at: { type: "string", standalone: "noon", description: "when" },
    set: { type: "string", repeatable: true, description: "what" },
    json: { type: "boolean", description: "how" },
  },
  run: () => Promise.resolve(0),
});

const parse = (...args: string[]) => parseCommandLine("eval", COMMAND, args);

function refused(args: string[], message: string) {
  assertThrows(() => parse(...args), UsageError, message);
}

Deno.test("parseCommandLine converts each option to its type", () => {
  assertEquals(
    parse(
      "007",
      "--episodes=20",
      "--minutes",
      "0.5",
      "--clock",
      "live",
      "--set",
      "seed=7",
      "--set=a.b=1",
      "--json",
      "best",
    ),
    {
      positionals: ["007", "best"],
      options: {
        episodes: 20,
        minutes: 0.5,
        clock: "live",
        at: undefined,
        set: ["seed=7", "a.b=1"],
        json: true,
        help: false,
      },
    },
  );
});

Deno.test("parseCommandLine takes an option's standalone value, if it has one", () => {
  const at = (...args: string[]) => {
    const parsed = parse("best", ...args);
    return parsed === "help" ? parsed : parsed.options.at;
  };
  assertEquals(at("--at"), "noon");
  assertEquals(at("--at", "--json"), "noon");
  assertEquals(at("--at", "four"), "four");
  refused(["best", "--clock"], "--clock needs a value");
});

Deno.test("parseCommandLine leaves what was not given undefined, empty or false", () => {
  assertEquals(parse("run"), {
    positionals: ["run"],
    options: {
      episodes: undefined,
      minutes: undefined,
      clock: undefined,
      at: undefined,
      set: [],
      json: false,
      help: false,
    },
  });
});

Deno.test("parseCommandLine takes --help and -h before any error", () => {
  assertEquals(parse("--help"), "help");
  assertEquals(parse("-h", "--episods"), "help");
});

Deno.test("parseCommandLine refuses an unknown option with the nearest one", () => {
  refused(["run", "--episods", "3"], "--episods; did you mean --episodes?");
  refused(["run", "--Json"], "--Json; did you mean --json?");
  // What other programs call it.
  refused(["run", "--games", "3"], "--games; did you mean --episodes?");
  refused(["run", "--gpu"], "did you mean --set learner.device=gpu?");
  refused(["--model", "run"], "--model; did you mean RUN, without an option?");
  refused(["run", "--no-json"], "--no-json");
  refused(["run", "--jsn"], "did you mean --json? See: deno task eval --help");
  refused(["run", "-x"], "-x; there is --episodes, --minutes");
});

Deno.test("parseCommandLine refuses values that do not fit", () => {
  refused(["run", "--episodes", "2.5"], "whole number of at least 1");
  refused(["run", "--episodes", "0"], "whole number of at least 1");
  refused(["run", "--episodes", "1e30"], "1 and at most 9007199254740991");
  refused(["run", "--episodes", "-5"], "--episodes -5: it must be a whole");
  refused(["run", "--episodes=1e99"], "whole number");
  refused(["run", "--minutes", "soon"], "--minutes soon: it must be a number");
  refused(["run", "--minutes", "Infinity"], "it must be a number");
  refused(["run", "--clock", "life"], "--clock life; did you mean live?");
  refused(["run", "--clock", "x"], "--clock x; there is live, lockstep");
  refused(["run", "--episodes"], "--episodes needs a value");
  refused(["run", "--episodes", "--json"], "--episodes needs a value");
  refused(["run", "--episodes", ""], "--episodes needs a value");
  refused(["run", "--clock="], "--clock needs a value");
  refused(["run", "--json=no"], "--json=no: --json takes no value");
  refused(["run", "--json="], "--json takes no value");
  assertEquals(parse("--", "--json=no") !== "help", true);
  refused(["run", "--minutes=1", "--minutes=2"], "--minutes was given 2 times");
});

Deno.test("parseCommandLine counts the positionals", () => {
  refused([], "RUN is missing");
  refused(["a", "b", "c"], 'unexpected argument "c". See');
  assertThrows(
    () =>
      parseCommandLine(
        "doctor",
        defineCommand({
          options: CONFIG_OPTIONS,
          run: () => Promise.resolve(0),
        }),
        ["mine.yaml"],
      ),
    UsageError,
    'unexpected argument "mine.yaml"; a config is --config FILE. See',
  );
});
