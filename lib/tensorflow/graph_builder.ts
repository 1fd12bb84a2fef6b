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
    dtype: NumericDType | "string",
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

  float(value: number): Output {
    return this.constant("float32", [value]);
  }

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

  /** The variable's value: at a time before or after other operations. */
  read({ handle, name }: Variable, options: OperationOptions = {}): Output {
    return this.op("ReadVariableOp", [handle], { dtype: FLOAT }, {
      name: `${name}/read`,
      ...options,
    });
  }

  assign({ handle, name }: Variable, value: Output): Operation {
    return this.op("AssignVariableOp", [handle, value], { dtype: FLOAT }, {
      name: `${name}/assign`,
    }).operation;
  }

  assignSub({ handle, name }: Variable, value: Output): Operation {
    return this.op("AssignSubVariableOp", [handle, value], { dtype: FLOAT }, {
      name: `${name}/assign_sub`,
    }).operation;
  }

  conv2d(x: Output, kernel: Output, window: Window): Output {
    return this.op("Conv2D", [x, kernel], {
      strides: { ints: [1, window.stride, window.stride, 1] },
      padding: { string: window.padding.toUpperCase() },
    });
  }

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

  matMul(a: Output, b: Output): Output {
    return this.op("MatMul", [a, b]);
  }

  relu(x: Output): Output {
    return this.op("Relu", [x]);
  }

  add(a: Output, b: Output): Output {
    return this.op("AddV2", [a, b]);
  }

  sub(a: Output, b: Output): Output {
    return this.op("Sub", [a, b]);
  }

  mul(a: Output, b: Output): Output {
    return this.op("Mul", [a, b]);
  }

  div(a: Output, b: Output): Output {
    return this.op("RealDiv", [a, b]);
  }

  square(x: Output): Output {
    return this.op("Square", [x]);
  }

  sqrt(x: Output): Output {
    return this.op("Sqrt", [x]);
  }

  abs(x: Output): Output {
    return this.op("Abs", [x]);
  }

  minimum(a: Output, b: Output): Output {
    return this.op("Minimum", [a, b]);
  }

  addN(xs: readonly Output[]): Output {
    return this.op("AddN", [xs]);
  }

  sum(x: Output, axes: readonly number[], keepDims = false): Output {
    return this.op("Sum", [x, this.ints(axes)], {
      keep_dims: { bool: keepDims },
    });
  }

  mean(x: Output, axes: readonly number[], keepDims = false): Output {
    return this.op("Mean", [x, this.ints(axes)], {
      keep_dims: { bool: keepDims },
    });
  }

  /** Index of the largest element along an axis: int32. */
  argMax(x: Output, axis: number): Output {
    return this.op("ArgMax", [x, this.constant("int32", [axis])], {
      output_type: INT,
    });
  }

  /** [n] int32 to [n, depth] float32. */
  oneHot(indices: Output, depth: number): Output {
    return this.op("OneHot", [
      indices,
      this.constant("int32", [depth]),
      this.float(1),
      this.float(0),
    ], { TI: INT });
  }

  cast(x: Output, from: DType, to: DType): Output {
    return this.op("Cast", [x], { SrcT: { dtype: from }, DstT: { dtype: to } });
  }

  reshape(x: Output, shape: readonly number[]): Output {
    return this.op("Reshape", [x, this.ints(shape)]);
  }

  /** `x` as a constant: no gradient goes through it. */
  stopGradient(x: Output): Output {
    return this.op("StopGradient", [x]);
  }
}
