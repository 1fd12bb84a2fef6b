/**
 * The functions of TensorFlow's C API (tensorflow/c/c_api.h) that are used
 * here, with the types of their parameters.
 */

/** A `TF_Output`, which goes by value: operation and index of its output. */
const output = { struct: ["pointer", "i32"] } as const;

/** Tensors and statuses live in libtensorflow_framework. */
export const FRAMEWORK = {
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

/** Sets an operation's attribute: by its name, to a value of these types. */
const attribute = <const Value extends readonly Deno.NativeType[]>(
  ...value: Value
) =>
  ({
    parameters: ["pointer", "buffer", ...value],
    result: "void",
  }) as const;

/** Graphs and sessions live in libtensorflow_cc. */
export const CORE = {
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
  TF_SetAttrType: attribute("i32"),
  TF_SetAttrTypeList: attribute("buffer", "i32"),
  TF_SetAttrInt: attribute("i64"),
  TF_SetAttrFloat: attribute("f32"),
  TF_SetAttrBool: attribute("u8"),
  TF_SetAttrString: attribute("buffer", "usize"),
  TF_SetAttrIntList: attribute("buffer", "i32"),
  TF_SetAttrShape: attribute("buffer", "i32"),
  TF_SetAttrTensor: attribute("pointer", "pointer"),
  TF_SetAttrFuncName: attribute("buffer", "usize"),
  TF_GraphToFunction: {
    parameters: [
      "pointer", // graph of the function's body
      "buffer", // name
      "u8", // whether the name gets a hash
      "i32", // operations of the body; -1: all
      "pointer",
      "i32",
      "buffer", // TF_Output of each input
      "i32",
      "buffer", // TF_Output of each output
      "pointer", // names of the outputs
      "pointer", // options
      "pointer", // description
      "pointer", // status
    ],
    result: "pointer",
  },
  TF_GraphCopyFunction: {
    parameters: ["pointer", "pointer", "pointer", "pointer"],
    result: "void",
  },
  TF_DeleteFunction: { parameters: ["pointer"], result: "void" },
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

/** The loaded functions, by their names. */
export type Symbols =
  & Deno.StaticForeignLibraryInterface<typeof FRAMEWORK>
  & Deno.StaticForeignLibraryInterface<typeof CORE>;
