import {
  assert,
  assertEquals,
  assertLess,
  assertRejects,
  assertThrows,
} from "@std/assert";
import {
  GraphBuilder,
  ONE_THREAD,
  Session,
  Tensor,
} from "../../lib/tensorflow/mod.ts";
import { DinoDqnError } from "../../lib/errors.ts";

/** A session that squares what it is fed: [n] float32, n unknown. */
function squares() {
  const stack = new DisposableStack();
  const g = stack.use(new GraphBuilder());
  const x = g.placeholder("float32", [-1], "x");
  const session = stack.use(
    new Session(g, { threads: ONE_THREAD, gpu: false }),
  );
  const spec = { feeds: [x], fetches: [g.square(x)] };
  const run = stack.use(session.prepare(spec));
  return { g, x, session, run, [Symbol.dispose]: () => stack.dispose() };
}

Deno.test("Run.run() reads what is written into a fed tensor, run after run", () => {
  using s = squares();
  using input = Tensor.from("float32", [3], [1, 2, 3]);
  {
    using result = s.run.run([input])[0]!;
    assertEquals([...result.shape], [3]);
    assertEquals([...result.data], [1, 4, 9]);
  }
  input.data.set([4, 5, 6]);
  using result = s.run.run([input])[0]!;
  assertEquals([...result.data], [16, 25, 36]);
  assertEquals([...input.data], [4, 5, 6]);
});

Deno.test("Run.runAsync() gives the same and lets others run meanwhile", async () => {
  using s = squares();
  using second = s.session.prepare({ feeds: [s.x], fetches: [s.g.abs(s.x)] });
  using input = Tensor.from("float32", [2], [-3, 0.5]);
  const results = await Promise.all([
    s.run.runAsync([input]),
    second.runAsync([input]),
  ]);
  assertEquals(
    results.map(([tensor]) => {
      using owned = tensor!;
      return [...owned.data];
    }),
    [[9, 0.25], [3, 0.5]],
  );
});

Deno.test("Run refuses a second call while one is under way", async () => {
  using s = squares();
  using input = Tensor.from("float32", [1], [3]);
  const first = s.run.runAsync([input]);
  assertThrows(() => s.run.run([input]), Error, "already under way");
  using result = (await first)[0]!;
  assertEquals(result.data[0], 9);
});

Deno.test("Run refuses another number of tensors than it has feeds", () => {
  using s = squares();
  assertThrows(
    () => s.run.run([]),
    RangeError,
    "The run takes 1 tensors, but got 0",
  );
});

Deno.test("Run names the operation that failed, and works again after", async () => {
  using g = new GraphBuilder();
  const x = g.placeholder("float32", [-1, 2], "x");
  const y = g.op("MatMul", [x, g.constant("float32", [1, 1], [2, 1])], {}, {
    name: "hidden/product",
  });
  const bad = g.op("Reshape", [y, g.ints([7])], {}, { name: "to_seven" });
  using session = new Session(g, { threads: ONE_THREAD, gpu: false });
  using run = session.prepare({ feeds: [x], fetches: [bad] });
  using input = Tensor.from("float32", [1, 2], [1, 2]);
  using fitting = Tensor.from("float32", [7, 2], new Array(14).fill(1));
  assertThrows(() => run.run([input]), DinoDqnError, "to_seven");
  await assertRejects(() => run.runAsync([input]), DinoDqnError, "to_seven");
  using result = run.run([fitting])[0]!;
  assertEquals([...result.data], [2, 2, 2, 2, 2, 2, 2]);
});

Deno.test("Run says when a variable has no value yet", () => {
  using g = new GraphBuilder();
  const value = g.read(g.variable("online/conv1/kernel", [2]));
  using session = new Session(g, { threads: ONE_THREAD, gpu: false });
  assertThrows(
    () => session.run({ fetches: [value] }),
    DinoDqnError,
    "online/conv1/kernel",
  );
});

Deno.test("Session takes the wish for bfloat16, whatever the processor", () => {
  using g = new GraphBuilder();
  const x = g.placeholder("float32", [2, 2], "x");
  const product = g.matMul(x, x);
  using session = new Session(g, { bfloat16: true, gpu: false });
  using input = Tensor.from("float32", [2, 2], [1, 2, 3, 4]);
  using output = session.run({ feeds: [x], fetches: [product] }, [input])[0]!;
  assertEquals([...output.data], [7, 10, 15, 22]);
});

Deno.test("Session keeps its variables to itself", () => {
  using g = new GraphBuilder();
  const v = g.variable("v", []);
  const value = g.placeholder("float32", [], "value");
  const assign = g.assign(v, value);
  const read = g.read(v);
  using one = new Session(g, { threads: ONE_THREAD, gpu: false });
  using two = new Session(g, {
    threads: { intraOp: 2, interOp: 2 },
    gpu: false,
  });
  const values = [one, two].map((session, i) => {
    using tensor = Tensor.from("float32", [], [i + 1]);
    session.run({ feeds: [value], targets: [assign] }, [tensor]);
    return session;
  }).map((session) => {
    using tensor = session.run({ fetches: [read] })[0]!;
    return tensor.data[0];
  });
  assertEquals(values, [1, 2]);
});

Deno.test("Session, its graph and tensors may be disposed of during a run", async () => {
  const s = squares();
  const input = Tensor.from("float32", [1 << 20], new Float32Array(1 << 20));
  const running = s.run.runAsync([input]);
  input[Symbol.dispose]();
  s[Symbol.dispose]();
  using result = (await running)[0]!;
  assertEquals(result.shape[0], 1 << 20);
  assertThrows(() => s.run.run([input]), Error, "disposed of");
  assertThrows(() => s.session.prepare({}).run(), Error, "disposed of");
});

Deno.test("Runs leave no memory behind: 3,000 of them, sync and async", async () => {
  using s = squares();
  const size = 1 << 15; // 128 KB in, 128 KB out: 3,000 leaks are 750 MB
  const once = async (i: number) => {
    using input = Tensor.zeros("float32", [size]);
    input.data[0] = i;
    using output = (i % 2 ? await s.run.runAsync([input]) : s.run.run([input]))
      .at(0)!;
    assert(output.data[0] === i * i);
  };
  for (let i = 0; i < 200; i++) await once(i);
  const before = Deno.memoryUsage().rss;
  for (let i = 0; i < 3000; i++) await once(i);
  assertLess(Deno.memoryUsage().rss - before, 64 * 2 ** 20);
});

Deno.test("Graphs and sessions leave no memory behind", () => {
  const once = () => {
    using g = new GraphBuilder();
    const zeros = new Float32Array(1 << 18); // 1 MB in the graph
    const y = g.sum(g.constant("float32", zeros, [1 << 18]), [0]);
    using session = new Session(g, { threads: ONE_THREAD, gpu: false });
    using result = session.run({ fetches: [y] })[0]!;
    assertEquals(result.data[0], 0);
  };
  for (let i = 0; i < 20; i++) once();
  const before = Deno.memoryUsage().rss;
  for (let i = 0; i < 150; i++) once();
  assertLess(Deno.memoryUsage().rss - before, 64 * 2 ** 20);
});
