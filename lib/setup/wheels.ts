/**
 * What set-up downloads: each wheel by version and SHA-256, as
 * `uv pip compile --generate-hashes` of `tensorflow[and-cuda]` lists them.
 */
import {
  TENSORFLOW_VERSION,
  type TensorFlowBuild,
} from "../tensorflow/locate.ts";

/** One wheel, as pip names it. */
export interface Wheel {
  name: string;
  version: string;
  sha256: string;
}

/** One build of TensorFlow for one system. */
export interface Download {
  wheels: readonly Wheel[];
  /** pip's names for the systems whose wheels will do. */
  platforms: readonly string[];
  /** Sum of the wheels' sizes. */
  downloadBytes: number;
  /** Sum of the sizes of the files that are kept. */
  unpackedBytes: number;
}

/** The CPython release whose wheels are taken; its libraries are the same. */
export const PYTHON_VERSION = "3.12";
/** The oldest C library that the wheels run on. */
export const MINIMUM_GLIBC = [2, 27] as const;

/**
 * The files that are kept of the wheels: both libraries, the C API's headers
 * (for tfjs-node-gpu's binding), the licences, and of NVIDIA's wheels the
 * libraries and what XLA compiles with. A Python regular expression.
 */
export const KEPT_FILES = [
  String.raw`tensorflow/libtensorflow_(cc|framework)\.(so\.2|2\.dylib)`,
  "tensorflow/include/tensorflow/c/.*",
  "tensorflow/include/xla/tsl/c/.*",
  String.raw`tensorflow/include/(tensorflow/core|tsl)/platform/ctstring.*\.h`,
  "tensorflow/THIRD_PARTY_NOTICES.txt",
  String.raw`nvidia/[^/]+/lib/.*\.so[.\d]*`,
  "nvidia/cuda_nvcc/(bin/ptxas|nvvm/libdevice/.*)",
  String.raw`[^/]+\.dist-info/(METADATA|LICENSE.*|licenses/.*)`,
].join("|");

function linux(arch: string): string[] {
  const glibc = Array.from({ length: 24 }, (_, i) => `manylinux_2_${28 - i}`);
  return [...glibc, "manylinux2014", "manylinux2010", "manylinux1"]
    .map((name) => `${name}_${arch}`);
}

function tensorflow(sha256: string, name = "tensorflow"): Wheel {
  return { name, version: TENSORFLOW_VERSION, sha256 };
}

function nvidia(name: string, version: string, sha256: string): Wheel {
  return { name: `nvidia-${name}-cu12`, version, sha256 };
}

const DOWNLOADS: Record<string, Download> = {
  "cpu-linux-x86_64": {
    wheels: [
      tensorflow(
        "dcc8afd32930e42d5296b6ee19078b773706830af4ea97fbe503b9f5e0f820cb",
        "tensorflow-cpu",
      ),
    ],
    platforms: linux("x86_64"),
    downloadBytes: 274_000_871,
    unpackedBytes: 854_335_877,
  },
  "cpu-linux-aarch64": {
    wheels: [
      tensorflow(
        "b07d15737406533898e36c7ef7944b1be18e9028dc521b9229952c537bbc5552",
      ),
    ],
    platforms: linux("aarch64"),
    downloadBytes: 281_946_471,
    unpackedBytes: 884_089_149,
  },
  "cpu-darwin-aarch64": {
    wheels: [
      tensorflow(
        "56ecd7d47429acbe1df2694d50b75bf9fc3995ac92cb367cd9af6c4780ead712",
      ),
    ],
    platforms: ["macosx_12_0_arm64"],
    downloadBytes: 223_488_205,
    unpackedBytes: 741_832_565,
  },
  "cuda-linux-x86_64": {
    wheels: [
      tensorflow(
        "b3b95643c4e70eb925839938fb35cbe142f317ec84af6844ee61513713bb13c0",
      ),
      nvidia(
        "cublas",
        "12.9.3.13",
        "d7d51055f161b317c7105ddaae90e71eda059026074ffef93cf7cde2886bfe72",
      ),
      nvidia(
        "cuda-cupti",
        "12.9.79",
        "096bcf334f13e1984ba36685ad4c1d6347db214de03dbb6eebb237b41d9d934f",
      ),
      nvidia(
        "cuda-nvcc",
        "12.9.86",
        "5d6a0d32fdc7ea39917c20065614ae93add6f577d840233237ff08e9a38f58f0",
      ),
      nvidia(
        "cuda-nvrtc",
        "12.9.86",
        "210cf05005a447e29214e9ce50851e83fc5f4358df8b453155d5e1918094dcb4",
      ),
      nvidia(
        "cuda-runtime",
        "12.9.79",
        "25bba2dfb01d48a9b59ca474a1ac43c6ebf7011f1b0b8cc44f54eb6ac48a96c3",
      ),
      nvidia(
        "cudnn",
        "9.28.0.42",
        "9ff58b7f36dacd0a93e89f8f2957b52466889217963701daa15e577317cfa375",
      ),
      nvidia(
        "cufft",
        "11.4.1.4",
        "c67884f2a7d276b4b80eb56a79322a95df592ae5e765cf1243693365ccab4e28",
      ),
      nvidia(
        "curand",
        "10.3.10.19",
        "49b274db4780d421bd2ccd362e1415c13887c53c214f0d4b761752b8f9f6aa1e",
      ),
      nvidia(
        "cusolver",
        "11.7.5.82",
        "15da72d1340d29b5b3cf3fd100e3cd53421dde36002eda6ed93811af63c40d88",
      ),
      nvidia(
        "cusparse",
        "12.5.10.65",
        "73060ce019ac064a057267c585bf1fd5a353734151f87472ff02b2c5c9984e78",
      ),
      nvidia(
        "nccl",
        "2.32.3",
        "bb94b2348e4861d5e8aa00b36c3d12d9bdf9c6369b82cbb723de0b582280a21c",
      ),
      nvidia(
        "nvjitlink",
        "12.9.86",
        "e3f1171dbdc83c5932a45f0f4c99180a70de9bd2718c1ab77d14104f6d7147f9",
      ),
    ],
    platforms: linux("x86_64"),
    downloadBytes: 3_379_819_968,
    unpackedBytes: 5_616_667_073,
  },
};

/**
 * What to download for a build on this system.
 *
 * @returns undefined where there is no such build
 */
export function downloadFor(
  build: TensorFlowBuild,
  system = `${Deno.build.os}-${Deno.build.arch}`,
): Download | undefined {
  return DOWNLOADS[`${build}-${system}`];
}
