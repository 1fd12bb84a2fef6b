import { assertEquals, assertThrows } from "@std/assert";
import {
  GraphBuilder,
  ONE_THREAD,
  type Output,
  Session,
  Tensor,
} from "../../lib/tensorflow/mod.ts";
import { DinoDqnError } from "../../lib/errors.ts";

/** The values of outputs of a graph that needs no feeds. */
function evaluate(graph: GraphBuilder, ...fetches: Output[]): number[][] {
  using session = new Session(graph, { threads: ONE_THREAD, gpu: false });
  return session.run({ fetches }).map((tensor) => {
    using owned = tensor;
    return Array.from(owned.data as Float32Array);
  });
}

Deno.test("GraphBuilder.matMul() multiplies matrices", () => {
  using g = new GraphBuilder();
  const a = g.constant("float32", [1, 2, 3, 4, 5, 6], [2, 3]);
  const b = g.constant("float32", [7, 8, 9, 10, 11, 12], [3, 2]);
  assertEquals(evaluate(g, g.matMul(a, b)), [[58, 64, 139, 154]]);
});

Deno.test("Graph.gradients() differentiates: hand-computed values", () => {
  using g = new GraphBuilder();
  // y = Σ (xᵢ² wᵢ), at x = (1, -2), w = (3, 0.5).
  const x = g.constant("float32", [1, -2], [2]);
  const w = g.constant("float32", [3, 0.5], [2]);
  const y = g.sum(g.mul(g.square(x), w), [0]);
  const [dx, dw] = g.gradients(y, [x, w]);
  assertEquals(evaluate(g, y, dx!, dw!), [[5], [6, -2], [1, 4]]);
});

Deno.test("Graph.gradients() stops at stopGradient()", () => {
  using g = new GraphBuilder();
  const x = g.float(3);
  const y = g.mul(x, g.stopGradient(g.square(x)));
  assertEquals(evaluate(g, ...g.gradients(y, [x])), [[9]]);
});

Deno.test("Graph.gradients() refuses what the result does not depend on", () => {
  using g = new GraphBuilder();
  const [x, z] = [g.float(3), g.float(4)];
  assertThrows(
    () => g.gradients(g.square(x), [x, z]),
    DinoDqnError,
    "gradients: Cannot compute",
  );
});

Deno.test("GraphBuilder.conv2d() and maxPool() pad and stride as told", () => {
  using g = new GraphBuilder();
  const image = g.constant(
    "float32",
    Array.from({ length: 16 }, (_, i) => i),
    [1, 4, 4, 1],
  );
  const ones = g.constant("float32", [1, 1, 1, 1], [2, 2, 1, 1]);
  const valid = g.conv2d(image, ones, { stride: 2, padding: "valid" });
  const same = g.conv2d(image, ones, { stride: 3, padding: "same" });
  const pooled = g.maxPool(image, 2, { stride: 2, padding: "valid" });
  assertEquals(evaluate(g, valid, same, pooled), [
    [10, 18, 42, 50],
    [10, 10, 25, 15],
    [5, 7, 13, 15],
  ]);
});

Deno.test("GraphBuilder.argMax() and oneHot() choose one of each row", () => {
  using g = new GraphBuilder();
  const q = g.constant("float32", [1, 5, 3, 9, 2, 4], [2, 3]);
  assertEquals(evaluate(g, g.oneHot(g.argMax(q, 1), 3)), [[0, 1, 0, 1, 0, 0]]);
});

Deno.test("Graph.op() names the operation in its error", () => {
  using g = new GraphBuilder();
  const a = g.constant("float32", [1, 2], [2, 1]);
  const b = g.constant("float32", [1, 2, 3], [3, 1]);
  assertThrows(
    () => g.op("MatMul", [a, b], {}, { name: "hidden/product" }),
    DinoDqnError,
    'operation MatMul "hidden/product"',
  );
  assertThrows(() => g.op("NoSuchOperation", []), DinoDqnError, "NoSuch");
  assertThrows(
    () => g.op("MatMul", [a, b], { no_such_attribute: { bool: true } }),
    DinoDqnError,
    "no_such_attribute",
  );
  // A failed operation leaves the graph as it was.
  assertEquals(evaluate(g, g.add(a, a)), [[2, 4]]);
});

Deno.test("Graph.op() makes names unique", () => {
  using g = new GraphBuilder();
  for (const name of ["x", "x_1", "x", "x"]) {
    g.op("NoOp", [], {}, { name });
  }
  assertEquals(evaluate(g, g.float(1)), [[1]]);
});

Deno.test("Graph.op() runs an operation after those that it is told to", () => {
  using g = new GraphBuilder();
  const counter = g.variable("counter", []);
  const ten = g.float(10);
  const start = g.assign(counter, ten);
  const three = g.float(3);
  const change = g.assignSub(counter, three);
  const after = g.read(counter, { after: [change] });
  using session = new Session(g, {
    threads: { intraOp: 2, interOp: 2 },
    gpu: false,
  });
  session.run({ targets: [start] });
  using run = session.prepare({ fetches: [after] });
  const values = Array.from({ length: 3 }, () => {
    using tensor = run.run()[0]!;
    return tensor.data[0];
  });
  assertEquals(values, [7, 4, 1]);
});

Deno.test("Graph cannot be used after disposal, but its session can", () => {
  const g = new GraphBuilder();
  const x = g.placeholder("float32", [], "x");
  const y = g.square(x);
  using session = new Session(g, { threads: ONE_THREAD, gpu: false });
  using run = session.prepare({ feeds: [x], fetches: [y] });
  g[Symbol.dispose]();
  g[Symbol.dispose]();
  assertThrows(() => g.square(x), Error, "a graph: it was disposed of");
  using input = Tensor.from("float32", [], [4]);
  using result = run.run([input])[0]!;
  assertEquals(result.data[0], 16);
});
