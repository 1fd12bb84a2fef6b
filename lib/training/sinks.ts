import { measure, type RunFolder, type Table } from "../runs/mod.ts";
import { CsvSink } from "./csv_sink.ts";
import type { MetricSink, SinkPositions } from "./metric_sink.ts";
import { TensorBoardSink } from "./tensorboard_sink.ts";

/** All sinks of a run as one. */
export interface Sinks extends Pick<MetricSink, "flush">, Disposable {
  /** Takes note of a record. */
  add<Of extends { step: number }>(table: Table<Of>, record: Of): void;
}

/**
 * Opens the sinks of a run.
 *
 * @param positions what `flush` returned when the checkpoint was made; absent:
 * the files begin anew
 * @throws CheckpointError if a file is shorter than it was then
 */
export function openSinks(run: RunFolder, positions?: SinkPositions): Sinks {
  using opened = new DisposableStack();
  const sinks: MetricSink[] = [
    opened.use(new CsvSink(run, positions)),
    opened.use(new TensorBoardSink(run, positions)),
  ];
  const owned = opened.move();
  return {
    add(table, record) {
      const figures = measure(table, record);
      for (const sink of sinks) sink.add(table, record.step, figures);
    },
    flush: () => Object.assign({}, ...sinks.map((sink) => sink.flush())),
    [Symbol.dispose]: () => owned.dispose(),
  };
}
