import { assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { SummaryWriter, TensorFlowError } from "../../lib/tensorflow/mod.ts";

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

interface Scalar {
  step: number;
  tag: string;
  value: number;
}

/** The scalars of the one event file in a folder. */
function readScalars(folder: string): Scalar[] {
  const [name, ...others] = [...Deno.readDirSync(folder)].map((f) => f.name);
  assertEquals(others, []);
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
      value: new DataView(simple.buffer, simple.byteOffset).getFloat32(0, true),
    });
  }
  return scalars;
}

Deno.test("SummaryWriter writes an event file that holds the scalars", () => {
  const folder = Deno.makeTempDirSync();
  try {
    {
      using writer = new SummaryWriter(`${folder}/a/b`);
      writer.scalar(0, "training/loss", 0.5);
      writer.scalar(12_345, "a tag that is longer than a short text", -2.25);
      writer.flush();
      assertEquals(readScalars(`${folder}/a/b`).length, 2);
      writer.scalar(3_000_000_000, "training/loss", 1 / 3);
    }
    const [first, second, third] = readScalars(`${folder}/a/b`);
    assertEquals(first, { step: 0, tag: "training/loss", value: 0.5 });
    assertEquals(second, {
      step: 12_345,
      tag: "a tag that is longer than a short text",
      value: -2.25,
    });
    assertEquals(third?.step, 3_000_000_000);
    assertAlmostEquals(third!.value, 1 / 3, 1e-7);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
});

Deno.test("SummaryWriter keeps writers apart and closes once", () => {
  const folder = Deno.makeTempDirSync();
  try {
    using one = new SummaryWriter(`${folder}/one`);
    using two = new SummaryWriter(`${folder}/two`);
    one.scalar(1, "x", 1);
    two.scalar(2, "x", 2);
    one[Symbol.dispose]();
    one[Symbol.dispose]();
    two[Symbol.dispose]();
    assertEquals(readScalars(`${folder}/one`), [{
      step: 1,
      tag: "x",
      value: 1,
    }]);
    assertEquals(readScalars(`${folder}/two`), [{
      step: 2,
      tag: "x",
      value: 2,
    }]);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
});

Deno.test("SummaryWriter says when its folder cannot be made", () => {
  const file = Deno.makeTempFileSync();
  try {
    assertThrows(
      () => new SummaryWriter(`${file}/below`),
      TensorFlowError,
      "CreateSummaryFileWriter",
    );
  } finally {
    Deno.removeSync(file);
  }
});
