import { TensorFlowNotFoundError } from "../errors.ts";
import { GraphBuilder } from "./graph_builder.ts";
import { cString, tensorflow, withStatus } from "./library.ts";
import { locateTensorFlow } from "./locate.ts";
import { Session } from "./session.ts";

/** Something that TensorFlow computes on. */
export interface Device {
  /** TensorFlow's short name for it, such as "/device:GPU:0". */
  name: string;
  type: "CPU" | "GPU";
  /** In words: "CPU", "NVIDIA H100 80GB HBM3". */
  description: string;
  /** Bytes that TensorFlow may use of it; for a CPU that number says nothing. */
  memoryBytes: number;
  /** CUDA's compute capability, such as "9.0"; GPUs only. */
  computeCapability?: string;
}

/**
 * The devices that the loaded TensorFlow can use, the CPU first.
 *
 * @throws TensorFlowNotFoundError when the library is not there
 */
export function listDevices(): Device[] {
  const tf = tensorflow();
  using graph = new GraphBuilder();
  using session = new Session(graph);
  const list = withStatus(
    "list of devices",
    (status) => tf.TF_SessionListDevices(session.pointer, status),
  );
  const text = (of: "TF_DeviceListName" | "TF_DeviceListType", i: number) =>
    cString(withStatus("devices", (status) => tf[of](list, i, status)));
  try {
    const devices: Device[] = [];
    for (let i = 0; i < tf.TF_DeviceListCount(list); i++) {
      const type = text("TF_DeviceListType", i);
      if (type !== "CPU" && type !== "GPU") continue;
      const fullName = text("TF_DeviceListName", i);
      const name = fullName.slice(fullName.indexOf("/device:"));
      const memoryBytes = Number(
        withStatus(
          "devices",
          (status) => tf.TF_DeviceListMemoryBytes(list, i, status),
        ),
      );
      const index = Number(name.slice(name.lastIndexOf(":") + 1));
      const gpu = type === "GPU" ? describeGpu(index) : undefined;
      devices.push({
        name,
        type,
        description: type,
        memoryBytes,
        ...gpu,
      });
    }
    return devices;
  } finally {
    tf.TF_DeleteDeviceList(list);
  }
}

/**
 * The device for a learner.
 *
 * @param wanted "auto": the first GPU when there is one
 * @throws TensorFlowNotFoundError when a GPU is wanted and there is none
 */
export function chooseDevice(wanted: "auto" | "cpu" | "gpu"): Device {
  const cpu: Device = {
    name: "/device:CPU:0",
    type: "CPU",
    description: "CPU",
    memoryBytes: 0,
  };
  if (wanted === "cpu") return cpu;
  const gpu = listDevices().find(({ type }) => type === "GPU");
  if (gpu) return gpu;
  if (wanted === "auto") return cpu;
  throw new TensorFlowNotFoundError(
    "learner.device is gpu, but TensorFlow finds no GPU: its library in " +
      `${locateTensorFlow().folder} is for the CPU alone, or the NVIDIA driver ` +
      "is missing. See: deno task doctor; or set learner.device=cpu",
  );
}

/**
 * Whether XLA compiles what runs on a device: a GPU, where it halves the time;
 * the CPU if TensorFlow is told to (`TF_XLA_FLAGS`), where it gains nothing.
 */
export function usesXla({ type }: Device): boolean {
  return type === "GPU" ||
    /--tf_xla_cpu_global_jit(?!=false)/.test(
      Deno.env.get("TF_XLA_FLAGS") ?? "",
    );
}

/** What CUDA's driver says of a GPU; TensorFlow's C API does not tell. */
function describeGpu(
  index: number,
): Pick<Device, "description" | "computeCapability"> {
  const COMPUTE_CAPABILITY_MAJOR = 75;
  const COMPUTE_CAPABILITY_MINOR = 76;
  const attribute = {
    parameters: ["buffer", "i32", "i32"],
    result: "i32",
  } as const;
  try {
    const driver = Deno.dlopen("libcuda.so.1", {
      cuInit: { parameters: ["u32"], result: "i32" },
      cuDeviceGetName: attribute,
      cuDeviceGetAttribute: attribute,
    });
    const { cuInit, cuDeviceGetName, cuDeviceGetAttribute } = driver.symbols;
    cuInit(0);
    const name = new Uint8Array(256);
    cuDeviceGetName(name, name.length, index);
    const attributeOf = (which: number) => {
      const value = new Uint32Array(1);
      cuDeviceGetAttribute(value, which, index);
      return value[0];
    };
    const major = attributeOf(COMPUTE_CAPABILITY_MAJOR);
    const minor = attributeOf(COMPUTE_CAPABILITY_MINOR);
    driver.close();
    return {
      description: new TextDecoder().decode(name.subarray(0, name.indexOf(0))),
      computeCapability: `${major}.${minor}`,
    };
  } catch {
    return { description: "GPU" }; // a GPU that is not NVIDIA's
  }
}
