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

/** The fields of a protocol buffer message; fixed32 and bytes as bytes. */
function fields(message: Uint8Array): Map<number, number | Uint8Array> {
  const found = new Map<number, number | Uint8Array>();
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
    if (kind === 0) {
      found.set(key >> 3, varint());
      continue;
    }
    const length = kind === 1 ? 8 : kind === 5 ? 4 : varint();
    found.set(key >> 3, message.subarray(at, at + length));
    at += length;
  }
  return found;
}

/** A point of a curve. */
export interface Scalar {
  step: number;
  tag: string;
  value: number;
}

/** The scalars of all event files in a folder, file by file. */
export function readScalars(folder: string): Scalar[] {
  const names = [...Deno.readDirSync(folder)].map(({ name }) => name).sort();
  return names.flatMap((name) => {
    const scalars: Scalar[] = [];
    for (const record of records(Deno.readFileSync(`${folder}/${name}`))) {
      const event = fields(record); // event.proto: 2 step, 5 summary
      const summary = event.get(5);
      if (!(summary instanceof Uint8Array)) continue;
      const value = fields(fields(summary).get(1) as Uint8Array); // 1 value
      // summary.proto, Value: 1 tag, 2 simple_value, 8 tensor
      const simple = value.get(2) as Uint8Array;
      scalars.push({
        step: (event.get(2) as number | undefined) ?? 0,
        tag: new TextDecoder().decode(value.get(1) as Uint8Array),
        value: new DataView(simple.buffer, simple.byteOffset)
          .getFloat32(0, true),
      });
    }
    return scalars;
  });
}
