import { assertEquals, assertThrows } from "@std/assert";
import { elements, Tensor } from "../../lib/tensorflow/mod.ts";

Deno.test("Tensor.zeros() is all zero, in every type", () => {
  for (
    const dtype of ["float32", "int32", "uint8", "int64", "bool"] as const
  ) {
    using tensor = Tensor.zeros(dtype, [2, 3]);
    assertEquals(tensor.data.length, 6);
    assertEquals([...tensor.data].map(Number), [0, 0, 0, 0, 0, 0]);
  }
});

Deno.test("Tensor.from() copies values and keeps their type", () => {
  const values = new Int32Array([-1, 2 ** 31 - 1]);
  using tensor = Tensor.from("int32", [2], values);
  values[0] = 5;
  assertEquals(tensor.data, new Int32Array([-1, 2 ** 31 - 1]));
  using long = Tensor.from("int64", [], [2n ** 40n]);
  assertEquals(long.data[0], 2n ** 40n);
});

Deno.test("Tensor.from() refuses another number of values than the shape has", () => {
  assertThrows(
    () => Tensor.from("float32", [2, 3], [1, 2]),
    RangeError,
    "A tensor of shape [2, 3] has 6 elements, but got 2",
  );
});

Deno.test("Tensor.data is the native memory: written once, seen everywhere", () => {
  using tensor = Tensor.zeros("uint8", [4]);
  tensor.data[2] = 7;
  assertEquals([...tensor.data], [0, 0, 7, 0]);
});

Deno.test("Tensor may be empty", () => {
  using tensor = Tensor.zeros("float32", [0, 5]);
  assertEquals(tensor.data.length, 0);
  assertEquals(elements([0, 5]), 0);
});

Deno.test("Tensor cannot be read after disposal", () => {
  const tensor = Tensor.zeros("float32", [2]);
  tensor[Symbol.dispose]();
  tensor[Symbol.dispose]();
  assertThrows(
    () => tensor.data,
    Error,
    "a tensor float32[2]: it was disposed of",
  );
});
