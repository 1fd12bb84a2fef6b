import { DinoDqnError, TensorFlowNotFoundError } from "../errors.ts";
import {
  BUILD_SIZE,
  cachedBuild,
  cacheFolder,
  exists,
  hasNvidiaDriver,
  locateTensorFlow,
  TENSORFLOW_VERSION,
  type TensorFlowBuild,
  type TensorFlowLocation,
} from "../tensorflow/locate.ts";
import { failure } from "./failure.ts";
import { lockCache, stagingFolder } from "./cache.ts";
import { say } from "../say.ts";
import { folderBytes, freeBytes, removeIfThere } from "../files.ts";
import { run, syncFolder } from "../system/mod.ts";
import { sizeText } from "../text.ts";
import { withProgress } from "./progress.ts";
import { findPython, runPip, runPython } from "./python.ts";
import {
  type Download,
  downloadFor,
  KEPT_FILES,
  MINIMUM_GLIBC,
  platforms,
  PYTHON_VERSION,
} from "./wheels.ts";

/** A build with less of its bytes is cut. */
const PART = 0.99;

/**
 * Unpacks the files of the wheels in argv[1] that match argv[3] to argv[2], on
 * the disk and not only on their way, and writes their sum down in argv[4].
 */
const UNPACK = `
import glob, os, re, sys, zipfile
wheels, folder, kept, size = sys.argv[1:]
kept = re.compile(kept)
total = 0
def sync(path):
    handle = os.open(path, os.O_RDONLY)
    os.fsync(handle)
    os.close(handle)
for wheel in glob.glob(os.path.join(wheels, "*.whl")):
    with zipfile.ZipFile(wheel) as archive:
        for member in archive.infolist():
            if kept.fullmatch(member.filename):
                path = archive.extract(member, folder)
                os.chmod(path, member.external_attr >> 16 & 0o777 or 0o644)
                total += member.file_size
                sync(path)
with open(os.path.join(folder, size), "w") as file:
    file.write(str(total))
for path, _, _ in os.walk(folder):
    sync(path)
`;

/** Loads the two libraries, as the program will. */
const LOAD = `
import ctypes, sys
for library in sys.argv[1:]:
    ctypes.CDLL(library, ctypes.RTLD_GLOBAL)
`;

/** Whether `nvidia-smi` sees a GPU: the driver's files alone do not say so. */
async function hasNvidiaGpu(): Promise<boolean> {
  if (!hasNvidiaDriver()) return false;
  const listed = await run("nvidia-smi", ["-L"]);
  return listed !== undefined && /^GPU \d+/m.test(listed.stdout);
}

async function wantedBuild(): Promise<TensorFlowBuild> {
  const cuda = downloadFor("cuda") !== undefined && await hasNvidiaGpu();
  return cuda ? "cuda" : "cpu";
}

/** What is there already, if it serves: found by {@linkcode locateTensorFlow}. */
async function present(): Promise<TensorFlowLocation | undefined> {
  try {
    const found = locateTensorFlow();
    if (found.source !== "set-up") return found;
    const build = found.folder.startsWith(cachedBuild("cpu")) ? "cpu" : "cuda";
    if (build === "cpu" && await wantedBuild() === "cuda") return undefined;
    // Former set-ups did not write down how large a build is.
    const bytes = PART * (downloadFor(build)?.unpackedBytes ?? 0);
    const isWhole = exists(`${cachedBuild(build)}/${BUILD_SIZE}`) ||
      folderBytes(cachedBuild(build)) >= bytes;
    return isWhole ? found : undefined;
  } catch (error) {
    // What the user named must be there; set-up cannot mend that.
    if (Deno.env.get("DINO_TENSORFLOW")) throw error;
    if (error instanceof TensorFlowNotFoundError) return undefined;
    throw error;
  }
}

/** @throws DinoDqnError when the C library is too old for the wheels. */
async function checkGlibc(): Promise<void> {
  if (Deno.build.os !== "linux") return;
  const answer = await run("getconf", ["GNU_LIBC_VERSION"]);
  // Without getconf, loading the libraries will tell.
  if (!answer) return;
  const version = /glibc (\d+)\.(\d+)/.exec(answer.stdout);
  const [major, minor] = [Number(version?.[1]), Number(version?.[2])];
  const [wantedMajor, wantedMinor] = MINIMUM_GLIBC;
  if (
    major > wantedMajor || (major === wantedMajor && minor >= wantedMinor)
  ) return;
  throw new DinoDqnError(
    `TensorFlow ${TENSORFLOW_VERSION} needs the GNU C library ` +
      `${MINIMUM_GLIBC.join(".")} or newer, but this system has ${
        version ? `${major}.${minor}` : "another one"
      }: use a newer Linux (Debian 10, Ubuntu 18.10 or later), or set ` +
      "DINO_TENSORFLOW to a TensorFlow that was built for this one.",
  );
}

async function checkDisk(
  cache: string,
  download: Download,
): Promise<void> {
  const free = await freeBytes(cache);
  // pip holds a wheel twice while it moves it into place.
  const needed = download.unpackedBytes + 2 * download.downloadBytes;
  if (free >= needed) return;
  throw new DinoDqnError(
    `TensorFlow needs ${sizeText(needed)} while it is set up, but only ${
      sizeText(free)
    } are free in ${cache}: make room, or set DINO_CACHE to a folder on ` +
      "another disk, then run: deno task setup",
  );
}

async function downloadWheels(
  python: string,
  download: Download,
  staging: string,
): Promise<void> {
  const requirements = `${staging}/requirements.txt`;
  await Deno.writeTextFile(
    requirements,
    download.wheels.map(({ name, version, sha256 }) =>
      `${name}==${version} --hash=sha256:${sha256}\n`
    ).join(""),
  );
  await Deno.mkdir(`${staging}/tmp`);
  const result = await withProgress({
    label: `Downloading TensorFlow ${TENSORFLOW_VERSION}`,
    total: download.downloadBytes,
    measure: () =>
      Math.max(
        ...["tmp", "wheels"].map((name) => folderBytes(`${staging}/${name}`)),
      ),
    run: () =>
      runPip(python, [
        ...["download", "--quiet", "--no-deps", "--retries", "2"],
        ...["--disable-pip-version-check", "--no-input"],
        ...["--only-binary=:all:", "--implementation", "cp"],
        ...["--python-version", PYTHON_VERSION],
        ...["--abi", `cp${PYTHON_VERSION.replace(".", "")}`],
        ...platforms().flatMap((platform) => ["--platform", platform]),
        ...["--require-hashes", "--requirement", requirements],
        ...["--dest", `${staging}/wheels`],
      ], {
        // What an interrupted pip leaves then goes with the staging folder.
        TMPDIR: `${staging}/tmp`,
        // Nothing is installed, so there is no environment to be missed.
        PIP_REQUIRE_VIRTUALENV: "0",
      }),
  });
  if (!result.success) {
    throw failure("TensorFlow could not be downloaded", result.stderr);
  }
}

async function unpackWheels(
  python: string,
  download: Download,
  staging: string,
): Promise<void> {
  const result = await withProgress({
    label: "Unpacking",
    total: download.unpackedBytes,
    measure: () => folderBytes(`${staging}/build`),
    run: () =>
      runPython(python, UNPACK, [
        `${staging}/wheels`,
        `${staging}/build`,
        KEPT_FILES,
        BUILD_SIZE,
      ]),
  });
  if (!result.success) {
    throw failure("TensorFlow could not be unpacked", result.stderr);
  }
}

async function checkLoads(python: string, folder: string): Promise<void> {
  const { framework, cc } = locateTensorFlow({
    env: (name) => name === "DINO_TENSORFLOW" ? folder : undefined,
  });
  const result = await runPython(python, LOAD, [framework, cc]);
  if (!result.success) {
    throw failure(
      "TensorFlow was downloaded but cannot be loaded on this machine " +
        "(set DINO_TENSORFLOW to a build that can)",
      // A processor without AVX ends the program without a word.
      result.stderr || "the program was ended while loading it",
    );
  }
}

/** Builds beside and renames: the build is in the cache whole or not at all. */
async function install(
  build: TensorFlowBuild,
  download: Download,
): Promise<void> {
  const python = findPython();
  await checkGlibc();
  await checkDisk(cacheFolder(), download);
  if (exists(cachedBuild(build))) {
    say(`${cachedBuild(build)} is damaged; it is fetched anew`);
  }
  await using staging = await stagingFolder();
  await downloadWheels(python, download, staging.path);
  await unpackWheels(python, download, staging.path);
  await checkLoads(python, `${staging.path}/build/tensorflow`);
  await removeIfThere(cachedBuild(build));
  await Deno.rename(`${staging.path}/build`, cachedBuild(build));
  await syncFolder(cacheFolder());
}

/**
 * Makes sure that the native TensorFlow libraries are there; downloads them to
 * the user's cache if not, with CUDA and cuDNN where there is an NVIDIA GPU.
 *
 * @throws DinoDqnError with the reason when they could not be fetched
 */
export async function ensureTensorFlow(): Promise<TensorFlowLocation> {
  const found = await present();
  if (found) return found;
  const build = await wantedBuild();
  const download = downloadFor(build);
  if (!download) {
    throw new DinoDqnError(
      `There is no TensorFlow ${TENSORFLOW_VERSION} to download for ` +
        `${Deno.build.os} on ${Deno.build.arch}: set DINO_TENSORFLOW to a ` +
        "folder with its native libraries.",
    );
  }
  if (Deno.env.get("DINO_NO_INSTALL") === "1") {
    throw new DinoDqnError(
      `TensorFlow (${build} build) is missing, and DINO_NO_INSTALL=1 forbids ` +
        "to fetch it: unset it, or set DINO_TENSORFLOW to a folder with the " +
        "native libraries.",
    );
  }
  using _lock = await lockCache();
  // Whoever held the lock before may have done the work.
  const meanwhile = await present();
  if (meanwhile) return meanwhile;
  await install(build, download);
  const location = locateTensorFlow();
  say(`TensorFlow ${location.version} is in ${location.folder}`);
  return location;
}
