/** A small program over lib/cli, which run_test.ts starts. */
import {
  answerJson,
  defineCommand,
  JSON_OPTION,
  runCommandLine,
  say,
} from "../../lib/cli/mod.ts";
import { DinoDqnError } from "../../lib/errors.ts";

const echo = defineCommand({
  positionals: [{ name: "WORD", description: "What to say.", required: true }],
  options: {
    times: { type: "integer", description: "How often." },
    json: JSON_OPTION,
  },
  run({ positionals }) {
    say("said aloud");
    answerJson({ word: positionals[0] });
    return Promise.resolve(3);
  },
});

const fail = defineCommand({
  options: { foreseen: { type: "boolean", description: "An own error." } },
  run({ options }): Promise<number> {
    if (options.foreseen) throw new DinoDqnError("the disk is full");
    throw new Error("a bug");
  },
});

Deno.exitCode = await runCommandLine([
  {
    name: "echo",
    summary: "Says a word.",
    load: () => Promise.resolve({ command: echo }),
  },
  {
    name: "fail",
    summary: "Fails.",
    load: () => Promise.resolve({ command: fail }),
  },
], Deno.args);
