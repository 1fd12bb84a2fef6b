/** An agent as files for other programs and for browsers. */
export { EXPORT_KIND, exportFiles } from "./export.ts";
