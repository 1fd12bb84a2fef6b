/** PyTorch and Python's TensorFlow, to be timed beside the learners. */
import type { Config } from "../config/mod.ts";
import type { Member, Network } from "../agent/mod.ts";
import { DinoDqnError } from "../errors.ts";
import { ifThere, removeIfThere } from "../files.ts";
import { lastLine, run } from "../system/mod.ts";
import {
  cacheFolder,
  hasNvidiaDriver,
  TENSORFLOW_VERSION,
} from "../tensorflow/mod.ts";

/** What a peer is called in the results. */
export type PeerName = "pytorch" | "tf.function";

/** How a peer's Python is started. */
export interface PeerPython {
  name: PeerName;
  /** Folder of packages beside Python's own, if they were installed here. */
  packages?: string;
}

const MODULES: Record<PeerName, string> = {
  pytorch: "torch",
  "tf.function": "tensorflow",
};
const SCRIPT = new URL("learner_peer.py", import.meta.url);
const PYTHON = "python3";

const folderOf = (name: PeerName) => `${cacheFolder()}/peers/${MODULES[name]}`;

/** What pip is asked for. */
function requirements(name: PeerName): string[] {
  if (name === "pytorch") return ["torch", "numpy"];
  const { os, arch } = Deno.build;
  const build = hasNvidiaDriver()
    ? "tensorflow[and-cuda]"
    : os === "darwin" || arch === "aarch64"
    ? "tensorflow"
    : "tensorflow-cpu";
  return [`${build}==${TENSORFLOW_VERSION}`];
}

/**
 * The peers that this machine's Python has already, or that were installed
 * before.
 */
export async function findPeers(): Promise<PeerPython[]> {
  const names = Object.keys(MODULES) as PeerName[];
  const found = await Promise.all(names.map(async (name) => {
    const python = { name, packages: folderOf(name) };
    if (await hasModule(python)) return [python];
    return await hasModule({ name }) ? [{ name }] : [];
  }));
  return found.flat();
}

async function hasModule(python: PeerPython): Promise<boolean> {
  if (python.packages && !await ifThere(Deno.stat(python.packages))) {
    return false;
  }
  const modules = ["numpy", MODULES[python.name]];
  const code = "import importlib.util, sys\n" +
    "sys.exit(not all(map(importlib.util.find_spec, sys.argv[1:])))";
  const env = environment(python);
  const ended = await run(PYTHON, ["-c", code, ...modules], { env });
  return ended?.success ?? false;
}

const environment = ({ packages }: PeerPython): Record<string, string> => ({
  TF_CPP_MIN_LOG_LEVEL: "2",
  ...(packages && { PYTHONPATH: packages }),
});

/**
 * Installs the peers that are not there, by pip, into the cache folder. For
 * Linux on x86-64 pip's PyTorch brings CUDA's libraries, 3 GB to fetch and 5 GB
 * on disk; pip's own settings (PIP_INDEX_URL) may name a place that has a
 * smaller build.
 *
 * @param say told what is being installed
 * @throws DinoDqnError when pip fails
 */
export async function installPeers(
  say: (line: string) => void,
): Promise<PeerPython[]> {
  const there = new Set((await findPeers()).map(({ name }) => name));
  for (const name of Object.keys(MODULES) as PeerName[]) {
    if (there.has(name)) continue;
    const folder = folderOf(name);
    const staging = `${folder}.part`;
    const wanted = requirements(name);
    say(`Installing ${wanted.join(" and ")} into ${folder}`);
    await removeIfThere(staging);
    const ended = await run(PYTHON, [
      ...["-m", "pip", "install", "--disable-pip-version-check", "--quiet"],
      ...["--target", staging, ...wanted],
    ], { graceSeconds: 0 });
    if (!ended?.success) {
      const reason = ended
        ? lastLine(ended.stderr)
        : `there is no ${PYTHON} on the PATH`;
      throw new DinoDqnError(
        `pip could not install ${wanted.join(" and ")}: ${reason}. ` +
          `Measure without --peers, or install it for ${PYTHON} yourself`,
      );
    }
    await Deno.rename(staging, folder);
  }
  return await findPeers();
}

/** A running Python process that times its updates when asked. */
export class Peer implements AsyncDisposable {
  readonly name: PeerName;
  readonly #child: Deno.ChildProcess;
  readonly #requests: WritableStreamDefaultWriter<Uint8Array>;
  readonly #answers: AsyncIterator<string>;
  readonly #errors: Promise<string>;
  #version = "";

  private constructor(python: PeerPython) {
    this.name = python.name;
    this.#child = new Deno.Command(PYTHON, {
      args: [decodeURIComponent(SCRIPT.pathname), python.name],
      env: environment(python),
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    this.#requests = this.#child.stdin.getWriter();
    this.#answers = lines(this.#child.stdout);
    this.#errors = new Response(this.#child.stderr).text();
  }

  /** Version of PyTorch or TensorFlow. */
  get version(): string {
    return this.#version;
  }

  /**
   * Starts a peer with a network like ours and the same update.
   *
   * @param gpu whether it may use a GPU
   * @throws DinoDqnError when it cannot start, or the network is an ensemble
   */
  static async start(
    python: PeerPython,
    network: Network,
    config: Config,
    gpu: boolean,
  ): Promise<Peer> {
    if (network.members.length > 1) {
      throw new DinoDqnError(
        "PyTorch and Python's TensorFlow are timed with one network, but " +
          `network.members is ${network.members.length}: leave it at 1`,
      );
    }
    await using cleanup = new AsyncDisposableStack();
    const peer = cleanup.use(new Peer(python));
    const { version } = await peer.#ask<{ version: string }>(
      description(network, config, gpu),
    );
    peer.#version = version;
    cleanup.move();
    return peer;
  }

  /** Milliseconds of each of `repeat` runs. */
  time(
    what: "update" | "act",
    batch: number,
    repeat: number,
  ): Promise<number[]> {
    return this.#ask({ what, batch, repeat });
  }

  /** One request, one answer: a line of JSON each. */
  async #ask<Answer>(request: unknown): Promise<Answer> {
    const line = new TextEncoder().encode(JSON.stringify(request) + "\n");
    // A process that has ended is noticed by its missing answer.
    await this.#requests.write(line).catch(() => {});
    const { value, done } = await this.#answers.next();
    if (done) {
      const reason = lastLine(await this.#errors);
      throw new DinoDqnError(
        `The Python process of ${this.name} ended: ${reason}. ` +
          `Repair that installation, or delete ${folderOf(this.name)}`,
      );
    }
    return JSON.parse(value);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#requests.close().catch(() => {});
    await this.#child.status;
  }
}

async function* lines(
  stream: ReadableStream<Uint8Array<ArrayBuffer>>,
): AsyncGenerator<string> {
  let rest = "";
  for await (const text of stream.pipeThrough(new TextDecoderStream())) {
    const parts = (rest + text).split("\n");
    rest = parts.pop()!;
    yield* parts;
  }
}

/** The network and the update, as learner_peer.py reads them. */
function description(network: Network, config: Config, gpu: boolean) {
  const { learner } = config;
  const [{ hidden, outputs }] = network.members as [Member];
  return {
    threads: learner.threads,
    gpu,
    doubleQ: learner.doubleQ,
    loss: learner.loss,
    learningRate: learner.learningRate,
    adamEpsilon: learner.adamEpsilon,
    dueling: network.dueling,
    actions: network.actions,
    features: outputs[0]!.kernel.shape[0],
    hidden: hidden.map((layer) => ({
      ...layer,
      kernel: layer.kernel.shape,
    })),
    outputs: outputs.map(({ kernel }) => kernel.shape),
    weights: network.weights.map(({ shape }) => shape),
  };
}
