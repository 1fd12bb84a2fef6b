export {
  type Arguments,
  type Command,
  type CommandEntry,
  defineCommand,
  JSON_OPTION,
  type Option,
  type Options,
  type Positional,
} from "./command.ts";
export { answer, answerJson, say } from "./output.ts";
export { runCommandLine } from "./run.ts";
export { alignedTable } from "./table.ts";
