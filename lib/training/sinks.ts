import { CsvSink } from "./csv_sink.ts";
import type { MetricSink, SinkPositions } from "./metric_sink.ts";
import type { RunFolder } from "../runs/mod.ts";
import { TensorBoardSink } from "./tensorboard_sink.ts";

/**
 * Opens all sinks of a run as one.
 *
 * @param positions what `flush` returned when the checkpoint was made; absent:
 * the files begin anew
 * @throws CheckpointError if a file is shorter than it was then
 */
export function openSinks(
  run: RunFolder,
  positions?: SinkPositions,
): MetricSink {
  using opened = new DisposableStack();
  const sinks: MetricSink[] = [
    opened.use(new CsvSink(run, positions)),
    opened.use(new TensorBoardSink(run, positions)),
  ];
  const owned = opened.move();
  return {
    game: (record) => sinks.forEach((sink) => sink.game(record)),
    interval: (record) => sinks.forEach((sink) => sink.interval(record)),
    evaluation: (record) => sinks.forEach((sink) => sink.evaluation(record)),
    flush: () => Object.assign({}, ...sinks.map((sink) => sink.flush())),
    [Symbol.dispose]: () => owned.dispose(),
  };
}
