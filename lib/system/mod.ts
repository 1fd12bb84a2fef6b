/** What belongs to the machine: processes, locks, durable files and folders. */
export {
  type Child,
  type ChildEnd,
  commandText,
  failureText,
  shellWord,
  startChild,
  startCommand,
} from "./commands.ts";
export {
  replaceDurably,
  syncFolder,
  writeBeside,
  writeDurably,
} from "./durable.ts";
export {
  checkFolder,
  type Files,
  type OwnNames,
  replaceFolder,
  writeFolder,
} from "./folder.ts";
export { acquireLock, isLocked, type LockHolder, lockHolder } from "./lock.ts";
export {
  type Ended,
  type Ended as Finished,
  findProgram,
  lastLine,
  type Process,
  type ProcessOptions,
  run,
  start,
} from "./process.ts";
export { isAlive, killGroup, Watchdog } from "./watchdog.ts";
