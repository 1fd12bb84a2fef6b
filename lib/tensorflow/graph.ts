import { NativeHandle } from "./handle.ts";
import { nativeInts, nativeString, tensorflow, withStatus } from "./library.ts";
import { type DType, dtypeCode, type Tensor } from "./tensor.ts";

/** An operation of a graph: a `TF_Operation*`, which the graph owns. */
export type Operation = Deno.PointerObject;

/** One output of an operation: what other operations take as input. */
export interface Output {
  readonly operation: Operation;
  readonly index: number;
}

/** The value of an operation's attribute, with the type that it has in C. */
export type Attribute =
  | { dtype: DType }
  | { dtypes: readonly DType[] }
  | { shape: readonly number[] }
  | { int: number }
  | { ints: readonly number[] }
  | { float: number }
  | { bool: boolean }
  | { string: string }
  | { tensor: Tensor }
  | { function: string };

/** What most operations do not need. */
export interface OperationOptions {
  /** Name in errors and traces; made unique by a number. @default the type */
  name?: string;
  /** Operations that must have run before this one. */
  after?: readonly Operation[];
  /** Where it runs, such as "/device:GPU:0". @default TensorFlow chooses */
  device?: string;
}

/** `TF_Output`s as a native array: 16 bytes each. */
export function nativeOutputs(
  outputs: readonly Output[],
): BigUint64Array<ArrayBuffer> {
  return BigUint64Array.from(
    outputs.flatMap(({ operation, index }) => [
      Deno.UnsafePointer.value(operation),
      BigInt(index),
    ]),
  );
}

/**
 * A TensorFlow graph under construction. Operations and their attributes are
 * those of TensorFlow's registry (tensorflow.org/api_docs/python/tf/raw_ops).
 */
export class Graph extends NativeHandle {
  readonly #names = new Map<string, number>();

  constructor() {
    const tf = tensorflow();
    super("a graph", tf.TF_NewGraph(), (p) => tf.TF_DeleteGraph(p));
  }

  /**
   * Adds an operation.
   *
   * @param type as registered in TensorFlow, such as "Conv2D"
   * @param inputs an array among them is one list input
   * @returns its first output
   * @throws TensorFlowError that names the operation, if types, shapes or
   * attributes do not fit
   */
  op(
    type: string,
    inputs: readonly (Output | readonly Output[])[],
    attributes: Record<string, Attribute> = {},
    options: OperationOptions = {},
  ): Output {
    const tf = tensorflow();
    const name = this.#uniqueName(options.name ?? type);
    const description = tf.TF_NewOperation(
      this.pointer,
      nativeString(type),
      nativeString(name),
    );
    if (options.device !== undefined) {
      tf.TF_SetDevice(description, nativeString(options.device));
    }
    for (const input of inputs) {
      if ("operation" in input) {
        tf.TF_AddInput(
          description,
          new Uint8Array(nativeOutputs([input]).buffer),
        );
      } else {
        tf.TF_AddInputList(description, nativeOutputs(input), input.length);
      }
    }
    for (const operation of options.after ?? []) {
      tf.TF_AddControlInput(description, operation);
    }
    const what = `operation ${type} "${name}"`;
    for (const [key, value] of Object.entries(attributes)) {
      setAttribute(description, key, value, what);
    }
    const operation = withStatus(
      what,
      (status) => tf.TF_FinishOperation(description, status),
    );
    return { operation: operation!, index: 0 };
  }

  /**
   * Adds the operations that compute dΣy/dx for each x (reverse mode).
   *
   * @throws TensorFlowError when y does not depend on one of the x, or an
   * operation on the way has no gradient
   */
  gradients(y: Output, xs: readonly Output[]): Output[] {
    const results = new BigUint64Array(2 * xs.length);
    withStatus("gradients", (status) =>
      tensorflow().TF_AddGradients(
        this.pointer,
        nativeOutputs([y]),
        1,
        nativeOutputs(xs),
        xs.length,
        null,
        status,
        results,
      ));
    return xs.map((_, i) => ({
      operation: Deno.UnsafePointer.create(results[2 * i]!)!,
      // The upper half of the word is padding.
      index: Number(results[2 * i + 1]! & 0xffff_ffffn),
    }));
  }

  /**
   * Makes a graph a function that operations of this one can name.
   *
   * @param inputs placeholders of `body`
   * @returns the function's name
   * @throws TensorFlowError if `body` needs more than its inputs
   */
  defineFunction(
    body: Graph,
    inputs: readonly Output[],
    outputs: readonly Output[],
  ): string {
    const tf = tensorflow();
    const name = this.#uniqueName("function");
    const made = withStatus("a function", (status) =>
      tf.TF_GraphToFunction(
        ...[body.pointer, nativeString(name), 0, -1, null] as const,
        ...[inputs.length, nativeOutputs(inputs)] as const,
        ...[outputs.length, nativeOutputs(outputs), null] as const,
        ...[null, null, status] as const,
      ));
    try {
      withStatus(
        `function "${name}"`,
        (status) => tf.TF_GraphCopyFunction(this.pointer, made, null, status),
      );
    } finally {
      tf.TF_DeleteFunction(made);
    }
    return name;
  }

  #uniqueName(name: string): string {
    const count = this.#names.get(name) ?? 0;
    this.#names.set(name, count + 1);
    return count === 0 ? name : this.#uniqueName(`${name}_${count}`);
  }
}

function setAttribute(
  description: Deno.PointerValue,
  key: string,
  value: Attribute,
  what: string,
): void {
  const tf = tensorflow();
  const name = nativeString(key);
  if ("dtype" in value) {
    tf.TF_SetAttrType(description, name, dtypeCode(value.dtype));
  } else if ("dtypes" in value) {
    const codes = Int32Array.from(value.dtypes, dtypeCode);
    tf.TF_SetAttrTypeList(description, name, codes, codes.length);
  } else if ("shape" in value) {
    const { shape } = value;
    tf.TF_SetAttrShape(description, name, nativeInts(shape), shape.length);
  } else if ("int" in value) {
    tf.TF_SetAttrInt(description, name, BigInt(value.int));
  } else if ("ints" in value) {
    const { ints } = value;
    tf.TF_SetAttrIntList(description, name, nativeInts(ints), ints.length);
  } else if ("float" in value) {
    tf.TF_SetAttrFloat(description, name, value.float);
  } else if ("bool" in value) {
    tf.TF_SetAttrBool(description, name, value.bool ? 1 : 0);
  } else if ("string" in value) {
    const bytes = new TextEncoder().encode(value.string);
    tf.TF_SetAttrString(description, name, bytes, BigInt(bytes.length));
  } else if ("function" in value) {
    const bytes = new TextEncoder().encode(value.function);
    tf.TF_SetAttrFuncName(description, name, bytes, BigInt(bytes.length));
  } else {
    const { pointer } = value.tensor;
    withStatus(
      `${what}, ${key}`,
      (status) => tf.TF_SetAttrTensor(description, name, pointer, status),
    );
  }
}
