/** What belongs to the machine: processes, locks, durable files and folders. */
export {
  commandText,
  failureText,
  runCommand,
  runWithHost,
  shellWord,
  startCommand,
  stopOn,
} from "./commands.ts";
export { hasDisplay, openInBrowser } from "./desktop.ts";
export {
  bytesOf,
  liesBeside,
  replaceDurably,
  syncFolder,
  writeBeside,
} from "./durable.ts";
export {
  checkFolder,
  checkPlace,
  type Files,
  type FolderKind,
  replaceFolder,
  writeFolder,
} from "./folder.ts";
export { ignoreFileLimit } from "./file_limit.ts";
export { Log, rotateLog } from "./log.ts";
export { lastingCommand } from "./lasting_command.ts";
export { acquireLock, isLocked, type LockHolder, lockHolder } from "./lock.ts";
export { notify, type NotifyCommand } from "./notify.ts";
export {
  type Ended,
  findProgram,
  lastLine,
  lookUntilEnd,
  type Process,
  run,
  start,
} from "./process.ts";
export { programHash } from "./program.ts";
export { isAlive, killGroup, Watchdog } from "./watchdog.ts";
export {
  lingering,
  SERVICE_LIMITS,
  shellStart,
  systemctl,
  unitFolder,
  unitText,
  writeUnit,
} from "./systemd.ts";
export { withReserve } from "./reserve.ts";
