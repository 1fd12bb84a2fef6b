import { answer, defineCommand, say, stopOnSignal } from "../lib/cli/mod.ts";
import { openInBrowser } from "../lib/system/mod.ts";
import { openRun } from "../lib/runs/mod.ts";
import { serveWatch } from "../lib/watch/mod.ts";

/** `deno task watch`. */
export const command = defineCommand({
  details:
    "A page of all runs: their curves as they grow, the agent at play, several " +
    "runs over each other. It reads the data folder and changes nothing. Only " +
    "this machine can open it, unless --host names another address; then the " +
    "address that is printed holds a token. Ctrl-C ends it.",
  positionals: [{
    name: "RUN",
    description: "Opens this run's page; without it the list of all.",
  }],
  options: {
    port: {
      type: "integer",
      minimum: 0,
      placeholder: "N",
      description: "Port to listen on (default: 6007, or any that is free).",
    },
    host: {
      type: "string",
      placeholder: "ADDRESS",
      description: "Address to listen on (default: 127.0.0.1).",
    },
    "no-open": {
      type: "boolean",
      description: "Prints the address alone, and opens no browser.",
    },
  },
  examples: [["default-1", "opens its page"]],
  async run({ positionals: [name], options }) {
    const { host = "127.0.0.1", port } = options;
    const run = name === undefined ? null : await openRun(name);
    using stop = await stopOnSignal({ message: "The page ends." });
    await using server = serveWatch({ host, port });
    const url = new URL(server.url);
    if (run) url.pathname = `/run/${encodeURIComponent(run.name)}`;
    say(`The page is at ${url.href}; Ctrl-C ends it.`);
    if (!Deno.stdout.isTerminal()) answer(url.href);
    if (!options["no-open"]) await openInBrowser(url.href);
    await new Promise<void>((resolve) =>
      stop.signal.aborted
        ? resolve()
        : stop.signal.addEventListener("abort", () => resolve())
    );
    return 0;
  },
});
