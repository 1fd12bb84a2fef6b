export type { Check, Examination } from "./check.ts";
export { examine } from "./examine.ts";
export { table } from "./table.ts";
