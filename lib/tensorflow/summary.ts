import type { Output } from "./graph.ts";
import { GraphBuilder } from "./graph_builder.ts";
import { type Run, Session } from "./session.ts";
import type { Summary } from "./summary_proto.ts";
import { Tensor } from "./tensor.ts";
import { ONE_THREAD } from "./threads.ts";

/** Milliseconds after which TensorFlow writes what is waiting, unasked. */
const FLUSH_MS = 10_000;
/** Summaries that may wait in memory. */
const MAX_QUEUE = 100;

/**
 * Writes scalars and other summaries for TensorBoard, by TensorFlow's own operations.
 *
 * @example
 * ```ts
 * using writer = new SummaryWriter("data/runs/a/tensorboard");
 * writer.scalar(1000, "training/loss", 0.02);
 * ```
 */
export class SummaryWriter implements Disposable {
  readonly #resources: DisposableStack;
  readonly #scalar: Run;
  readonly #summary: Run;
  readonly #flush: Run;
  readonly #close: Run;

  /**
   * Starts a new event file.
   *
   * @param folder made if it is not there
   * @throws TensorFlowError when the file cannot be made
   */
  constructor(folder: string) {
    using resources = new DisposableStack();
    const g = resources.use(new GraphBuilder());
    const session = resources.use(
      new Session(g, { threads: ONE_THREAD, gpu: false }),
    );
    const writer = g.op("SummaryWriter", []);
    const logdir = g.placeholder("string", [], "logdir");
    const suffix = g.placeholder("string", [], "suffix");
    const act = (type: string, inputs: Output[] = []) =>
      g.op(type, [writer, ...inputs]).operation;
    {
      using path = Tensor.text(folder);
      using noSuffix = Tensor.text(".v2");
      const create = act("CreateSummaryFileWriter", [
        logdir,
        g.constant("int32", [MAX_QUEUE]),
        g.constant("int32", [FLUSH_MS]),
        suffix,
      ]);
      session.run({ feeds: [logdir, suffix], targets: [create] }, [
        path,
        noSuffix,
      ]);
    }
    const step = g.placeholder("int64", [], "step");
    const tag = g.placeholder("string", [], "tag");
    const value = g.placeholder("float32", [], "value");
    this.#scalar = resources.use(session.prepare({
      feeds: [step, tag, value],
      targets: [act("WriteScalarSummary", [step, tag, value])],
    }));
    const summary = g.placeholder("string", [], "summary");
    this.#summary = resources.use(session.prepare({
      feeds: [step, summary],
      targets: [act("WriteRawProtoSummary", [step, summary])],
    }));
    this.#flush = resources.use(
      session.prepare({ targets: [act("FlushSummaryWriter")] }),
    );
    this.#close = resources.use(
      session.prepare({ targets: [act("CloseSummaryWriter")] }),
    );
    this.#resources = resources.move();
  }

  /**
   * Writes one point of a curve.
   *
   * @param step the x axis, such as agent steps: a whole number
   * @param tag name of the curve; parts before a "/" group curves
   * @param value the y axis, stored as float32
   */
  scalar(step: number, tag: string, value: number): void {
    using stepTensor = Tensor.from("int64", [], [BigInt(step)]);
    using tagTensor = Tensor.text(tag);
    using valueTensor = Tensor.from("float32", [], [value]);
    this.#scalar.run([stepTensor, tagTensor, valueTensor]);
  }

  /** Writes what a function of `summary_proto.ts` made. */
  summary(step: number, summary: Summary): void {
    using stepTensor = Tensor.from("int64", [], [BigInt(step)]);
    using summaryTensor = Tensor.text(summary);
    this.#summary.run([stepTensor, summaryTensor]);
  }

  /** Puts everything so far on disk. */
  flush(): void {
    this.#flush.run();
  }

  /** Writes what is left and closes the file. */
  [Symbol.dispose](): void {
    if (this.#resources.disposed) return;
    using _resources = this.#resources;
    this.#close.run();
  }
}
