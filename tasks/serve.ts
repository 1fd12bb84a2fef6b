import { CONFIG_OPTIONS, defineCommand } from "../lib/cli/mod.ts";
import { loadConfig } from "../lib/config/mod.ts";
import { UsageError } from "../lib/errors.ts";
import { serveGames } from "../lib/serve/mod.ts";

/** `deno task serve`. */
export const command = defineCommand({
  details:
    "Lock-step games for a program in another language, which starts this one: " +
    "requests on stdin, answers on stdout, as lib/serve/messages.ts describes " +
    "them. It ends when stdin is closed. lib/serve/python has a Gymnasium " +
    "environment made of it.",
  options: {
    ...CONFIG_OPTIONS,
    games: {
      type: "integer",
      minimum: 1,
      placeholder: "N",
      description: "Games side by side (default: env.instances).",
    },
    training: {
      type: "boolean",
      description: "Cuts games as training does (env.maxEpisodeSteps).",
    },
  },
  async run({ options }) {
    if (Deno.stdin.isTerminal()) {
      throw new UsageError(
        "serve speaks to programs, not to people: see docs/scripting.md",
      );
    }
    const config = await loadConfig(options.config, options.set);
    await serveGames(config, {
      games: options.games ?? config.env.instances,
      training: options.training,
      pipe: {
        readSync: (bytes) => Deno.stdin.readSync(bytes),
        writeSync: (bytes) => Deno.stdout.writeSync(bytes),
      },
    });
    return 0;
  },
});
