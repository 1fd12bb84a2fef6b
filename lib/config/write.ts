import { Document, isMap, isScalar, type YAMLMap } from "yaml";
import { CONFIG_JSON_SCHEMA, type JsonSchema } from "./json_schema.ts";
import type { Config } from "./schema.ts";

/**
 * A config as YAML, every key with its value and what it means. Loading the
 * text gives the same config again.
 */
export function configToYaml(config: Config): string {
  const document = new Document(config);
  if (isMap(document.contents)) {
    comment(document.contents, CONFIG_JSON_SCHEMA);
  }
  return document.toString({ lineWidth: 0, flowCollectionPadding: true });
}

function comment(map: YAMLMap, schema: JsonSchema): void {
  for (const { key, value } of map.items) {
    if (!isScalar(key)) continue;
    const child = schema.properties?.[String(key.value)];
    if (child?.description) key.commentBefore = ` ${child.description}`;
    if (isMap(value) && child?.properties) comment(value, child);
  }
}
