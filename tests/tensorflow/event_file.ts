/** Reads what TensorBoard reads. */

/**
 * The records of a TFRecord file: each is its length (uint64), a checksum of
 * that (4 bytes), the record, a checksum of the record (4 bytes).
 */
function* records(file: Uint8Array): Generator<Uint8Array> {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  for (let at = 0; at < file.length;) {
    const length = Number(view.getBigUint64(at, true));
    yield file.subarray(at + 12, at + 12 + length);
    at += 12 + length + 4;
  }
}

/** The fields of a protocol buffer message; fixed32, fixed64 and bytes as bytes. */
function* fieldsOf(
  message: Uint8Array,
): Generator<[field: number, value: number | Uint8Array]> {
  let at = 0;
  const varint = () => {
    let value = 0;
    for (let shift = 1;; shift *= 128) {
      const byte = message[at++]!;
      value += (byte & 127) * shift;
      if (byte < 128) return value;
    }
  };
  while (at < message.length) {
    const key = varint();
    const kind = key & 7;
    const length = kind === 0 ? 0 : kind === 1 ? 8 : kind === 5 ? 4 : varint();
    yield [key >> 3, kind === 0 ? varint() : message.subarray(at, at + length)];
    at += length;
  }
}

/** The field's value, however deep it lies; the last one where it is repeated. */
function field(message: Uint8Array, ...path: number[]) {
  return path.reduce<number | Uint8Array | undefined>(
    (inner, number) =>
      inner instanceof Uint8Array
        ? new Map(fieldsOf(inner)).get(number)
        : undefined,
    message,
  );
}

const text = (bytes: number | Uint8Array | undefined) =>
  new TextDecoder().decode(bytes as Uint8Array | undefined);

const numberIn = (bytes: Uint8Array) => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  return bytes.length === 8
    ? view.getFloat64(0, true)
    : view.getFloat32(0, true);
};

/** The values of all event files in a folder, with step and tag. */
function valuesIn(folder: string) {
  const names = [...Deno.readDirSync(folder)].map(({ name }) => name).sort();
  return names.flatMap((name) =>
    [...records(Deno.readFileSync(`${folder}/${name}`))].flatMap((event) => {
      // event.proto: 2 step, 5 summary; summary.proto: 1 value; Value: 1 tag
      const value = field(event, 5, 1);
      if (!(value instanceof Uint8Array)) return [];
      const step = (field(event, 2) as number | undefined) ?? 0;
      return [{ step, tag: text(field(value, 1)), value }];
    })
  );
}

/** A point of a curve. */
export interface Scalar {
  step: number;
  tag: string;
  value: number;
}

/** The scalars of all event files in a folder, file by file. */
export const readScalars = (folder: string): Scalar[] =>
  valuesIn(folder).flatMap(({ step, tag, value }) => {
    const simple = field(value, 2); // simple_value
    return simple instanceof Uint8Array
      ? [{ step, tag, value: numberIn(simple) }]
      : [];
  });

/** The texts by their tags, as TensorBoard's plugin reads them. */
export const readTexts = (folder: string): Record<string, string> =>
  Object.fromEntries(
    valuesIn(folder)
      // Value: 8 tensor, 9 metadata; TensorProto: 8 string_val
      .filter(({ value }) => text(field(value, 9, 1, 1)) === "text")
      .map(({ tag, value }) => [tag, text(field(value, 8, 8))]),
  );

/** The settings that runs are compared by. */
export function readSettings(folder: string): Record<string, unknown> {
  const start = valuesIn(folder)
    .find(({ tag }) => tag === "_hparams_/session_start_info")!.value;
  // plugin_data.proto: 3 session_start_info; struct.proto: 2 to 4 of a Value
  const info = field(start, 9, 1, 2, 3) as Uint8Array;
  return Object.fromEntries(
    [...fieldsOf(info)].map(([, entry]) => {
      const [[kind, value]] = [
        ...fieldsOf(field(entry as Uint8Array, 2) as Uint8Array),
      ] as [[number, Uint8Array]];
      return [
        text(field(entry as Uint8Array, 1)),
        kind === 2
          ? numberIn(value)
          : kind === 3
          ? text(value)
          : Boolean(value),
      ];
    }),
  );
}

/** The pictures: tag, step, size and bytes. */
export const readPictures = (folder: string) =>
  valuesIn(folder).flatMap(({ step, tag, value }) => {
    const image = field(value, 4);
    return image instanceof Uint8Array
      ? [{
        ...{ step, tag, height: field(image, 1), width: field(image, 2) },
        encoded: field(image, 4) as Uint8Array,
      }]
      : [];
  });
