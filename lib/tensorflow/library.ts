/**
 * TensorFlow's C API by Deno's foreign function interface: loading it once, its
 * status as errors, and the native forms of what it takes.
 */
import { DinoDqnError, TensorFlowNotFoundError } from "../errors.ts";
import { keepLoaded, withoutStderr } from "./dynamic_loader.ts";
import { exists, locateTensorFlow } from "./locate.ts";
import { CORE, FRAMEWORK, type Symbols } from "./symbols.ts";

/** A call into TensorFlow that did not succeed. */
class TensorFlowError extends DinoDqnError {
  /** The `TF_Code`: 3 invalid argument, 8 out of memory, … */
  readonly code: number;

  constructor(message: string, code: number) {
    super(message);
    this.code = code;
  }
}

let loaded: Symbols | undefined;

/**
 * TensorFlow's C functions; the libraries are loaded by the first call and stay.
 *
 * @throws TensorFlowNotFoundError when they are not there or do not load
 */
export function tensorflow(): Symbols {
  return loaded ??= load();
}

/** The version of the loaded library, such as "2.21.0". */
export function tensorflowVersion(): string {
  return cString(tensorflow().TF_Version());
}

/**
 * Sets, where the user has not, the environment variables that TensorFlow reads
 * while it is loaded.
 */
function prepareEnvironment(folder: string): void {
  const setDefault = (name: string, value: string) => {
    if (Deno.env.get(name) === undefined) Deno.env.set(name, value);
  };
  setDefault("TF_CPP_MIN_LOG_LEVEL", "2");
  // Without it one process takes the whole GPU.
  setDefault("TF_FORCE_GPU_ALLOW_GROWTH", "true");
  // Without it the first session's thread count holds for all later ones.
  setDefault("TF_OVERRIDE_GLOBAL_THREADPOOL", "1");
  if (Deno.build.arch === "x86_64") {
    // By itself TensorFlow takes oneDNN's kernels where there is AVX-512 VNNI
    // alone; with AVX2 they need two thirds of the time of its others.
    setDefault("TF_ENABLE_ONEDNN_OPTS", "1");
  }
  const nvcc = `${folder}/../nvidia/cuda_nvcc`;
  const flags = Deno.env.get("XLA_FLAGS") ?? "";
  if (!flags.includes("xla_gpu_cuda_data_dir") && exists(nvcc)) {
    // XLA looks for ptxas and libdevice in a CUDA toolkit's folder.
    Deno.env.set(
      "XLA_FLAGS",
      `${flags} --xla_gpu_cuda_data_dir=${Deno.realPathSync(nvcc)}`.trim(),
    );
  }
}

function load(): Symbols {
  const { folder, framework, cc } = locateTensorFlow();
  const silent = Deno.env.get("TF_CPP_MIN_LOG_LEVEL") === undefined;
  prepareEnvironment(folder);
  const open = () => ({
    ...Deno.dlopen(framework, FRAMEWORK).symbols,
    ...Deno.dlopen(cc, CORE).symbols,
  });
  try {
    // What is logged while the library loads obeys no log level.
    const symbols = silent ? withoutStderr(open) : open();
    keepLoaded([framework, cc]);
    return symbols;
  } catch (error) {
    throw new TensorFlowNotFoundError(
      `TensorFlow in ${folder} does not load (${(error as Error).message}). ` +
        "Run: deno task setup",
      { cause: error },
    );
  }
}

/** The text at a native pointer, as JavaScript text. */
export function cString(pointer: Deno.PointerValue): string {
  return pointer === null ? "" : Deno.UnsafePointerView.getCString(pointer);
}

const encoder = new TextEncoder();

/** Text as a native one: UTF-8, ended by a zero. */
export function nativeString(text: string): Uint8Array<ArrayBuffer> {
  return encoder.encode(`${text}\0`);
}

/** Whole numbers as native `int64_t`. */
export function nativeInts(values: readonly number[]): BigInt64Array<
  ArrayBuffer
> {
  return BigInt64Array.from(values, BigInt);
}

/** Pointers as a native array; null stays null. */
export function nativePointers(
  pointers: readonly Deno.PointerValue[],
): BigUint64Array<ArrayBuffer> {
  return BigUint64Array.from(pointers, (p) => Deno.UnsafePointer.value(p));
}

/**
 * @param what was tried, for the error's message
 * @param status after a call
 * @throws TensorFlowError if the call failed
 */
export function checkStatus(what: string, status: Deno.PointerObject): void {
  const tf = tensorflow();
  const code = tf.TF_GetCode(status);
  if (code === 0) return;
  const message = cString(tf.TF_Message(status));
  throw new TensorFlowError(`TensorFlow, ${what}: ${message}`, code);
}

/**
 * Makes a synchronous call that reports through a status.
 *
 * @param what is tried, for the error's message
 * @throws TensorFlowError if the call failed
 */
export function withStatus<T>(
  what: string,
  call: (status: Deno.PointerObject) => T,
): T {
  const tf = tensorflow();
  // A new one each time: not every function clears an old error.
  const status = tf.TF_NewStatus()!;
  try {
    const result = call(status);
    checkStatus(what, status);
    return result;
  } finally {
    tf.TF_DeleteStatus(status);
  }
}
