import { join } from "node:path";
import { GAMES, INTERVALS, type RunFolder, type Table } from "../runs/mod.ts";
import { checkLength, CsvFile } from "./csv_file.ts";
import type { MetricSink, SinkPositions } from "./metric_sink.ts";

/** The run's tables, each with a line per record. */
export class CsvSink implements MetricSink {
  readonly #files = new Map<string | null, CsvFile>();

  /** @throws CheckpointError if a table is shorter than its position */
  constructor(run: RunFolder, positions: SinkPositions = {}) {
    const tables = [GAMES, INTERVALS].map(({ file, figures }) => ({
      file: file!,
      path: join(run.path, file!),
      columns: figures.flatMap(([column]) => column ?? []),
    }));
    // All of them before one is cut.
    for (const { file, path } of tables) checkLength(path, positions[file]);
    using opened = new DisposableStack();
    for (const { file, path, columns } of tables) {
      const table = new CsvFile(path, columns, positions[file]);
      this.#files.set(file, opened.use(table));
    }
    opened.move();
  }

  add<Of>(
    { file, figures }: Table<Of>,
    _step: number,
    values: readonly (number | string)[],
  ): void {
    const cells = values.filter((_, i) => figures[i]![0] !== null);
    this.#files.get(file)?.append(cells);
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
