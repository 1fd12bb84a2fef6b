import { addAbortListener } from "node:events";
import {
  answer,
  defineCommand,
  NATS_OPTION,
  say,
  stopOnSignal,
} from "../lib/cli/mod.ts";
import type { Bus } from "../lib/cluster/mod.ts";
import { openInBrowser } from "../lib/system/mod.ts";
import { openRun } from "../lib/runs/mod.ts";
import { serveWatch, watchWorkers } from "../lib/watch/mod.ts";

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
    nats: {
      ...NATS_OPTION,
      description: "Shows the workers on this NATS server as well.",
    },
    "no-open": {
      type: "boolean",
      description: "Prints the address alone, and opens no browser.",
    },
  },
  examples: [["default-1", "opens its page"]],
  async run({ positionals: [name], options }) {
    const { host = "127.0.0.1", nats, port } = options;
    const run = name === undefined ? null : await openRun(name);
    const watch = async (bus?: Bus) => {
      using stop = await stopOnSignal({ message: "The page ends." });
      const { signal } = stop;
      const workers = bus && watchWorkers(bus, signal);
      await using server = serveWatch({
        ...{ host, port },
        more: workers && (() => [workers()]),
      });
      const url = new URL(server.url);
      if (run) url.pathname = `/run/${encodeURIComponent(run.name)}`;
      const local = url.href;
      // Where all addresses are listened on, none of them is one to go to.
      if (["0.0.0.0", "::"].includes(host)) url.hostname = Deno.hostname();
      // As a part of a training it ends with that.
      const end = Deno.stderr.isTerminal() ? "; Ctrl-C ends it." : ".";
      say(`The page is at ${url.href}${end}`);
      if (!Deno.stdout.isTerminal()) answer(url.href);
      if (!options["no-open"]) await openInBrowser(local);
      await new Promise<void>((resolve) =>
        addAbortListener(signal, () => resolve())
      );
      return 0;
    };
    if (nats === undefined) return await watch();
    const { onBus } = await import("../lib/cluster/mod.ts");
    return await onBus(nats, say, watch);
  },
});
