import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { TensorFlowNotFoundError } from "../../lib/errors.ts";
import {
  cachedBuild,
  cacheFolder,
  hasNvidiaDriver,
  locateTensorFlow,
  type TensorFlowBuild,
} from "../../lib/tensorflow/mod.ts";

const [FRAMEWORK, CC] = Deno.build.os === "darwin"
  ? ["libtensorflow_framework.2.dylib", "libtensorflow_cc.2.dylib"]
  : ["libtensorflow_framework.so.2", "libtensorflow_cc.so.2"];

/** A folder for one test; `env` reads from the given variables alone. */
function sandbox() {
  const root = Deno.makeTempDirSync();
  const variables: Record<string, string> = { DINO_CACHE: `${root}/cache` };
  const env = (name: string) => variables[name];
  return {
    root,
    variables,
    env,
    options: { env, nodeModules: `${root}/node_modules`, nvidia: false },
    addLibraries(folder: string) {
      Deno.mkdirSync(folder, { recursive: true });
      for (const name of [FRAMEWORK!, CC!]) {
        Deno.writeTextFileSync(`${folder}/${name}`, "");
      }
    },
    [Symbol.dispose]: () => Deno.removeSync(root, { recursive: true }),
  };
}

Deno.test("locateTensorFlow names every place it looked at, and the remedy", () => {
  using box = sandbox();
  const { message } = assertThrows(
    () => locateTensorFlow(box.options),
    TensorFlowNotFoundError,
  );
  for (
    const place of [
      "DINO_TENSORFLOW",
      `${box.root}/node_modules/@tensorflow/tfjs-node-gpu/deps/lib`,
      cachedBuild("cpu", box.env),
      cachedBuild("cuda", box.env),
      "deno task setup",
    ]
  ) assertStringIncludes(message, place);
});

Deno.test("locateTensorFlow prefers the user's folder, then the package's, then set-up's", () => {
  using box = sandbox();
  const cache = `${cachedBuild("cpu", box.env)}/tensorflow`;
  box.addLibraries(cache);
  Deno.mkdirSync(
    `${cachedBuild("cpu", box.env)}/tensorflow_cpu-2.21.0.dist-info`,
  );
  assertEquals(locateTensorFlow(box.options), {
    folder: cache,
    framework: `${cache}/${FRAMEWORK}`,
    cc: `${cache}/${CC}`,
    version: "2.21.0",
    source: "set-up",
  });

  const own = `${box.root}/node_modules/@tensorflow/tfjs-node-gpu/deps/lib`;
  box.addLibraries(own);
  assertEquals(locateTensorFlow(box.options).source, "tfjs-node-gpu");

  const chosen = `${box.root}/chosen/tensorflow`;
  box.addLibraries(chosen);
  Deno.mkdirSync(`${box.root}/chosen/tensorflow_cpu-2.20.0.dist-info`);
  box.variables.DINO_TENSORFLOW = chosen;
  const { source, version } = locateTensorFlow(box.options);
  assertEquals([source, version], ["DINO_TENSORFLOW", "2.20.0"]);
});

Deno.test("locateTensorFlow does not go past a DINO_TENSORFLOW that holds nothing", () => {
  using box = sandbox();
  box.addLibraries(`${cachedBuild("cpu", box.env)}/tensorflow`);
  box.variables.DINO_TENSORFLOW = "/nowhere";
  assertThrows(
    () => locateTensorFlow(box.options),
    TensorFlowNotFoundError,
    "DINO_TENSORFLOW is /nowhere",
  );
});

Deno.test("locateTensorFlow prefers the CUDA build where there is an NVIDIA driver", () => {
  using box = sandbox();
  for (const build of ["cpu", "cuda"] as TensorFlowBuild[]) {
    box.addLibraries(`${cachedBuild(build, box.env)}/tensorflow`);
  }
  const folder = (nvidia: boolean) =>
    locateTensorFlow({ ...box.options, nvidia }).folder;
  assertStringIncludes(folder(true), "-cuda-");
  assertStringIncludes(folder(false), "-cpu-");
});

Deno.test("cacheFolder follows DINO_CACHE, then XDG_CACHE_HOME, then HOME", () => {
  const at = (variables: Record<string, string>) =>
    cacheFolder((name) => variables[name]);
  const HOME = "/home/ada";
  assertEquals(
    at({ DINO_CACHE: "/d", XDG_CACHE_HOME: "/x", HOME }),
    "/d",
  );
  assertEquals(at({ XDG_CACHE_HOME: "/x", HOME }), "/x/dino-dqn");
  assertStringIncludes(at({ HOME }), "/home/ada/");
});

Deno.test("hasNvidiaDriver looks for nvidia-smi on the PATH", () => {
  using box = sandbox();
  box.variables.PATH = `/nowhere:${box.root}`;
  Deno.writeTextFileSync(`${box.root}/nvidia-smi`, "");
  assertEquals(hasNvidiaDriver(box.env), true);
});
