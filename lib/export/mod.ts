/** An agent as files for other programs and for browsers. */
export { EXPORT_ALWAYS, EXPORT_NAMES, exportFiles } from "./export.ts";
