/** Whether everything that training needs is here and works. */
export type { Examination } from "./check.ts";
export { examine } from "./examine.ts";
export { table } from "./table.ts";
