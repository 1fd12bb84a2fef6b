/**
 * TensorFlow's C API (tensorflow/c/c_api.h) by Deno's foreign function
 * interface: the symbols that the rest of this folder uses, loaded once.
 */
import { DinoDqnError, TensorFlowNotFoundError } from "../errors.ts";
import { locateTensorFlow } from "./locate.ts";

/** A `TF_Output`, which goes by value: operation and index of its output. */
const output = { struct: ["pointer", "i32"] } as const;

/** Tensors and statuses live in libtensorflow_framework. */
const FRAMEWORK = {
  TF_NewStatus: { parameters: [], result: "pointer" },
  TF_DeleteStatus: { parameters: ["pointer"], result: "void" },
  TF_GetCode: { parameters: ["pointer"], result: "i32" },
  TF_Message: { parameters: ["pointer"], result: "pointer" },
  TF_AllocateTensor: {
    parameters: ["i32", "buffer", "i32", "usize"],
    result: "pointer",
  },
  TF_DeleteTensor: { parameters: ["pointer"], result: "void" },
  TF_TensorType: { parameters: ["pointer"], result: "i32" },
  TF_NumDims: { parameters: ["pointer"], result: "i32" },
  TF_Dim: { parameters: ["pointer", "i32"], result: "i64" },
  TF_TensorByteSize: { parameters: ["pointer"], result: "usize" },
  TF_TensorData: { parameters: ["pointer"], result: "pointer" },
} as const satisfies Deno.ForeignLibraryInterface;

const sessionRun = {
  name: "TF_SessionRun",
  parameters: [
    "pointer", // session
    "pointer", // run options
    "buffer", // TF_Output of each feed
    "buffer", // TF_Tensor* of each feed
    "i32",
    "buffer", // TF_Output of each fetch
    "buffer", // TF_Tensor* of each fetch, written
    "i32",
    "buffer", // TF_Operation* of each target
    "i32",
    "pointer", // run metadata
    "pointer", // status
  ],
  result: "void",
} as const;

/** Graphs and sessions live in libtensorflow_cc. */
const CORE = {
  TF_Version: { parameters: [], result: "pointer" },
  TF_NewGraph: { parameters: [], result: "pointer" },
  TF_DeleteGraph: { parameters: ["pointer"], result: "void" },
  TF_NewOperation: {
    parameters: ["pointer", "buffer", "buffer"],
    result: "pointer",
  },
  TF_SetDevice: { parameters: ["pointer", "buffer"], result: "void" },
  TF_AddInput: { parameters: ["pointer", output], result: "void" },
  TF_AddInputList: {
    parameters: ["pointer", "buffer", "i32"],
    result: "void",
  },
  TF_AddControlInput: { parameters: ["pointer", "pointer"], result: "void" },
  TF_SetAttrType: { parameters: ["pointer", "buffer", "i32"], result: "void" },
  TF_SetAttrInt: { parameters: ["pointer", "buffer", "i64"], result: "void" },
  TF_SetAttrFloat: { parameters: ["pointer", "buffer", "f32"], result: "void" },
  TF_SetAttrBool: { parameters: ["pointer", "buffer", "u8"], result: "void" },
  TF_SetAttrString: {
    parameters: ["pointer", "buffer", "buffer", "usize"],
    result: "void",
  },
  TF_SetAttrIntList: {
    parameters: ["pointer", "buffer", "buffer", "i32"],
    result: "void",
  },
  TF_SetAttrShape: {
    parameters: ["pointer", "buffer", "buffer", "i32"],
    result: "void",
  },
  TF_SetAttrTensor: {
    parameters: ["pointer", "buffer", "pointer", "pointer"],
    result: "void",
  },
  TF_FinishOperation: { parameters: ["pointer", "pointer"], result: "pointer" },
  TF_AddGradients: {
    parameters: [
      "pointer", // graph
      "buffer", // y
      "i32",
      "buffer", // x
      "i32",
      "pointer", // gradients that come in; null: ones
      "pointer", // status
      "buffer", // dy/dx, written
    ],
    result: "void",
  },
  TF_NewSessionOptions: { parameters: [], result: "pointer" },
  TF_DeleteSessionOptions: { parameters: ["pointer"], result: "void" },
  TF_SetConfig: {
    parameters: ["pointer", "buffer", "usize", "pointer"],
    result: "void",
  },
  TF_NewSession: {
    parameters: ["pointer", "pointer", "pointer"],
    result: "pointer",
  },
  TF_CloseSession: { parameters: ["pointer", "pointer"], result: "void" },
  TF_DeleteSession: { parameters: ["pointer", "pointer"], result: "void" },
  TF_SessionRun: sessionRun,
  sessionRunAsync: { ...sessionRun, nonblocking: true },
  TF_SessionListDevices: {
    parameters: ["pointer", "pointer"],
    result: "pointer",
  },
  TF_DeleteDeviceList: { parameters: ["pointer"], result: "void" },
  TF_DeviceListCount: { parameters: ["pointer"], result: "i32" },
  TF_DeviceListName: {
    parameters: ["pointer", "i32", "pointer"],
    result: "pointer",
  },
  TF_DeviceListType: {
    parameters: ["pointer", "i32", "pointer"],
    result: "pointer",
  },
  TF_DeviceListMemoryBytes: {
    parameters: ["pointer", "i32", "pointer"],
    result: "i64",
  },
  TF_StringDealloc: { parameters: ["pointer"], result: "void" },
  TF_StringCopy: { parameters: ["pointer", "buffer", "usize"], result: "void" },
} as const satisfies Deno.ForeignLibraryInterface;

/** A call into TensorFlow that did not succeed. */
export class TensorFlowError extends DinoDqnError {
  /** The `TF_Code`: 3 invalid argument, 8 out of memory, … */
  readonly code: number;

  constructor(message: string, code: number) {
    super(message);
    this.code = code;
  }
}

/** The loaded library: its C functions, by their names. */
export type Symbols =
  & Deno.StaticForeignLibraryInterface<typeof FRAMEWORK>
  & Deno.StaticForeignLibraryInterface<typeof CORE>;

let loaded: { folder: string; symbols: Symbols } | undefined;

/**
 * TensorFlow's C functions; the libraries are loaded by the first call and stay.
 *
 * @throws TensorFlowNotFoundError when they are not there or do not load
 */
export function tensorflow(): Symbols {
  return (loaded ??= load()).symbols;
}

/** The version of the loaded library, such as "2.21.0". */
export function tensorflowVersion(): string {
  return cString(tensorflow().TF_Version());
}

/**
 * Sets, where the user has not, the environment variables that TensorFlow reads
 * while it is loaded. For whoever loads it first.
 *
 * @param folder of the libraries
 */
export function prepareEnvironment(folder: string): void {
  const setDefault = (name: string, value: string) => {
    if (Deno.env.get(name) === undefined) Deno.env.set(name, value);
  };
  setDefault("TF_CPP_MIN_LOG_LEVEL", "2");
  // Without it one process takes the whole GPU.
  setDefault("TF_FORCE_GPU_ALLOW_GROWTH", "true");
  // Without it the first session's thread count holds for all later ones.
  setDefault("TF_OVERRIDE_GLOBAL_THREADPOOL", "1");
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

function load(): { folder: string; symbols: Symbols } {
  const { folder, framework, cc } = locateTensorFlow();
  prepareEnvironment(folder);
  try {
    const base = Deno.dlopen(framework, FRAMEWORK);
    const core = Deno.dlopen(cc, CORE);
    keepLoaded([framework, cc]);
    return { folder, symbols: { ...base.symbols, ...core.symbols } };
  } catch (error) {
    throw new TensorFlowNotFoundError(
      `TensorFlow in ${folder} does not load (${(error as Error).message}). ` +
        "Run: deno task setup",
      { cause: error },
    );
  }
}

/**
 * Deno unloads its libraries when it ends, and TensorFlow crashes when it is
 * unloaded. A second `dlopen` with RTLD_NODELETE makes it stay.
 */
function keepLoaded(paths: string[]): void {
  const mac = Deno.build.os === "darwin";
  const RTLD_NOW = 2;
  const RTLD_NODELETE = mac ? 0x80 : 0x1000;
  const symbols = {
    dlopen: { parameters: ["buffer", "i32"], result: "pointer" },
  } as const;
  let system;
  try {
    system = Deno.dlopen(mac ? "libSystem.dylib" : "libc.so.6", symbols);
  } catch {
    system = Deno.dlopen("libdl.so.2", symbols); // glibc before 2.34
  }
  for (const path of paths) {
    system.symbols.dlopen(nativeString(path), RTLD_NOW | RTLD_NODELETE);
  }
  system.close();
}

function exists(path: string): boolean {
  try {
    Deno.statSync(path);
    return true;
  } catch {
    return false;
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
