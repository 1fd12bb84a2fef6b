import {
  Graph,
  type Operation,
  type OperationOptions,
  type Output,
} from "./graph.ts";
import { type DType, type NumericDType, Tensor, type View } from "./tensor.ts";

/** A variable: its values live in the session, between runs. */
export interface Variable {
  readonly name: string;
  readonly shape: readonly number[];
  /** What operations that change it take. */
  readonly handle: Output;
}

/** A value on its way into a loop. */
export interface LoopValue {
  value: Output;
  dtype: DType;
  shape: readonly number[];
}

/** What a {@linkcode GraphBuilder.loop} goes through. */
export interface Loop {
  /** int32 scalars: i goes from `begin` to before `end`. */
  begin: Output;
  end: Output;
  /** What is the same in every turn. */
  fixed: readonly LoopValue[];
  /** What each turn makes anew. */
  values: readonly LoopValue[];
  /**
   * Adds one turn to a graph of its own.
   *
   * @returns the values after it, and what else is to be done in it
   */
  turn(
    body: GraphBuilder,
    i: Output,
    fixed: Output[],
    values: Output[],
  ): { values: Output[]; targets: readonly Operation[] };
}

/** A window that moves over an image of shape [n, height, width, channels]. */
export interface Window {
  stride: number;
  padding: "same" | "valid";
}

const FLOAT = { dtype: "float32" } as const;
const INT = { dtype: "int32" } as const;

/** A {@linkcode Graph} with names for the operations that networks are made of. */
export class GraphBuilder extends Graph {
  /** A value that is fed. @param shape -1 for a size known only then */
  placeholder(
    dtype: DType,
    shape: readonly number[],
    name: string,
  ): Output {
    return this.op("Placeholder", [], {
      dtype: { dtype },
      shape: { shape },
    }, { name });
  }

  /** A value that never changes. @param shape @default a scalar */
  constant<T extends NumericDType>(
    dtype: T,
    values: ArrayLike<View<T>[number]>,
    shape: readonly number[] = [],
  ): Output {
    using tensor = Tensor.from(dtype, shape, values);
    return this.op("Const", [], { dtype: { dtype }, value: { tensor } });
  }

  /** A float32 scalar that never changes. */
  float(value: number): Output {
    return this.constant("float32", [value]);
  }

  /** An int32 vector that never changes, such as axes or a shape. */
  ints(values: readonly number[]): Output {
    return this.constant("int32", values, [values.length]);
  }

  /** A float32 variable; it has no value until one is assigned. */
  variable(name: string, shape: readonly number[]): Variable {
    const handle = this.op("VarHandleOp", [], {
      dtype: FLOAT,
      shape: { shape },
      shared_name: { string: name },
    }, { name });
    return { name, shape, handle };
  }

  /** The variable's value, at no certain time unless `options.after` says. */
  read({ handle, name }: Variable, options: OperationOptions = {}): Output {
    return this.op("ReadVariableOp", [handle], { dtype: FLOAT }, {
      name: `${name}/read`,
      ...options,
    });
  }

  /** Gives the variable a value. */
  assign({ handle, name }: Variable, value: Output): Operation {
    return this.op("AssignVariableOp", [handle, value], { dtype: FLOAT }, {
      name: `${name}/assign`,
    }).operation;
  }

  /** Subtracts from the variable's value. */
  assignSub({ handle, name }: Variable, value: Output): Operation {
    return this.op("AssignSubVariableOp", [handle, value], { dtype: FLOAT }, {
      name: `${name}/assign_sub`,
    }).operation;
  }

  /** @param kernel [height, width, channels in, channels out] */
  conv2d(x: Output, kernel: Output, window: Window): Output {
    return this.op("Conv2D", [x, kernel], {
      strides: { ints: [1, window.stride, window.stride, 1] },
      padding: { string: window.padding.toUpperCase() },
    });
  }

  /** @param size height and width of the window */
  maxPool(x: Output, size: number, window: Window): Output {
    return this.op("MaxPool", [x], {
      ksize: { ints: [1, size, size, 1] },
      strides: { ints: [1, window.stride, window.stride, 1] },
      padding: { string: window.padding.toUpperCase() },
    });
  }

  /** Adds a bias of shape [channels] to the last dimension. */
  biasAdd(x: Output, bias: Output): Output {
    return this.op("BiasAdd", [x, bias]);
  }

  /** [n, m] times [m, k]. */
  matMul(a: Output, b: Output): Output {
    return this.op("MatMul", [a, b]);
  }

  /** max(x, 0). */
  relu(x: Output): Output {
    return this.op("Relu", [x]);
  }

  /** a + b, broadcast. */
  add(a: Output, b: Output): Output {
    return this.op("AddV2", [a, b]);
  }

  /** a - b, broadcast. */
  sub(a: Output, b: Output): Output {
    return this.op("Sub", [a, b]);
  }

  /** a · b, element by element, broadcast. */
  mul(a: Output, b: Output): Output {
    return this.op("Mul", [a, b]);
  }

  /** a / b, element by element, broadcast. */
  div(a: Output, b: Output): Output {
    return this.op("RealDiv", [a, b]);
  }

  /** x². */
  square(x: Output): Output {
    return this.op("Square", [x]);
  }

  /** √x. */
  sqrt(x: Output): Output {
    return this.op("Sqrt", [x]);
  }

  /** |x|. */
  abs(x: Output): Output {
    return this.op("Abs", [x]);
  }

  /** The smaller of a and b, element by element. */
  minimum(a: Output, b: Output): Output {
    return this.op("Minimum", [a, b]);
  }

  /** The sum of tensors of one shape. */
  addN(xs: readonly Output[]): Output {
    return this.op("AddN", [xs]);
  }

  /** Tensors of one shape, along a new first axis. */
  stack(xs: readonly Output[]): Output {
    return this.op("Pack", [xs], { axis: { int: 0 } });
  }

  /** The part of `x` at an index of its first axis. */
  at(x: Output, index: Output): Output {
    const axis = this.constant("int32", [0]);
    return this.op("GatherV2", [x, index, axis], { Taxis: INT });
  }

  /** `x` with another part at an index of its first axis. */
  withPart(x: Output, index: Output, part: Output): Output {
    return this.op("TensorScatterUpdate", [
      x,
      this.reshape(index, [1, 1]),
      this.op("ExpandDims", [part, this.constant("int32", [0])]),
    ]);
  }

  /**
   * A loop within the graph.
   *
   * @param compiledOn name of the device on which XLA compiles it as a whole;
   * absent: its operations run one by one
   * @returns the values after the last turn
   */
  loop({ begin, end, fixed, values, turn }: Loop, compiledOn?: string) {
    const counter = { dtype: "int32", shape: [] } as const;
    const state: LoopValue[] = [
      { value: begin, ...counter },
      { value: end, ...counter },
      ...fixed,
      ...values,
    ];
    const split = 2 + fixed.length;
    const cond = this.#function(state, (g, [i, end]) => [
      g.op("Less", [i!, end!]),
    ]);
    const body = this.#function(state, (g, inputs) => {
      const [i, end, ...rest] = inputs;
      const given = rest.splice(fixed.length);
      const next = turn(g, i!, rest, given);
      const one = g.constant("int32", [1]);
      // The next turn waits for i, and with it for all of this one.
      const options = { after: next.targets };
      const after = g.op("AddV2", [i!, one], {}, options);
      return [after, end!, ...inputs.slice(2, split), ...next.values];
    });
    const add = (g: GraphBuilder, inputs: readonly Output[]) => {
      const { operation } = g.op("While", [inputs], {
        cond: { function: cond },
        body: { function: body },
        // Only then do its operations get oneDNN's kernels.
        _lower_using_switch_merge: { bool: compiledOn === undefined },
      });
      return values.map((_, k) => ({ operation, index: split + k }));
    };
    const start = state.map(({ value }) => value);
    if (compiledOn === undefined) return add(this, start);
    // TensorFlow takes a function's int32 inputs to be in the host's memory,
    // XLA those of what it compiles in the device's: none goes in.
    const isInt = state.map(({ dtype }) => dtype === "int32");
    const passed = state.map((it, k): LoopValue =>
      isInt[k]
        ? {
          ...it,
          value: this.cast(it.value, "int32", "float32"),
          dtype: "float32",
        }
        : it
    );
    const whole = this.#function(passed, (g, inputs) =>
      add(
        g,
        inputs.map((x, k) => isInt[k] ? g.cast(x, "float32", "int32") : x),
      ));
    const { operation } = this.op(
      "StatefulPartitionedCall",
      [passed.map(({ value }) => value)],
      {
        f: { function: whole },
        Tout: { dtypes: values.map(({ dtype }) => dtype) },
        _XlaMustCompile: { bool: true },
      },
      { device: compiledOn },
    );
    return values.map((_, index) => ({ operation, index }));
  }

  /** Defines a function of inputs like these. @returns its name */
  #function(
    like: readonly LoopValue[],
    make: (g: GraphBuilder, inputs: Output[]) => readonly Output[],
  ): string {
    using body = new GraphBuilder();
    const inputs = like.map(({ dtype, shape }) =>
      body.placeholder(dtype, shape, "input")
    );
    return this.defineFunction(body, inputs, make(body, inputs));
  }

  /** Sums over axes. */
  sum(x: Output, axes: readonly number[], keepDims = false): Output {
    return this.op("Sum", [x, this.ints(axes)], {
      keep_dims: { bool: keepDims },
    });
  }

  /** Averages over axes. */
  mean(x: Output, axes: readonly number[], keepDims = false): Output {
    return this.op("Mean", [x, this.ints(axes)], {
      keep_dims: { bool: keepDims },
    });
  }

  /** [n, m]: exp(x) of each row, divided by their sum. */
  softmax(x: Output): Output {
    return this.op("Softmax", [x]);
  }

  /** [n, m]: ln(softmax(x)). Of more dimensions its gradient would be wrong. */
  logSoftmax(x: Output): Output {
    return this.op("LogSoftmax", [x]);
  }

  /** Index of the largest element along an axis: int32. */
  argMax(x: Output, axis: number): Output {
    return this.op("ArgMax", [x, this.constant("int32", [axis])], {
      output_type: INT,
    });
  }

  /** [...shape] int32 to [...shape, depth] float32. */
  oneHot(indices: Output, depth: number): Output {
    return this.op("OneHot", [
      indices,
      this.constant("int32", [depth]),
      this.float(1),
      this.float(0),
    ], { TI: INT });
  }

  /** The same numbers in another type. */
  cast(x: Output, from: DType, to: DType): Output {
    return this.op("Cast", [x], { SrcT: { dtype: from }, DstT: { dtype: to } });
  }

  /** @param shape one -1 at most: what is left */
  reshape(x: Output, shape: readonly number[]): Output {
    return this.op("Reshape", [x, this.ints(shape)]);
  }

  /** Zeros around `x`. @param paddings [rank, 2] int32: before and behind */
  pad(x: Output, paddings: Output): Output {
    return this.op("Pad", [x, paddings]);
  }

  /** `x` as a constant: no gradient goes through it. */
  stopGradient(x: Output): Output {
    return this.op("StopGradient", [x]);
  }
}
