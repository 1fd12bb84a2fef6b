export * from "./check.ts";
export { configFileJsonSchemaText, type KeyPath } from "./json_schema.ts";
export * from "./load.ts";
export * from "./schema.ts";
export { DEFAULT_CONFIG, displayPath } from "./source.ts";
export * from "./write.ts";
