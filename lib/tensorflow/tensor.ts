import { NativeHandle } from "./handle.ts";
import { nativeInts, tensorflow } from "./library.ts";

/** Element types: TensorFlow's number for each and its view in JavaScript. */
const DTYPES = {
  float32: { code: 1, view: Float32Array<ArrayBuffer> },
  int32: { code: 3, view: Int32Array<ArrayBuffer> },
  uint8: { code: 4, view: Uint8Array<ArrayBuffer> },
  string: { code: 7, view: Uint8Array<ArrayBuffer> },
  int64: { code: 9, view: BigInt64Array<ArrayBuffer> },
  bool: { code: 10, view: Uint8Array<ArrayBuffer> },
  resource: { code: 20, view: Uint8Array<ArrayBuffer> },
} as const;

/** An element type of tensors. */
export type DType = keyof typeof DTYPES;
/** The element types whose elements can be read and written here. */
export type NumericDType = Exclude<DType, "string" | "resource">;
/** The typed array that shows a tensor of a type. */
export type View<T extends DType> = InstanceType<(typeof DTYPES)[T]["view"]>;

/** TensorFlow's number (`TF_DataType`) of a type. */
export const dtypeCode = (dtype: DType): number => DTYPES[dtype].code;

/** Number of elements of a shape. */
export const elements = (shape: readonly number[]): number =>
  shape.reduce((product, size) => product * size, 1);

/**
 * A tensor in TensorFlow's own memory (64-byte aligned). Its typed array shows
 * that memory: what is written there is what a run reads, without a copy. A
 * tensor can be fed any number of times, and must not be written during a run.
 */
export class Tensor<T extends DType = DType> extends NativeHandle {
  readonly dtype: T;
  readonly shape: readonly number[];
  #data: View<T> | undefined;

  private constructor(
    pointer: Deno.PointerValue,
    dtype: T,
    shape: readonly number[],
    free = (p: Deno.PointerObject) => tensorflow().TF_DeleteTensor(p),
  ) {
    super(`a tensor ${dtype}[${shape.join(", ")}]`, pointer, free);
    this.dtype = dtype;
    this.shape = shape;
  }

  /** A tensor of zeros. */
  static zeros<T extends NumericDType>(
    dtype: T,
    shape: readonly number[],
  ): Tensor<T> {
    const { code, view } = DTYPES[dtype];
    const bytes = elements(shape) * view.BYTES_PER_ELEMENT;
    const pointer = tensorflow().TF_AllocateTensor(
      code,
      nativeInts(shape),
      shape.length,
      BigInt(bytes),
    );
    const tensor = new Tensor(pointer, dtype, shape);
    new Uint8Array(tensor.data.buffer).fill(0);
    return tensor;
  }

  /**
   * A tensor with a copy of `values`.
   * @throws RangeError when there are not as many as the shape says
   */
  static from<T extends NumericDType>(
    dtype: T,
    shape: readonly number[],
    values: ArrayLike<View<T>[number]>,
  ): Tensor<T> {
    if (values.length !== elements(shape)) {
      throw new RangeError(
        `A tensor of shape [${shape.join(", ")}] has ${elements(shape)} ` +
          `elements, but got ${values.length}`,
      );
    }
    const tensor = Tensor.zeros(dtype, shape);
    (tensor.data as { set(values: unknown): void }).set(values);
    return tensor;
  }

  /** A scalar of text, or of bytes. */
  static text(value: string | Uint8Array<ArrayBuffer>): Tensor<"string"> {
    const tf = tensorflow();
    const bytes = typeof value === "string"
      ? new TextEncoder().encode(value)
      : value;
    const size = 24; // of a TF_TString; all zero it is an empty text
    const pointer = tf.TF_AllocateTensor(
      DTYPES.string.code,
      nativeInts([]),
      0,
      BigInt(size),
    );
    const tensor = new Tensor(pointer, "string", [], (p) => {
      tf.TF_StringDealloc(tf.TF_TensorData(p));
      tf.TF_DeleteTensor(p);
    });
    const text = tf.TF_TensorData(tensor.pointer)!;
    new Uint8Array(Deno.UnsafePointerView.getArrayBuffer(text, size)).fill(0);
    tf.TF_StringCopy(text, bytes, BigInt(bytes.length));
    return tensor;
  }

  /**
   * Takes over a tensor that TensorFlow made.
   * @internal
   */
  static adopt(pointer: Deno.PointerValue): Tensor {
    const tf = tensorflow();
    const code = tf.TF_TensorType(pointer);
    const dtype = (Object.keys(DTYPES) as DType[]).find((name) =>
      DTYPES[name].code === code
    );
    if (dtype === undefined) {
      tf.TF_DeleteTensor(pointer);
      throw new TypeError(`A tensor of TensorFlow's type ${code} has no view`);
    }
    const shape = Array.from(
      { length: tf.TF_NumDims(pointer) },
      (_, dimension) => Number(tf.TF_Dim(pointer, dimension)),
    );
    return new Tensor(pointer, dtype, shape);
  }

  /**
   * The elements, in place: shows freed memory after disposal, so it must not
   * be used then.
   * @throws Error after disposal
   */
  get data(): View<T> {
    const { pointer } = this;
    return this.#data ??= this.#view(pointer);
  }

  #view(pointer: Deno.PointerObject): View<T> {
    const { view } = DTYPES[this.dtype];
    const bytes = elements(this.shape) * view.BYTES_PER_ELEMENT;
    const data = tensorflow().TF_TensorData(pointer);
    return new view(
      data === null || bytes === 0
        ? new ArrayBuffer(0)
        : Deno.UnsafePointerView.getArrayBuffer(data, bytes),
    ) as View<T>;
  }
}
