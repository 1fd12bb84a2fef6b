/**
 * Loads tfjs-node-gpu on the native TensorFlow that this machine has. Nothing
 * of it is loaded before it is asked for: the graph engine does without.
 */
import nodeUtil from "node:util";
import { TensorFlowNotFoundError } from "../errors.ts";
import { chooseDevice } from "./devices.ts";
import { tensorflow } from "./library.ts";
import { chooseThreads, type Threads } from "./threads.ts";

/** What `import "@tensorflow/tfjs-node-gpu"` gives. */
export type TfjsNode = typeof import("@tensorflow/tfjs-node-gpu");

/** How tfjs-node-gpu computes. The first one to load it decides. */
export interface TfjsNodeOptions {
  device: "auto" | "cpu" | "gpu";
  /** As `learner.threads`. */
  threads: number | null;
}

let loaded: Promise<TfjsNode> | undefined;

/**
 * Loads tfjs-node-gpu, once.
 *
 * @returns its module, and where and on how many threads it computes
 * @throws TensorFlowNotFoundError if its native binding is missing, or there
 * is no GPU where one is asked for
 */
export async function loadTfjsNode(
  options: TfjsNodeOptions,
): Promise<{ tf: TfjsNode; device: string; threads: Threads }> {
  const device = chooseDevice(options.device);
  const threads = chooseThreads(options.threads, device);
  loaded ??= load(options.device, threads);
  return { tf: await loaded, device: device.description, threads };
}

async function load(
  device: TfjsNodeOptions["device"],
  { intraOp, interOp }: Threads,
): Promise<TfjsNode> {
  tensorflow(); // the same library, loaded with its environment and no noise
  if (device === "cpu") Deno.env.set("CUDA_VISIBLE_DEVICES", "-1");
  Deno.env.set("TF_NUM_INTRAOP_THREADS", String(intraOp));
  Deno.env.set("TF_NUM_INTEROP_THREADS", String(interOp));
  // The package calls two functions that Node.js has removed.
  const util = nodeUtil as unknown as Record<string, unknown>;
  util.isNullOrUndefined ??= (x: unknown) => x === null || x === undefined;
  util.isArray ??= Array.isArray;
  try {
    const module = await import("@tensorflow/tfjs-node-gpu");
    const tf: TfjsNode = module.default ?? module;
    await tf.ready();
    return tf;
  } catch (cause) {
    throw new TensorFlowNotFoundError(
      `tfjs-node-gpu could not be loaded (${
        (cause as Error).message.split("\n")[0]
      }); run: deno task setup; or set learner.engine=graph, which does without it`,
      { cause },
    );
  }
}
