/** What belongs to the machine: processes, locks, durable files and folders. */
export {
  type Child,
  type ChildEnd,
  type ChildOptions,
  startChild,
} from "./commands.ts";
export { replaceDurably, syncFolder, writeDurably } from "./durable.ts";
export { acquireLock, type LockHolder, lockHolder } from "./lock.ts";
export { commandText } from "./command_text.ts";
export { type Files, replaceFolder } from "./folder.ts";
export {
  findProgram,
  type Finished,
  lastLine,
  run,
  runAloud,
  say,
} from "./process.ts";
