/** Native TensorFlow: where it is, and its C API as graphs and sessions. */
export {
  cachedBuild,
  cacheFolder,
  hasNvidiaDriver,
  locateTensorFlow,
  TENSORFLOW_VERSION,
  type TensorFlowBuild,
} from "./locate.ts";
export { chooseDevice, type Device, listDevices, usesXla } from "./devices.ts";
export { probeDevice } from "./probe.ts";
export { tensorflowVersion } from "./library.ts";
export { elements, Tensor } from "./tensor.ts";
export type { Operation, Output } from "./graph.ts";
export {
  GraphBuilder,
  type LoopValue,
  type Variable,
} from "./graph_builder.ts";
export { type Run, type RunSpec, Session } from "./session.ts";
export type { SessionOptions } from "./session_config.ts";
export { choosePrecision, type Precision } from "./precision.ts";
export { chooseThreads, ONE_THREAD, type Threads } from "./threads.ts";
export { SummaryWriter } from "./summary.ts";
export {
  pictureSummary,
  settingsSummary,
  type Summary,
  textSummary,
} from "./summary_proto.ts";
export { loadTfjsNode, type TfjsNode } from "./eager.ts";
