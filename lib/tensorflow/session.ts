import {
  type Graph,
  nativeOutputs,
  type Operation,
  type Output,
} from "./graph.ts";
import { NativeHandle } from "./handle.ts";
import {
  checkStatus,
  nativePointers,
  tensorflow,
  withStatus,
} from "./library.ts";
import { encodeSessionConfig, type SessionOptions } from "./session_config.ts";
import { Tensor } from "./tensor.ts";

/** What a run takes, gives back and does. */
export interface RunSpec {
  /** Placeholders, in the order in which tensors are given to the run. */
  feeds?: readonly Output[];
  /** Values that the run returns, in this order. */
  fetches?: readonly Output[];
  /** Operations that run without giving back a value. */
  targets?: readonly Operation[];
}

/** Runs the operations of a graph; holds the values of its variables. */
export class Session extends NativeHandle {
  /** @throws TensorFlowError when an option cannot be had */
  constructor(graph: Graph, options: SessionOptions = {}) {
    super("a session", newSession(graph, options), (session) => {
      const tf = tensorflow();
      try {
        withStatus("close session", (s) => tf.TF_CloseSession(session, s));
        withStatus("delete session", (s) => tf.TF_DeleteSession(session, s));
      } finally {
        graph.release();
      }
    });
    graph.acquire();
  }

  /** Resolves once what a run takes and gives, so that it can be repeated. */
  prepare(spec: RunSpec): Run {
    return new Run(this, spec);
  }

  /** Runs once. For what is repeated, `prepare` it. */
  run(spec: RunSpec, inputs: readonly Tensor[] = []): Tensor[] {
    using run = this.prepare(spec);
    return run.run(inputs);
  }
}

function newSession(graph: Graph, options: SessionOptions) {
  const tf = tensorflow();
  const native = tf.TF_NewSessionOptions();
  try {
    const config = encodeSessionConfig(options);
    withStatus(
      "session options",
      (status) =>
        tf.TF_SetConfig(native, config, BigInt(config.length), status),
    );
    return withStatus(
      "new session",
      (status) => tf.TF_NewSession(graph.pointer, native, status),
    );
  } finally {
    tf.TF_DeleteSessionOptions(native);
  }
}

/** A prepared call of `TF_SessionRun`. One at a time. */
export class Run implements Disposable {
  readonly #session: Session;
  readonly #status: NativeHandle;
  readonly #feeds: BigUint64Array<ArrayBuffer>;
  readonly #inputs: BigUint64Array<ArrayBuffer>;
  readonly #fetches: BigUint64Array<ArrayBuffer>;
  readonly #outputs: BigUint64Array<ArrayBuffer>;
  readonly #targets: BigUint64Array<ArrayBuffer>;
  #running = false;

  /** @internal Use {@linkcode Session.prepare}. */
  constructor(session: Session, spec: RunSpec) {
    const { feeds = [], fetches = [], targets = [] } = spec;
    this.#session = session;
    this.#status = new NativeHandle(
      "a status",
      tensorflow().TF_NewStatus(),
      (p) => tensorflow().TF_DeleteStatus(p),
    );
    this.#feeds = nativeOutputs(feeds);
    this.#inputs = new BigUint64Array(feeds.length);
    this.#fetches = nativeOutputs(fetches);
    this.#outputs = new BigUint64Array(fetches.length);
    this.#targets = nativePointers(targets);
  }

  /**
   * Runs and waits; nothing else happens in this thread meanwhile.
   *
   * @param inputs one tensor per feed; they stay the caller's
   * @returns one tensor per fetch, to be disposed of by the caller
   * @throws TensorFlowError when an operation failed; it names it
   */
  run(inputs: readonly Tensor[] = []): Tensor[] {
    const call = this.#begin(inputs);
    try {
      tensorflow().TF_SessionRun(...call.arguments);
      return this.#results(call.status);
    } finally {
      call.end();
    }
  }

  /**
   * Runs on a thread of its own. The inputs must not be written to until the
   * promise is settled.
   *
   * @param inputs one tensor per feed; they stay the caller's
   * @returns one tensor per fetch, to be disposed of by the caller
   * @throws TensorFlowError when an operation failed; it names it
   */
  async runAsync(inputs: readonly Tensor[] = []): Promise<Tensor[]> {
    const call = this.#begin(inputs);
    try {
      await tensorflow().sessionRunAsync(...call.arguments);
      return this.#results(call.status);
    } finally {
      call.end();
    }
  }

  [Symbol.dispose](): void {
    this.#status[Symbol.dispose]();
  }

  /** Takes hold of everything that a call uses, until `end` lets it go. */
  #begin(inputs: readonly Tensor[]) {
    if (this.#running) throw new Error("This run is already under way");
    if (inputs.length !== this.#inputs.length) {
      throw new RangeError(
        `The run takes ${this.#inputs.length} tensors, but got ${inputs.length}`,
      );
    }
    const held: NativeHandle[] = [];
    const hold = (item: NativeHandle) => {
      const pointer = item.acquire();
      held.push(item);
      return pointer;
    };
    const end = () => {
      this.#running = false;
      for (const item of held) item.release();
    };
    try {
      const session = hold(this.#session);
      const status = hold(this.#status);
      inputs.forEach((tensor, i) => {
        this.#inputs[i] = Deno.UnsafePointer.value(hold(tensor));
      });
      this.#outputs.fill(0n);
      this.#running = true;
      const callArguments = [
        session,
        null,
        this.#feeds,
        this.#inputs,
        this.#inputs.length,
        this.#fetches,
        this.#outputs,
        this.#outputs.length,
        this.#targets,
        this.#targets.length,
        null,
        status,
      ] as const;
      return { arguments: callArguments, status, end };
    } catch (error) {
      end();
      throw error;
    }
  }

  #results(status: Deno.PointerObject): Tensor[] {
    checkStatus("run", status);
    return Array.from(
      this.#outputs,
      (address) => Tensor.adopt(Deno.UnsafePointer.create(address)),
    );
  }
}
