import { numericsHash } from "../agent/mod.ts";
import type { LearnerConfig } from "../config/mod.ts";
import { findCompiler } from "../setup/mod.ts";
import { run } from "../system/mod.ts";
import { sizeText } from "../text.ts";
import {
  chooseDevice,
  choosePrecision,
  chooseThreads,
  type Device,
  hasNvidiaDriver,
  listDevices,
  loadTfjsNode,
  locateTensorFlow,
  probeDevice,
  tensorflowVersion,
} from "../tensorflow/mod.ts";
import {
  attempt,
  type Check,
  fine,
  type Machine,
  missing,
  warning,
} from "./check.ts";

function remedy(): string {
  return Deno.env.get("DINO_TENSORFLOW")
    ? "unset DINO_TENSORFLOW && deno task setup"
    : "deno task setup";
}

/** Loads the libraries: version, place, and who put them there. */
export function checkTensorFlow(found: Machine): Promise<Check> {
  const name = "TensorFlow";
  return attempt(name, remedy(), () => {
    const { folder, source } = locateTensorFlow();
    found.tensorflow = tensorflowVersion();
    return fine(name, `${found.tensorflow}, ${folder}, by ${source}`);
  });
}

/** Loads tfjs-node-gpu, which only `learner.engine: eager` needs. */
export async function checkEager(learner: LearnerConfig): Promise<Check> {
  const name = "Engines";
  try {
    const { tf } = await loadTfjsNode(learner);
    return fine(
      name,
      `graph, eager (tfjs-node-gpu ${
        tf.version["tfjs-node"]
      }, backend ${tf.getBackend()})`,
    );
  } catch (error) {
    const detail = (error as Error).message.split("\n")[0]!;
    const fix = findCompiler()
      ? remedy()
      : "apt-get install g++ (or another C++ compiler) && deno task setup";
    return learner.engine === "eager"
      ? missing(name, detail, fix)
      : warning(name, `graph; not eager: ${detail}`, fix);
  }
}

/** How a training with this config would compute. */
export function checkLearner(
  learner: LearnerConfig,
  found: Machine,
): Promise<Check> {
  const name = "Learner";
  return attempt(name, "learner.device=auto", () => {
    const device = chooseDevice(learner.device);
    found.device = device.description;
    const precision = choosePrecision(learner.precision, device);
    const { intraOp, interOp } = chooseThreads(learner.threads, device);
    const detail = `${learner.engine} engine on ${device.description}, ` +
      `${precision}; threads: ${intraOp} per operation, ${interOp} operations side by side`;
    return precision === learner.precision ? fine(name, detail) : warning(
      name,
      `${detail}; ${learner.precision} needs a CPU with AVX512_BF16 or AMX`,
      "learner.precision=float32",
    );
  });
}

/** Trains a little: where two machines say the same, seeds make equal agents. */
export function checkNumerics(found: Machine): Promise<Check> {
  const name = "Numerics";
  return attempt(name, remedy(), async () => {
    found.numerics = await numericsHash();
    return fine(name, `${found.numerics}: weights after five updates`);
  });
}

/** The version of NVIDIA's driver, of each GPU the same. */
async function nvidiaDriverVersion(): Promise<string | undefined> {
  const ended = await run("nvidia-smi", [
    "--query-gpu=driver_version",
    "--format=csv,noheader",
  ]);
  return ended?.stdout.trim().split("\n")[0];
}

async function describe(device: Device): Promise<string> {
  if (device.type === "CPU") {
    return `${device.description}, ${navigator.hardwareConcurrency} cores`;
  }
  const driver = await nvidiaDriverVersion();
  return [
    device.description,
    `${sizeText(device.memoryBytes)} for TensorFlow`,
    ...(device.computeCapability
      ? [`compute capability ${device.computeCapability}`]
      : []),
    ...(driver ? [`driver ${driver}`] : []),
  ].join(", ");
}

function checkDevice(device: Device): Promise<Check> {
  const name = `Device ${device.name.replace("/device:", "")}`;
  return attempt(name, "learner.device=cpu, or mend the driver", async () => {
    const { matrixProductMs, convolutionMs } = probeDevice(device.name);
    return fine(
      name,
      `${await describe(device)}; 1024x1024 matrix product ${
        matrixProductMs.toFixed(2)
      } ms, convolution ${convolutionMs.toFixed(2)} ms`,
    );
  });
}

/** Computes on every device that TensorFlow finds. */
export async function checkDevices(): Promise<Check[]> {
  let devices: Device[];
  try {
    devices = listDevices();
  } catch (error) {
    return [missing("Devices", (error as Error).message, remedy())];
  }
  const checks: Check[] = [];
  for (const device of devices) checks.push(await checkDevice(device));
  const hasGpu = devices.some(({ type }) => type === "GPU");
  if (!hasGpu && hasNvidiaDriver()) {
    checks.push(warning(
      "Device GPU",
      "NVIDIA's driver is here, but TensorFlow sees no GPU",
      remedy(),
    ));
  }
  return checks;
}
