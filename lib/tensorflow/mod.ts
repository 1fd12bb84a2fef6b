/** Native TensorFlow: where it is, and its C API as graphs and sessions. */
export {
  cacheFolder,
  hasNvidiaDriver,
  locateTensorFlow,
  TENSORFLOW_VERSION,
  type TensorFlowLocation,
} from "./locate.ts";
export { chooseDevice, type Device, listDevices } from "./devices.ts";
export { type DeviceProbe, probeDevice } from "./probe.ts";
export { TensorFlowError, tensorflowVersion } from "./library.ts";
export {
  type DType,
  elements,
  type NumericDType,
  Tensor,
  type View,
} from "./tensor.ts";
export type {
  Attribute,
  Graph,
  Operation,
  OperationOptions,
  Output,
} from "./graph.ts";
export { GraphBuilder, type Variable, type Window } from "./graph_builder.ts";
export { type Run, type RunSpec, Session } from "./session.ts";
export type { SessionOptions } from "./session_config.ts";
export { SummaryWriter } from "./summary.ts";
export { loadTfjsNode, type TfjsNode, type TfjsNodeOptions } from "./eager.ts";
