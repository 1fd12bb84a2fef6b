/** What comes with a run, with a text wherever one may stand that is no text. */
import type { RunInfo } from "../lib/runs/mod.ts";
import { exampleReport } from "./examples.ts";

export const EVIL = `"'><script>steal()</script>[x](javascript:steal())\`\`\``;

export const info: RunInfo = {
  name: EVIL,
  seed: 1,
  from: EVIL,
  starts: [{
    time: EVIL,
    fromStep: 0,
    commandLine: ["train", EVIL],
    commit: EVIL,
    versions: { [EVIL]: EVIL },
    pageScript: EVIL,
    engine: "graph",
    device: EVIL,
  }],
};

export const report = {
  ...exampleReport(),
  ...{ run: EVIL, checkpoint: EVIL, command: EVIL, versions: { [EVIL]: EVIL } },
  games: exampleReport().games.map((game, i) => ({
    ...{ ...game, obstacle: i ? EVIL : "constructor" },
  })),
  baselines: exampleReport().baselines.map((one) => ({ ...one, name: EVIL })),
  published: exampleReport().published.map((one) => ({
    ...{ ...one, name: EVIL, source: EVIL, note: EVIL },
  })),
  actionsBySpeed: [{ speed: 6, actions: { [EVIL]: 3, constructor: 1 } }],
};
