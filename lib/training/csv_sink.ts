import { join } from "node:path";
import { GAMES, INTERVALS, type RunFolder, type Table } from "../runs/mod.ts";
import { CsvFile } from "./csv_file.ts";
import type { MetricSink, SinkPositions } from "./metric_sink.ts";

/** The run's tables, each with a line per record. */
export class CsvSink implements MetricSink {
  readonly #files = new Map<string, CsvFile>();

  /** @throws CheckpointError if a table is shorter than its position */
  constructor(run: RunFolder, positions?: SinkPositions) {
    using opened = new DisposableStack();
    for (const { file, figures } of [GAMES, INTERVALS]) {
      const columns = figures.flatMap(([column]) => column ?? []);
      const table = new CsvFile(
        join(run.path, file!),
        columns,
        positions?.[file!],
      );
      this.#files.set(file!, opened.use(table));
    }
    opened.move();
  }

  add<Of>(
    { file, figures }: Table<Of>,
    _step: number,
    values: readonly (number | string)[],
  ): void {
    if (file === null) return;
    this.#files.get(file)!
      .append(values.filter((_, i) => figures[i]![0] !== null));
  }

  flush(): SinkPositions {
    return Object.fromEntries(
      [...this.#files].map(([name, file]) => [name, file.flush()]),
    );
  }

  [Symbol.dispose](): void {
    for (const file of this.#files.values()) file[Symbol.dispose]();
  }
}
