/** A small program over lib/cli, which run_test.ts starts. */
import {
  answerJson,
  defineCommand,
  INTERRUPTED,
  JSON_OPTION,
  runCommandLine,
  say,
  stopOnSignal,
} from "../../lib/cli/mod.ts";
import { DinoDqnError, UsageError } from "../../lib/errors.ts";

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
  positionals: [{ name: "HOW", description: "In which way." }],
  options: {},
  async run({ positionals: [how] }): Promise<number> {
    if (how === "foreseen") throw new DinoDqnError("the disk is full");
    if (how === "missing") await Deno.stat("/nowhere");
    if (how === "full") {
      const cause = Object.assign(new Error("full"), { code: "ENOSPC" });
      throw new UsageError(
        "Cannot write: No space left on device (os error 28)",
        { cause },
      );
    }
    throw new Error("a bug");
  },
});

const wait = defineCommand({
  options: {},
  async run() {
    using stop = await stopOnSignal({ message: "stopping" });
    const timer = setInterval(() => {}, 1000);
    const onUser = () => say("here");
    Deno.addSignalListener("SIGUSR1", onUser);
    say("works");
    await new Promise((resolve) => stop.signal.onabort = resolve);
    clearInterval(timer);
    Deno.removeSignalListener("SIGUSR1", onUser);
    say("stopped");
    return INTERRUPTED;
  },
});

Deno.exitCode = await runCommandLine([
  {
    name: "echo",
    summary: "Says a word.",
    load: () => Promise.resolve({ command: echo }),
  },
  {
    name: "wait",
    summary: "Waits to be stopped.",
    load: () => Promise.resolve({ command: wait }),
  },
  {
    name: "fail",
    summary: "Fails.",
    load: () => Promise.resolve({ command: fail }),
  },
], Deno.args);
