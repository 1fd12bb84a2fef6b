import {
  cacheFolder,
  exists,
  type TensorFlowLocation,
} from "../tensorflow/locate.ts";
import { lockCache, stagingFolder } from "./cache.ts";
import { say } from "../say.ts";
import { findProgram, lastLine, run } from "../system/mod.ts";

/**
 * Whether the `eager` engine can be used. The `graph` engine needs no binding,
 * so that a machine without a compiler can train all the same.
 */
type BindingState =
  | { state: "ready" }
  | { state: "missing"; reason: string };

const COMPILERS = ["g++", "c++", "clang++"];

/** A C++ compiler on the PATH, if there is one. */
export function findCompiler(): string | undefined {
  return findProgram(COMPILERS);
}

/** Where the compiled binding for this very TensorFlow is kept. */
async function cachedBinding(
  location: TensorFlowLocation,
  packageVersion: string,
): Promise<string> {
  const { mtime, size } = await Deno.stat(location.cc);
  const key = `${location.cc} ${mtime?.getTime()} ${size}`;
  const hash = await crypto.subtle.digest(
    "SHA-1",
    new TextEncoder().encode(key),
  );
  const name = new Uint8Array(hash).toHex().slice(0, 12);
  return `${cacheFolder()}/bindings/tfjs-node-gpu-${packageVersion}-${name}.node`;
}

/** @returns why it failed; undefined when it did not. */
async function compile(
  compiler: string,
  location: TensorFlowLocation,
  nodeModules: string,
  output: string,
): Promise<string | undefined> {
  const source = `${nodeModules}/@tensorflow/tfjs-node-gpu`;
  await using staging = await stagingFolder();
  const beside = `${staging.path}/tfjs_binding.node`;
  const result = await run(compiler, [
    ...["-std=c++17", "-O2", "-shared", "-fPIC", "-DNAPI_VERSION=8"],
    ...["-I", `${nodeModules}/node-api-headers/include`],
    ...["-I", `${location.folder}/include`, "-I", source],
    ...["-o", beside],
    `${source}/binding/tfjs_backend.cc`,
    `${source}/binding/tfjs_binding.cc`,
    ...[location.cc, location.framework, `-Wl,-rpath,${location.folder}`],
    // Node-API's functions are the runtime's own.
    ...(Deno.build.os === "darwin" ? ["-undefined", "dynamic_lookup"] : []),
  ], { graceSeconds: 0 });
  if (result?.success) {
    await Deno.rename(beside, output);
    return undefined;
  }
  const error = result?.stderr.split("\n").find((line) => /error/i.test(line));
  return `${compiler} could not compile its binding: ${
    error ?? lastLine(result?.stderr ?? "")
  }`;
}

async function link(target: string, path: string): Promise<void> {
  const beside = `${path}.${Deno.pid}`;
  await Deno.mkdir(path.slice(0, path.lastIndexOf("/")), { recursive: true });
  await Deno.symlink(target, beside);
  await Deno.rename(beside, path);
}

/** The file that tfjs-node-gpu loads as its binding. */
function bindingPath(nodeModules: string): string {
  return `${nodeModules}/@tensorflow/tfjs-node-gpu/lib/napi-v8/tfjs_binding.node`;
}

/**
 * Makes sure that tfjs-node-gpu has a native binding that fits the TensorFlow
 * found: compiled once per TensorFlow into the cache, linked into the package.
 *
 * @param nodeModules the project's node_modules folder
 */
export async function ensureBinding(
  location: TensorFlowLocation,
  nodeModules: string,
): Promise<BindingState> {
  const path = bindingPath(nodeModules);
  if (location.source === "tfjs-node-gpu" && exists(path)) {
    return { state: "ready" };
  }
  const manifest = `${nodeModules}/@tensorflow/tfjs-node-gpu/package.json`;
  if (!exists(manifest)) {
    return { state: "missing", reason: "tfjs-node-gpu is not installed" };
  }
  const { version } = JSON.parse(await Deno.readTextFile(manifest));
  const cached = await cachedBinding(location, version);
  const linked = await Deno.readLink(path).catch(() => undefined);
  if (linked === cached && exists(cached)) return { state: "ready" };

  if (!exists(cached)) {
    if (!exists(`${location.folder}/include/tensorflow/c/c_api.h`)) {
      return {
        state: "missing",
        reason: `TensorFlow's headers are not in ${location.folder}/include`,
      };
    }
    const compiler = findCompiler();
    if (!compiler) {
      return {
        state: "missing",
        reason: `no C++ compiler (${COMPILERS.join(", ")}) is on the PATH ` +
          "(Debian and Ubuntu: apt-get install g++)",
      };
    }
    using _lock = await lockCache();
    if (!exists(cached)) {
      say("Compiling tfjs-node-gpu's binding (takes up to a minute)");
      await Deno.mkdir(`${cacheFolder()}/bindings`, { recursive: true });
      const reason = await compile(compiler, location, nodeModules, cached);
      if (reason) return { state: "missing", reason };
    }
  }
  try {
    await link(cached, path);
    return { state: "ready" };
  } catch (error) {
    // Another user made this clone, who can link it.
    const reason = `${path} cannot be made: ${(error as Error).message}`;
    return { state: "missing", reason };
  }
}
