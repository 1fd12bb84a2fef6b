/**
 * The program: `dino-dqn COMMAND`, usually called as `deno task COMMAND`. A
 * command's code is loaded when it is called, so that help and doctor need
 * neither TensorFlow nor the plotting library.
 */
import { type CommandEntry, runCommandLine } from "./lib/cli/mod.ts";
import { goWhereCalled } from "./lib/files.ts";

/** Every command, in the order of `--help`. */
export const COMMANDS: readonly CommandEntry[] = [
  {
    name: "train",
    summary: "Trains an agent from the game's pixels.",
    load: () => import("./tasks/train.ts"),
  },
  {
    name: "runs",
    summary: "Lists all runs: state, best, time, and what is special.",
    load: () => import("./tasks/runs.ts"),
  },
  {
    name: "retrain",
    summary: "Trains on and keeps the better agent: for a nightly schedule.",
    load: () => import("./tasks/retrain.ts"),
  },
  {
    name: "status",
    summary: "Shows what runs now, the champion, the last night and the next.",
    load: () => import("./tasks/status.ts"),
  },
  {
    name: "eval",
    summary: "Measures an agent on games that it has never seen.",
    load: () => import("./tasks/eval.ts"),
  },
  {
    name: "play",
    summary: "Plays one game to look at: in a window, or as a picture.",
    load: () => import("./tasks/play.ts"),
  },
  {
    name: "watch",
    summary: "Opens a page of all runs as they train, and the agent at play.",
    load: () => import("./tasks/watch.ts"),
  },
  {
    name: "compare",
    summary: "Puts several runs side by side.",
    load: () => import("./tasks/compare.ts"),
  },
  {
    name: "sweep",
    summary: "Trains several settings and puts them in one table.",
    load: () => import("./tasks/sweep.ts"),
  },
  {
    name: "worker",
    summary: "Trains and plays for other machines, over NATS.",
    load: () => import("./tasks/worker.ts"),
  },
  {
    name: "workers",
    summary: "Lists the workers that are there, and what each does.",
    load: () => import("./tasks/workers.ts"),
  },
  {
    name: "export",
    summary: "Writes an agent for other programs and for browsers.",
    load: () => import("./tasks/export.ts"),
  },
  {
    name: "report",
    summary: "Makes a run's report anew.",
    load: () => import("./tasks/report.ts"),
  },
  {
    name: "serve",
    summary: "Plays games for a program in another language.",
    load: () => import("./tasks/serve.ts"),
  },
  {
    name: "bench",
    summary: "Measures the speed of environment, learner and training.",
    load: () => import("./tasks/bench.ts"),
  },
  {
    name: "doctor",
    summary: "Checks that everything training needs is here and works.",
    load: () => import("./tasks/doctor.ts"),
  },
];

if (import.meta.main) {
  goWhereCalled();
  Deno.exitCode = await runCommandLine(COMMANDS, Deno.args);
}
