/**
 * Finds the native TensorFlow libraries. Set-up uses this file before any
 * package is installed: it imports nothing but small files without any.
 */
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { TensorFlowNotFoundError } from "../errors.ts";
import { folderBytes, ROOT, withHome } from "../files.ts";

/** The two native libraries and where they came from. */
export interface TensorFlowLocation {
  /** The folder that holds both libraries. */
  folder: string;
  /** Path of libtensorflow_framework: tensors, status, devices. */
  framework: string;
  /** Path of libtensorflow_cc (or libtensorflow): graphs and sessions. */
  cc: string;
  /** TensorFlow's version, as far as the folder tells: `2.21.0`. */
  version: string | undefined;
  /** Who put it there: the user, tfjs-node-gpu's install script, set-up. */
  source: "DINO_TENSORFLOW" | "tfjs-node-gpu" | "set-up";
}

/** What the search depends on; everything has the running program's value. */
export interface LocateOptions {
  /** Reads an environment variable. */
  env?: (name: string) => string | undefined;
  /** The project's node_modules folder. */
  nodeModules?: string;
  /** Whether to prefer the build for NVIDIA GPUs. */
  nvidia?: boolean;
}

/** The TensorFlow release that set-up fetches. */
export const TENSORFLOW_VERSION = "2.21.0";
/** A build of TensorFlow: for the CPU alone, or with CUDA and cuDNN. */
export type TensorFlowBuild = "cpu" | "cuda";

const PROJECT_NODE_MODULES = join(ROOT, "node_modules");
const LIBRARIES = Deno.build.os === "darwin"
  ? {
    framework: "libtensorflow_framework.2.dylib",
    cc: ["libtensorflow_cc.2.dylib", "libtensorflow.2.dylib"],
  }
  : {
    framework: "libtensorflow_framework.so.2",
    cc: ["libtensorflow_cc.so.2", "libtensorflow.so.2"],
  };

/** Whether there is a file or folder. */
export function exists(path: string): boolean {
  try {
    Deno.statSync(path);
    return true;
  } catch {
    return false;
  }
}

/**
 * The user's cache folder of this program: DINO_CACHE, else `dino-dqn` in the
 * system's place for caches (XDG_CACHE_HOME; ~/Library/Caches on macOS).
 */
export function cacheFolder(env = Deno.env.get): string {
  const own = env("DINO_CACHE");
  if (own) return withHome(own);
  // Services often have no HOME.
  const home = env("HOME") || homedir();
  const caches = env("XDG_CACHE_HOME") ||
    `${home}/${Deno.build.os === "darwin" ? "Library/Caches" : ".cache"}`;
  return `${caches}/dino-dqn`;
}

/** The file in a build's folder that says how many bytes the others have. */
export const BUILD_SIZE = "SIZE";

/**
 * Whether a build has lost a part, on a full disk or by a machine that stopped:
 * a library that is cut ends the program that loads it without a word.
 */
function isCut(build: string): boolean {
  try {
    const size = Deno.readTextFileSync(`${build}/${BUILD_SIZE}`);
    return folderBytes(build) < Number(size) + size.length;
  } catch {
    // A former set-up did not write it down.
    return false;
  }
}

/** The folder in the cache that holds one build of TensorFlow, complete. */
export function cachedBuild(
  build: TensorFlowBuild,
  env = Deno.env.get,
): string {
  const { os, arch } = Deno.build;
  return `${
    cacheFolder(env)
  }/tensorflow-${TENSORFLOW_VERSION}-${build}-${os}-${arch}`;
}

/**
 * Whether NVIDIA's driver is installed: it brings `nvidia-smi`. The driver's
 * files in /proc and /dev say so too, but Deno shows those to `-A` only.
 */
export function hasNvidiaDriver(env = Deno.env.get): boolean {
  const folders = (env("PATH") ?? "").split(":").filter(Boolean);
  return [...folders, "/usr/lib/wsl/lib"].some((folder) =>
    exists(`${folder}/nvidia-smi`)
  );
}

/** The release, as the wheel's own folder beside the libraries names it. */
function versionIn(folder: string): string | undefined {
  try {
    for (const { name } of Deno.readDirSync(`${folder}/..`)) {
      const version = /^tensorflow(?:_cpu)?-(.+)\.dist-info$/.exec(name)?.[1];
      if (version) return version;
    }
  } catch {
    // The parent folder cannot be listed.
  }
  return undefined;
}

function look(
  folder: string,
  source: TensorFlowLocation["source"],
): TensorFlowLocation | undefined {
  const framework = `${folder}/${LIBRARIES.framework}`;
  const cc = LIBRARIES.cc.map((name) => `${folder}/${name}`).find(exists);
  if (!cc || !exists(framework)) return undefined;
  if (source === "set-up" && isCut(dirname(folder))) return undefined;
  return { folder, framework, cc, version: versionIn(folder), source };
}

/**
 * Finds the native libraries: DINO_TENSORFLOW, tfjs-node-gpu's own download,
 * then set-up's cache.
 *
 * @throws TensorFlowNotFoundError that names every place looked at
 */
export function locateTensorFlow(
  options: LocateOptions = {},
): TensorFlowLocation {
  const { env = Deno.env.get, nodeModules = PROJECT_NODE_MODULES } = options;
  const { nvidia = hasNvidiaDriver(env) } = options;
  const names = `${LIBRARIES.framework} and ${LIBRARIES.cc[0]}`;

  const chosen = env("DINO_TENSORFLOW");
  if (chosen) {
    const found = look(chosen, "DINO_TENSORFLOW");
    if (found) return found;
    throw new TensorFlowNotFoundError(
      `DINO_TENSORFLOW is ${chosen}, but ${names} are not there. ` +
        "Give the folder that holds both, or unset it and run: deno task setup",
    );
  }
  const builds: TensorFlowBuild[] = nvidia ? ["cuda", "cpu"] : ["cpu", "cuda"];
  const places: [string, TensorFlowLocation["source"]][] = [
    [`${nodeModules}/@tensorflow/tfjs-node-gpu/deps/lib`, "tfjs-node-gpu"],
    ...builds.map((build): [string, TensorFlowLocation["source"]] => [
      `${cachedBuild(build, env)}/tensorflow`,
      "set-up",
    ]),
  ];
  for (const [folder, source] of places) {
    const found = look(folder, source);
    if (found) return found;
  }
  throw new TensorFlowNotFoundError(
    `TensorFlow's native libraries (${names}) were not found whole. Looked in ` +
      `DINO_TENSORFLOW (not set), ${
        places.map(([folder]) => folder).join(", ")
      }. Run: deno task setup`,
  );
}
