/**
 * Summaries that TensorFlow has no operation for, as protocol buffers: texts,
 * settings and pictures, as TensorBoard's plugins read them (summary.proto and
 * tensor.proto of TensorFlow; plugin_data.proto of TensorBoard's hparams).
 */

import { joined } from "../bytes.ts";

/** A message, or a part of one. */
type Bytes = Uint8Array<ArrayBuffer>;
/** A message that TensorBoard shows. */
export type Summary = Bytes;

function varint(value: number): Bytes {
  const bytes: number[] = [];
  for (; value > 127; value = Math.floor(value / 128)) {
    bytes.push(value % 128 + 128);
  }
  return Uint8Array.of(...bytes, value);
}

/** A whole number, an enum or a boolean. */
const int = (field: number, value: number): Bytes =>
  joined([varint(field * 8), varint(value)]);

function double(field: number, value: number): Bytes {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setFloat64(0, value, true);
  return joined([varint(field * 8 + 1), bytes]);
}

/** A text, bytes, or a message of these parts. */
function part(field: number, ...content: (string | Uint8Array)[]): Bytes {
  const inside = joined(
    content.map((each) =>
      typeof each === "string" ? new TextEncoder().encode(each) : each
    ),
  );
  return joined([varint(field * 8 + 2), varint(inside.length), inside]);
}

/** A Summary of one Value. */
const summary = (tag: string, ...value: Bytes[]) =>
  part(1, part(1, tag), ...value);

/** SummaryMetadata: whose value it is. */
const metadata = (plugin: string, content = new Uint8Array()) =>
  part(9, part(1, part(1, plugin), part(2, content)));

/** A text in Markdown. */
export function textSummary(tag: string, markdown: string): Summary {
  const DT_STRING = 7;
  const tensor = part(8, int(1, DT_STRING), part(2), part(8, markdown));
  return summary(tag, tensor, metadata("text"));
}

/** The settings of a run, by which runs are compared. */
export function settingsSummary(
  settings: Readonly<Record<string, unknown>>,
): Summary {
  const values = Object.entries(settings).map(([key, value]) =>
    part(1, part(1, key), part(2, settingValue(value)))
  );
  const SESSION_START_INFO = 3;
  return summary(
    "_hparams_/session_start_info",
    metadata("hparams", part(SESSION_START_INFO, ...values)),
  );
}

/** google.protobuf.Value; TensorBoard knows no lists there. */
function settingValue(value: unknown): Bytes {
  if (typeof value === "number") return double(2, value);
  if (typeof value === "boolean") return int(4, Number(value));
  return part(3, typeof value === "string" ? value : JSON.stringify(value));
}

/** A PNG, JPEG or GIF. */
export interface Picture {
  width: number;
  height: number;
  encoded: Uint8Array;
}

/** A picture, which moves if it is an animated GIF. */
export function pictureSummary(
  tag: string,
  { width, height, encoded }: Picture,
): Summary {
  const RGB = 3;
  const image = [int(1, height), int(2, width), int(3, RGB), part(4, encoded)];
  return summary(tag, part(4, ...image));
}
