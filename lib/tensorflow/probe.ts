import { GraphBuilder } from "./graph_builder.ts";
import type { Output } from "./graph.ts";
import { Session } from "./session.ts";
import { Tensor } from "./tensor.ts";

/** How fast a device computes. */
export interface DeviceProbe {
  /** Milliseconds of one product of two 1024x1024 float32 matrices. */
  matrixProductMs: number;
  /** Milliseconds of one convolution: 32 images 80x80x4, 32 kernels 8x8/4. */
  convolutionMs: number;
}

/** Runs of which the fastest counts; the first ones also choose kernels. */
const RUNS = 5;

/**
 * Times a matrix product and a convolution, and checks their results.
 *
 * @param device a name from `listDevices`
 * @throws TensorFlowError when the device cannot run them, Error when a result
 * is wrong
 */
export function probeDevice(device: string): DeviceProbe {
  using g = new GraphBuilder();
  const scale = g.placeholder("float32", [], "scale");
  // Fed, so that nothing is computed before it is timed.
  const filled = (shape: number[], value: number) =>
    g.op(
      "Mul",
      [
        g.op("Fill", [g.ints(shape), g.float(value)], {}, { device }),
        scale,
      ],
      {},
      { device },
    );
  const product = g.op(
    "MatMul",
    [
      filled([1024, 1024], 0.5),
      filled([1024, 1024], 2),
    ],
    {},
    { device },
  );
  const convolution = g.op("Conv2D", [
    filled([32, 80, 80, 4], 1),
    filled([8, 8, 4, 32], 0.5),
  ], {
    strides: { ints: [1, 4, 4, 1] },
    padding: { string: "VALID" },
  }, { device });
  using session = new Session(g, { softPlacement: false });
  using one = Tensor.from("float32", [], [1]);
  const milliseconds = (output: Output, axes: number[], expected: number) => {
    const mean = g.op("Mean", [output, g.ints(axes)], {}, { device });
    using run = session.prepare({ feeds: [scale], fetches: [mean] });
    let fastest = Infinity;
    for (let i = 0; i < RUNS; i++) {
      const start = performance.now();
      using result = run.run([one])[0]!;
      fastest = Math.min(fastest, performance.now() - start);
      const value = Number(result.data[0]);
      if (Math.abs(value - expected) > 1e-3 * expected) {
        throw new Error(
          `TensorFlow computes wrongly on ${device}: ${value}, not ${expected}`,
        );
      }
    }
    return fastest;
  };
  return {
    matrixProductMs: milliseconds(product, [0, 1], 1024),
    convolutionMs: milliseconds(convolution, [0, 1, 2, 3], 128),
  };
}
