/** An agent as files for other programs and for browsers. */
export { checkExportFolder, exportFiles } from "./export.ts";
