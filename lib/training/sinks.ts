import { measure, type RunFolder, type Table } from "../runs/mod.ts";
import { CsvSink } from "./csv_sink.ts";
import type { MetricSink, SinkPositions } from "./metric_sink.ts";
import { TensorBoardSink } from "./tensorboard_sink.ts";

/** All that a run writes its measurements to. */
export class Sinks implements Disposable {
  readonly #run: RunFolder;
  readonly #opened = new DisposableStack();
  #sinks: MetricSink[] = [];

  constructor(run: RunFolder) {
    this.#run = run;
  }

  /**
   * Opens the files.
   *
   * @param positions what {@linkcode flush} returned when the checkpoint was
   * made, to go on from there; absent: the files begin anew
   * @throws CheckpointError if a table is shorter than it was then; nothing is
   * changed
   */
  open(positions?: SinkPositions): void {
    this.#sinks = [CsvSink, TensorBoardSink]
      .map((Sink) => this.#opened.use(new Sink(this.#run, positions)));
  }

  /** Takes note of a record. */
  add<Of extends { step: number }>(table: Table<Of>, record: Of): void {
    const figures = measure(table, record);
    for (const sink of this.#sinks) sink.add(table, record.step, figures);
  }

  /**
   * Waits until everything is on the disk.
   *
   * @throws CheckpointError if something cannot be written (a full disk); it is
   * kept, and tried again later
   */
  flush(): SinkPositions {
    return Object.assign({}, ...this.#sinks.map((sink) => sink.flush()));
  }

  [Symbol.dispose](): void {
    this.#opened.dispose();
  }
}
