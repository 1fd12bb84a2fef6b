/** The command line: commands as data, what they print, tables. */
export {
  AGENT_NAMES,
  AGENT_SET_OPTION,
  type CommandEntry,
  CONFIG_OPTIONS,
  defineCommand,
  ELSEWHERE_OPTIONS,
  JSON_OPTION,
  NATS_OPTION,
  requireNats,
  settings,
} from "./command.ts";
export { INTERRUPTED, stopOnSignal } from "./interrupt.ts";
export { notified, NOTIFY_OPTION, whomToTell } from "./notified.ts";
export { answer, answerJson, say } from "./output.ts";
export { parseCommandLine } from "./parse.ts";
export { runCommandLine } from "./run.ts";
export { alignedTable } from "./table.ts";
