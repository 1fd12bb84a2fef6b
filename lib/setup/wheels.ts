/**
 * What set-up downloads (wheels.json): each wheel by version and SHA-256, as
 * `uv pip compile --generate-hashes` of `tensorflow[and-cuda]` lists them.
 */
import type { TensorFlowBuild } from "../tensorflow/locate.ts";
import wheels from "./wheels.json" with { type: "json" };

/** One build of TensorFlow for one system. */
export interface Download {
  wheels: readonly { name: string; version: string; sha256: string }[];
  /** Sum of the wheels' sizes. */
  downloadBytes: number;
  /** Sum of the sizes of the files that are kept. */
  unpackedBytes: number;
}

/** The CPython release whose wheels are taken; its libraries are the same. */
export const PYTHON_VERSION = wheels.python;
/** The oldest C library that the wheels run on. */
export const MINIMUM_GLIBC = wheels.glibc as [number, number];

/**
 * The files that are kept of the wheels: both libraries, the C API's headers
 * (for tfjs-node-gpu's binding), the licences, and of NVIDIA's wheels the
 * libraries and what XLA compiles with. A Python regular expression.
 */
export const KEPT_FILES = wheels.kept.join("|");

/** pip's names for the systems whose wheels will do here. */
export function platforms(): string[] {
  const { os, arch } = Deno.build;
  if (os === "darwin") return ["macosx_12_0_arm64"];
  const glibc = Array.from({ length: 24 }, (_, i) => `manylinux_2_${28 - i}`);
  return [...glibc, "manylinux2014", "manylinux2010", "manylinux1"]
    .map((name) => `${name}_${arch}`);
}

/**
 * What to download for a build on this system.
 *
 * @returns undefined where there is no such build
 */
export function downloadFor(build: TensorFlowBuild): Download | undefined {
  const builds: Record<string, Download> = wheels.builds;
  return builds[`${build}-${Deno.build.os}-${Deno.build.arch}`];
}
